import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { Access, Role } from '../../domain/access.js';
import { MaglevError } from '../../domain/errors.js';
import { hashOfToken } from '../../domain/token-list.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { Authority } from '../support/certificates.js';
import { type CallerKit, rawCaller } from '../support/door-calls.js';
import { httpAsker } from '../support/http-doors.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';
import { wholeOfIt } from '../support/slow-part.js';

type Method = keyof typeof MaglevService;

/** What each RPC needs, written down a second time. */
const needs: Readonly<Record<Method, Role>> = {
  checkConfig: 'viewer',
  reloadConfig: 'admin',
  getConfig: 'viewer',
  getStatus: 'viewer',
  getCaller: 'viewer',
  getVersion: 'viewer',
  listFrontends: 'viewer',
  getFrontend: 'viewer',
  listBackends: 'viewer',
  getBackend: 'viewer',
  pauseBackend: 'operator',
  resumeBackend: 'operator',
  enableBackend: 'operator',
  disableBackend: 'operator',
  setFrontendPoolBackendWeight: 'operator',
  listOverrides: 'viewer',
  getProbes: 'viewer',
  listHealthChecks: 'viewer',
  getHealthCheck: 'viewer',
  getVppInfo: 'viewer',
  getVpplbState: 'viewer',
  syncVpplbState: 'operator',
  getVpplbCounters: 'viewer',
  plan: 'viewer',
  planConfigFile: 'admin',
  getFailoverDebts: 'viewer',
  explainFlow: 'viewer',
  listSyncs: 'viewer',
  getSync: 'viewer',
  watchEvents: 'viewer',
  listEvents: 'viewer',
  listActors: 'viewer',
  getLogLevel: 'viewer',
  setLogLevel: 'admin',
  record: 'admin',
};
const methods = Object.keys(needs) as Method[];
const order = [null, 'viewer', 'operator', 'admin'];

const ownUid = 500;
const tokens = { viewer: 'v'.repeat(32), operator: 'o'.repeat(32), admin: 'a'.repeat(32) };
const access = (anonymous: Access['anonymous']): Access => ({
  anonymous,
  tokensFile: 'tokens',
  tokens: new Map(
    Object.entries(tokens).map(([role, token]) => [
      hashOfToken(token),
      { name: `${role}-token`, role: role as Role },
    ]),
  ),
  certificates: new Map([
    ['CN=eve', 'viewer'],
    ['CN=otto', 'operator'],
    ['CN=ada', 'admin'],
  ]),
  uids: new Map([
    [1000, 'viewer'],
    [1001, 'operator'],
    [1002, 'admin'],
  ]),
});

const authority = new Authority('clients');
const foreign = new Authority('somebody else');
const server = new Authority('servers');
const serverCa = Buffer.from(server.cert);

function certificate(commonName: string, of = authority) {
  const { cert, key } = of.issue({ names: [], commonName });
  return { ca: serverCa, own: { cert: Buffer.from(cert), key: Buffer.from(key) } };
}

type Door = 'unix' | 'loopback' | 'tls';

interface Row {
  readonly door: Door;
  readonly who: string;
  readonly uid?: number;
  readonly kit?: CallerKit;
  /** null: nobody. */
  readonly role: Role | null;
  /** False: it has that role because everybody has. */
  readonly known?: boolean;
}

const bare: CallerKit = { tls: { ca: serverCa, own: null } };
const withoutAccess: readonly Row[] = [
  { door: 'unix', who: 'root', uid: 0, role: 'admin' },
  { door: 'unix', who: 'any user', uid: 4711, role: 'admin' },
  { door: 'loopback', who: 'anybody', role: 'admin' },
  { door: 'loopback', who: 'any token', kit: { token: tokens.viewer }, role: 'admin' },
  { door: 'tls', who: 'no certificate', kit: bare, role: null },
  { door: 'tls', who: 'a token', kit: { ...bare, token: tokens.admin }, role: null },
  { door: 'tls', who: 'a certificate', kit: { tls: certificate('anybody') }, role: 'admin' },
  { door: 'tls', who: "somebody else's certificate", kit: { tls: certificate('ada', foreign) }, role: null },
];
const byRole = (door: Door, kit: CallerKit): Row[] =>
  (['viewer', 'operator', 'admin'] as const).map((role) => ({
    door,
    who: `token of ${role}`,
    kit: { ...kit, token: tokens[role] },
    role,
  }));
const withAccess = (rest: Role | null): readonly Row[] => [
  { door: 'unix', who: 'root', uid: 0, role: 'admin' },
  { door: 'unix', who: 'maglevd', uid: ownUid, role: 'admin' },
  { door: 'unix', who: 'viewer', uid: 1000, role: 'viewer' },
  { door: 'unix', who: 'operator', uid: 1001, role: 'operator' },
  { door: 'unix', who: 'admin', uid: 1002, role: 'admin' },
  { door: 'unix', who: 'another user', uid: 1003, role: rest, known: false },
  ...byRole('unix', {}).map((row) => ({ ...row, uid: 1003 })),
  { door: 'unix', who: 'admin with a token', uid: 1002, kit: { token: tokens.viewer }, role: 'viewer' },
  { door: 'unix', who: 'admin with no token of ours', uid: 1002, kit: { token: 'x'.repeat(32) }, role: null },
  { door: 'loopback', who: 'anybody', role: rest, known: false },
  { door: 'loopback', who: 'no token of ours', kit: { token: 'x'.repeat(32) }, role: null },
  ...byRole('loopback', {}),
  { door: 'tls', who: 'no certificate', kit: bare, role: rest, known: false },
  ...byRole('tls', bare),
  { door: 'tls', who: 'viewer', kit: { tls: certificate('eve') }, role: 'viewer' },
  { door: 'tls', who: 'operator', kit: { tls: certificate('otto') }, role: 'operator' },
  { door: 'tls', who: 'admin', kit: { tls: certificate('ada') }, role: 'admin' },
  { door: 'tls', who: 'not named', kit: { tls: certificate('mallory') }, role: rest, known: false },
  { door: 'tls', who: 'not ours', kit: { tls: certificate('ada', foreign) }, role: rest, known: false },
];

