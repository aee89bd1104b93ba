import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { operatorActor } from '../../actors/operator.js';
import type { InForce, Pending } from '../../domain/applied.js';
import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import { type BackendAction, noIntents } from '../../domain/operator.js';
import type { Touched } from '../../domain/operator-wish.js';
import type { ConfigControl } from '../../protocol/config.js';
import type { IntentRequest } from '../../protocol/intents.js';
import type { EffectiveChanged, OperatorRequest } from '../../protocol/operator.js';
import { ip, sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { nothingToWrite } from '../support/quiet-answers.js';
import { outcome } from '../support/stage.js';
import { answering, Tree } from '../support/tree.js';

const config = sampleConfig({ a: { address: '10.0.0.1' } }, [
  sampleFrontend('web', '192.0.2.1', [{ a: 100 }]),
]);

describe('actors/operator', () => {
  let tree: Tree;
  /** How long it takes until a change is in force. */
  let takesMs: number;
  /** What the decision answers. */
  let inForce: InForce;
  let told: Touched[];
  /** The decision crashes on what it is told, but for everything. */
  let crashes: boolean;
  let operator: ActorRef<OperatorRequest>;
  beforeEach(async () => {
    tree = new Tree();
    takesMs = 0;
    inForce = nothingToWrite;
    told = [];
    crashes = false;
    const keeper = answering<ConfigControl>('config', (message) => {
      if (message.type === 'get-config') message.reply.ok(config);
    });
    const health = answering<EffectiveChanged>('health', ({ reply }) => {
      if (takesMs === 0) reply.ok(undefined);
      else tree.clock.schedule(takesMs, () => void reply.ok(undefined));
    });
    const decision = answering<EffectiveChanged<InForce>>('decision', (message) => {
      told.push(message.touched);
      if (message.touched.kind !== 'all' && crashes)
        message.reply.fail(new MaglevError('MGL_ACTOR_CRASHED', 'decision failed on the request'));
      else message.reply.ok(inForce);
    });
    operator = tree.start(operatorActor({ config: keeper, health, decision, keeper: forgetful() }));
    await tree.clock.settle();
  });
  afterEach(() => tree.end());

  const act = (name: string, action: BackendAction, peer?: string) => {
    const who = peer === undefined ? {} : { peer };
    const question = { type: 'act-on-backend', name, action, ...who } as const;
    return tree.system.ask(operator, question, { timeoutMs: 60_000 });
  };
  const weigh = (weight: number, flush = false) => {
    const change = { frontend: 'web', pool: 'pool0', backend: 'a', weight };
    return tree.system.ask(operator, { type: 'set-weight', change, flush, peer: 'unix' });
  };
  const applied = (weights: number, pending: Pending | null = null, flushed: readonly IpAddress[] = []) => {
    return { frontend: 'web', acknowledged: weights, weights, flushed, pending };
  };
  const logged = () => tree.log.of('operator-action').map(({ level, fields }) => ({ level, ...fields }));
  const nothing = { acknowledged: 0, weights: 0, flushed: 0, vppMs: 0 };

  it('tells nobody at its first start: everybody asks by himself', () => {
    expect(told).to.deep.equal([]);
  });

  it('waits for a change to be in force as long as whoever asked does', async () => {
    takesMs = 20_000;
    const answer = act('a', 'disable');
    await tree.clock.advance(19_999);
    expect(await outcome(tree.clock, answer)).to.equal('pending');
    await tree.clock.advance(1);
    expect(await outcome(tree.clock, answer)).not.to.match(/pending|MGL/);
  });

  it('logs each request once, when it is known what VPP has of it', async () => {
    inForce = { ...nothingToWrite, applied: [applied(1, null, [ip('10.0.0.1')])], tookMs: 4.26 };
    await act('a', 'disable', 'ipv4:192.0.2.77:4711');
    await act('a', 'resume').catch(() => {});
    await act('z', 'pause').catch(() => {});
    inForce = { ...nothingToWrite, applied: [applied(0, absent)], tookMs: 0, uncut: ['web'] };
    await weigh(7, true);
    const change = { frontend: 'web', pool: 'pool0', backend: 'a', weight: 7 };
    const peer = 'ipv4:192.0.2.77:4711';
    const had = { acknowledged: 1, weights: 1, flushed: 1, vppMs: 4.3 };
    const rest = { pending: 'disconnected', reason: 'VPP is not connected' };
    expect(logged()).to.deep.equal([
      { level: 'info', backend: 'a', action: 'disable', outcome: 'done', ...had, peer },
      { level: 'info', backend: 'a', action: 'resume', outcome: 'refused', code: 'MGL_BACKEND_DISABLED' },
      { level: 'info', backend: 'z', action: 'pause', outcome: 'refused', code: 'MGL_BACKEND_UNKNOWN' },
      {
        level: 'info',
        action: 'weight',
        ...change,
        flush: true,
        outcome: 'done',
        ...nothing,
        ...rest,
        peer: 'unix',
      },
    ]);
  });

  it('says what VPP has acknowledged, and how long that took', async () => {
    inForce = { ...nothingToWrite, applied: [applied(1), { ...applied(1), frontend: 'other' }], tookMs: 4.2 };
    expect(await act('a', 'disable')).to.include({
      summary: 'disabled; 2 frontends, 2 weights set, acknowledged by VPP in 4 ms',
      warning: null,
    });
  });

  it('warns of what VPP does not have, and of flows that were not cut', async () => {
    inForce = { ...nothingToWrite, applied: [applied(0, absent)], uncut: ['web'] };
    expect(await act('a', 'disable')).to.include({
      summary: 'disabled; not in VPP yet',
      warning:
        'VPP is not connected: the weights follow at the next connect; flows were NOT cut: that comes with the weights',
    });
    expect(await weigh(30, true)).to.include({
      summary: 'weight 30; not in VPP yet',
      warning:
        'VPP is not connected: the weights follow at the next connect; flows were NOT cut: ask again when VPP is connected',
    });
  });

  it('says what is waited for when nothing has to be written', async () => {
    inForce = { ...nothingToWrite, waits: 'it waits for its first probe' };
    expect(await act('a', 'enable')).to.include({
      summary: 'enabled; nothing to write to VPP now: it waits for its first probe',
      warning: null,
    });
  });

  it('lists what differs from the config, since when, by whom, and what it changes', async () => {
    const at = tree.clock.now();
    await act('a', 'disable', 'ipv4:192.0.2.77:4711');
    await tree.clock.advance(5000);
    await weigh(7);
    await act('a', 'disable', 'unix');
    const list = () => tree.system.ask(operator, { type: 'list-overrides' });
    const common = { backend: 'a', dormantSince: null, frontends: ['web'] };
    expect(await list()).to.deep.equal([
      {
        ...common,
        asked: 'disable',
        frontend: null,
        pool: null,
        at,
        peer: 'ipv4:192.0.2.77:4711',
        configSays: 'enabled: true',
        effect: 'not probed, weight 0, flows cut',
      },
      {
        ...common,
        asked: 'weight 7',
        frontend: 'web',
        pool: 'pool0',
        at: at + 5000,
        peer: 'unix',
        configSays: 'weight: 100',
        effect: 'weight 7 instead of 100, while it is up in the active pool',
      },
    ]);
    await act('a', 'enable');
    await weigh(100);
    expect(await list()).to.deep.equal([]);
  });

  it('warns that flows were not cut when the decision fails on the question, and has everything decided anew', async () => {
    crashes = true;
    const failed =
      'a part of maglevd failed and was restarted meanwhile: the weights follow with a full sync';
    expect(await weigh(50, true)).to.include({
      summary: 'weight 50; not in VPP yet',
      warning: `${failed}; flows were NOT cut: ask again`,
    });
    expect(await weigh(40)).to.include({ warning: failed });
    expect(await act('a', 'disable')).to.include({ warning: failed });
    expect(told.map(({ kind }) => kind)).to.deep.equal(['weight', 'all', 'weight', 'all', 'backend', 'all']);
  });

  it('warns of a frontend that is left with nobody, of whoever takes something away', async () => {
    inForce = { ...nothingToWrite, deserted: ['web'] };
    const warning = 'frontend web has no server left that gets new flows';
    expect(await act('a', 'disable')).to.include({ warning });
    expect(await act('a', 'enable')).to.include({ warning: null });
    expect(await weigh(0)).to.include({ warning });
    expect(await weigh(1)).to.include({ warning: null });
  });
});

const absent: Pending = { why: 'disconnected', text: 'VPP is not connected', error: null, owed: false };

/** A keeper that had nothing to keep, and is content with everything. */
function forgetful() {
  return answering<IntentRequest>('keeper', (message) => {
    if (message.type === 'keep-intents') message.reply.ok(null);
    else if (message.type === 'look-for-intents') message.reply.ok(noIntents);
    else message.reply.ok({ intents: noIntents, whole: false, said: new Set() });
  });
}
