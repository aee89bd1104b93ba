import type { Sync } from '../../../web/contract.js';
import type { StandIn } from './stand-in.js';
import { syncAt } from './standing-fleet.js';

const minute = 60_000;

/** An evening with some trouble, for whoever wants to see what the page makes of it. `ids`: three load balancers. */
export function makeTrouble(standIn: StandIn, ids: readonly [string, string, string]): void {
  const now = Date.now();
  const [first, second, third] = ids;
  for (const id of ids) {
    const event = (ago: number, msg: string, attrs: Record<string, string>, level = 'info') =>
      standIn.event(id, { at: now - ago, level, msg, attrs });
    const down = (name: string, ago: number, code: string, detail: string) => {
      const [frontend = ''] = name.split('-');
      const reason = `${code} ${detail}`;
      standIn.backend(id, name, { state: 'down', from: 'up', since: now - ago, cause: reason, code });
      standIn.member(id, frontend, name, out('down'));
      share(standIn, id, frontend);
      event(ago, 'backend-transition', { backend: name, from: 'up', to: 'down', reason, code });
    };
    event(
      13.2 * minute,
      'vpp-disconnect',
      { code: 'MGL_VPP_DISCONNECTED', error: 'VPP closed the connection' },
      'warn',
    );
    event(13 * minute, 'vpp-connect', { version: '26.10-release', pid: '4711' });
    event(9.5 * minute, 'config-reload-start', {});
    event(9.5 * minute - 300, 'config-reload-done', { ok: 'true', frontends: '6', backends: '30' });
    for (const ago of [7.4, 6.8, 6.1]) {
      const to = ago === 6.8 ? 'up' : 'down';
      const from = to === 'up' ? 'down' : 'up';
      const reason = to === 'up' ? 'L7OK HTTP 200' : 'L7TOUT no answer within 1s';
      event(ago * minute, 'backend-transition', { backend: 'images-02', from, to, reason, code: 'L7TOUT' });
    }
    event(5.2 * minute, 'backend-transition', {
      backend: 'images-02',
      from: 'down',
      to: 'up',
      reason: 'L7OK HTTP 200',
      code: 'L7OK',
    });
    down('shop-02', 3.05 * minute, 'L7STS', 'HTTP 503');
    standIn.site(id).picture = { ...standIn.site(id).picture, syncs: syncs(now) };
    standIn.change({ maglevd: id, kind: 'syncs', rows: syncs(now) });
  }
  const pause = { action: 'pause', backend: 'shop-03', outcome: 'done', peer: 'token:dashboard for ada' };
  standIn.event(first, { at: now - 4.4 * minute, level: 'info', msg: 'operator-action', attrs: pause });
  standIn.backend(first, 'shop-03', {
    state: 'paused',
    from: 'up',
    since: now - 4.4 * minute,
    cause: 'paused by an operator',
    code: '',
    override: 'paused',
  });
  standIn.member(first, 'shop', 'shop-03', out('paused by the operator'));
  standIn.member(first, 'shop', 'shop-01', {
    weight: 60,
    configuredWeight: 100,
    effectiveWeight: 60,
    vppWeight: 60,
    reason: 'up, in the active pool; weight set by the operator, 100 in the config',
  });
  share(standIn, first, 'shop');
  const doubt = { since: now - 2.1 * minute, code: 'NETNS', detail: 'no namespace "dataplane"' };
  standIn.backend(first, 'login-04', { doubt });
  const attrs = { backend: 'login-04', state: 'up', code: doubt.code, detail: doubt.detail };
  standIn.event(first, { at: doubt.since, level: 'warn', msg: 'backend-doubt', attrs });
  standIn.row(first, {});
  standIn.row(second, { clock: { skewMs: 3400, error: 6 } });
  const error = { code: 'MGL_UNREACHABLE', message: `${third} cannot be reached.`, advice: '' };
  standIn.row(third, { link: { state: 'lost', since: now - 1.4 * minute, error } });
  for (const id of [first, second]) {
    const { row } = standIn.site(id);
    if (row.summary === null) continue;
    const other = id === first ? second : first;
    const digest = id === first ? '9e107d9d372bb6826bd81d3542a419d6' : row.summary.digest;
    const disagrees = [{ id: other, frontends: ['shop'] }];
    const summary = { ...row.summary, digest, disagrees };
    standIn.row(id, { summary });
  }
  standIn.send();
}

function out(reason: string) {
  return { effectiveWeight: 0, vppWeight: 0, buckets: 0, shareAsked: null, shareGiven: null, reason };
}

/** Those of the first pool that have weight share the table by it. */
function share(standIn: StandIn, id: string, frontend: string): void {
  const node = standIn.site(id).picture.frontends.find(({ name }) => name === frontend);
  const members = node?.pools[0]?.members ?? [];
  const total = members.reduce((sum, { effectiveWeight }) => sum + (effectiveWeight ?? 0), 0);
  for (const { backend, effectiveWeight } of members) {
    if ((effectiveWeight ?? 0) === 0) continue;
    const asked = (effectiveWeight ?? 0) / total;
    const buckets = Math.round(4096 * asked);
    standIn.member(id, frontend, backend, { shareAsked: asked, shareGiven: buckets / 4096, buckets });
  }
}

function syncs(now: number): readonly Sync[] {
  const quiet = (id: number, ago: number, minutes: number): Sync => ({
    ...syncAt(id, now - ago * minute),
    repeats: Math.round(minutes * 2),
    last: now - (ago - minutes) * minute,
  });
  const written = (id: number, ago: number, frontend: string): Sync => ({
    ...syncAt(id, now - ago * minute + 20),
    scope: 'vip',
    frontend,
    cause: 'decision',
    asWeightUpdated: 1,
    durationMs: 2.4,
    repeats: 0,
    last: now - ago * minute + 20,
  });
  return [
    quiet(9, 3, 2.9),
    written(8, 3.05, 'shop'),
    written(7, 4.4, 'shop'),
    quiet(6, 6, 2.8),
    written(5, 6.1, 'images'),
    written(4, 6.8, 'images'),
    written(3, 7.4, 'images'),
    quiet(2, 12.6, 5),
    { ...syncAt(1, now - 12.98 * minute), vipAdded: 6, asAdded: 30, durationMs: 41, repeats: 0 },
  ];
}