/** Who is known is who he was: that is tried again for one of each door, and for all when the slow kinds are wanted in full. */
const anybodyReads = withAccess('viewer').filter(
  ({ known = true, who, role }) => wholeOfIt || !known || role === null || who.endsWith('operator'),
);

function expected({ role, known = true }: Row, method: Method): status | null {
  if (order.indexOf(role) >= order.indexOf(needs[method])) return null;
  return role === null || !known ? status.UNAUTHENTICATED : status.PERMISSION_DENIED;
}

const refusals: readonly status[] = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];
const codes = { [status.UNAUTHENTICATED]: 'MGL_UNAUTHENTICATED', [status.PERMISSION_DENIED]: 'MGL_DENIED' };

describe('every RPC as everybody through every door', () => {
  let fixture: Fixture;
  let uid: number | null = null;
  const doors = { unix: '', loopback: '', tls: '' };
  const httpDoors = { unix: '', loopback: '', tls: '' };

  before(async () => {
    const callees = siteCallees();
    fixture = await startFixture(
      {
        ...callees,
        vpp: (message) => {
          if (message.type === 'list-syncs') message.reply.ok([]);
          else if (message.type === 'get-sync') message.reply.fail(new MaglevError('MGL_VPP_TIMEOUT', 'no'));
          else callees.vpp?.(message);
        },
        events: (message) => {
          if (message.type === 'subscribe') {
            message.reply.ok({ id: 1, epoch: 'e', from: 1, resumed: false, states: [] });
          } else callees.events(message);
        },
      },
      {
        ownUid,
        uidOf: () => uid,
        address: (folder) => `unix:${folder}/grpc.sock,plain:127.0.0.1:0,localhost:0`,
        httpAddress: (folder) => `unix:${folder}/http.sock,plain:127.0.0.1:0,localhost:0`,
        tls: (folder) => {
          const { cert, key } = server.issue({ names: ['DNS:localhost', 'IP:127.0.0.1'] });
          const files = { cert: 'cert.pem', key: 'key.pem', clientCa: 'ca.pem' } as const;
          const texts = { cert, key, clientCa: authority.cert };
          const at = (name: keyof typeof files) => path.join(folder, files[name]);
          for (const name of ['cert', 'key', 'clientCa'] as const) writeFileSync(at(name), texts[name]);
          return { cert: at('cert'), key: at('key'), clientCa: at('clientCa') };
        },
      },
    );
    for (const [found, address] of [
      [doors, fixture.server.address],
      [httpDoors, fixture.server.httpAddress],
    ] as const) {
      const [unix = '', loopback = '', tls = ''] = address.split(',');
      Object.assign(found, { unix, loopback, tls });
    }
  });
  after(() => fixture.stop());

  it('knows every RPC', () => {
    expect(methods.sort()).to.deep.equal(Object.keys(MaglevService).sort());
  });

  // HTTP streams events, and nothing else.
  const offered = {
    grpc: methods,
    http: methods.filter((name) => name === 'watchEvents' || !MaglevService[name].responseStream),
  };

  for (const [title, rules, rows] of [
    ['without maglev.access', null, withoutAccess],
    ['with maglev.access', access(null), withAccess(null)],
    ['with maglev.access that lets anybody read', access('viewer'), anybodyReads],
  ] as const) {
    describe(title, () => {
      for (const via of ['grpc', 'http'] as const) {
        for (const row of rows) {
          it(`${via}, ${row.door}: ${row.who} is ${row.role ?? 'nobody'}`, async () => {
            fixture.server.setAccess(rules);
            uid = row.uid ?? null;
            const before = fixture.log.records.length;
            const caller =
              via === 'grpc' ? rawCaller(doors[row.door], row.kit) : httpAsker(httpDoors[row.door], row.kit);
            const seen: Record<string, unknown> = {};
            const wanted: Record<string, unknown> = {};
            for (const method of offered[via]) {
              const answer = await caller.call(method);
              seen[method] = refusals.includes(answer.status) ? answer : null;
              const refusal = expected(row, method) as keyof typeof codes | null;
              wanted[method] = refusal === null ? null : { status: refusal, code: codes[refusal] };
            }
            caller.close();
            expect(seen).to.deep.equal(wanted);
            const told = fixture.log.records.slice(before);
            const changed = offered[via].filter((name) => needs[name] !== 'viewer' && wanted[name] === null);
            const audited = told.filter(({ event }) => event === 'api-change');
            expect(audited.map(({ fields }) => fields['method'])).to.have.members(
              changed.map((name) => MaglevService[name].path),
            );
            for (const { fields } of audited) expect(fields['via']).to.equal(via);
          });
        }
      }
    });
  }
});
