/** A fault that could be in maglevd: one place of what was compiled is another. */
export interface Bug {
  readonly name: string;
  /** In `out`, without `.js`. */
  readonly file: string;
  /** Stands in it exactly once. */
  readonly from: string;
  readonly to: string;
}

function bug(name: string, file: string, from: string, to: string): Bug {
  return { name, file, from, to };
}

/** In counting, and in what is known of servers. */
const counting: readonly Bug[] = [
  bug(
    'the first failure is a verdict',
    'domain/rise-fall',
    'return counter > rules.rise ? standing(false, counter - 1) : standing(true, 0);',
    'return standing(true, 0);',
  ),
  bug('a failure counts twice', 'domain/rise-fall', 'Math.max(counter - 1, 0)', 'Math.max(counter - 2, 0)'),
  bug('off by one in fall', 'domain/rise-fall', 'return rise + fall - 1;', 'return rise + fall - 2 || 1;'),
  bug(
    'off by one in rise',
    'domain/rise-fall',
    "return counter >= rise ? 'up' : 'down';",
    "return counter > rise ? 'up' : 'down';",
  ),
  bug('doubt counts as failure', 'probes/engine/schedule', "verdict === 'doubt' ? before : ", ''),
  bug(
    'nothing is blamed on a VPP that is away or silent',
    'domain/vpp-heard',
    "if (origin === 'server' || heard.state === 'unwatched')",
    'if (true)',
  ),
  bug(
    'what was on its way while VPP was silent counts',
    'domain/vpp-heard',
    'if (begunAt <= heard.since)',
    'if (false)',
  ),
  bug(
    'a probe that went out before VPP forwarded anything counts',
    'domain/vpp-heard',
    'if (begunAt >= connectedAt + SETTLE_MS || probe.heardBegunAt > connectedAt)',
    'if (true)',
  ),
  bug(
    'a reload forgets how a server stands',
    'domain/rise-fall',
    'if (counter === fullHealth(before))',
    'if (true)',
  ),
  bug(
    'the verdict about an address is believed of another',
    'domain/deciding',
    'if (known?.address !== address)',
    'if (known === undefined)',
  ),
  bug(
    'no probe is begun after the first one',
    'probes/engine/schedule',
    'this.#due(number, Math.max(now, nextProbeAt(rhythm, this.#options.clock.random())));',
    '',
  ),
  bug(
    'patience with a server without verdict never ends',
    'actors/health/backend',
    'memory.givenUp = true;',
    '',
  ),
];

/** In what is decided, and in what operators asked for. */
const deciding: readonly Bug[] = [
  bug(
    'a server without verdict is not held',
    'domain/weights',
    "{ weight: 0, hold: true, flush: false, reason: 'no verdict yet: kept as VPP has it' }",
    "{ weight: 0, hold: false, flush: false, reason: 'no verdict yet: kept as VPP has it' }",
  ),
  bug(
    'nothing is held right after a start',
    'domain/weights',
    "const starting = holdAll && known.includes('unknown');",
    'const starting = false;',
  ),
  bug(
    'no pool waits for a verdict of the one before it',
    'domain/weights',
    'waitingFor: open',
    'waitingFor: null',
  ),
  bug(
    'a server of weight 0 makes its pool the active one',
    'domain/weights',
    'if (weight === 0)\n',
    'if (false)\n',
  ),
  bug('the last pool is preferred', 'domain/weights', '{ active: index,', '{ active: pools.length - 1,'),
  bug('a pause has no effect', 'domain/deciding', 'if (effective.paused.has(name))', 'if (false)'),
  bug(
    'a disabled server is not cut',
    'domain/weights',
    "flush: true, reason: 'disabled'",
    "flush: false, reason: 'disabled'",
  ),
  bug(
    'a paused server is cut',
    'domain/weights',
    "flush: false, reason: 'paused by the operator'",
    "flush: true, reason: 'paused by the operator'",
  ),
  bug('flush-on-down is ignored', 'domain/weights', 'flush: flushOnDown', 'flush: true'),
  bug(
    'weights that operators set are not worked in',
    'domain/operator',
    'frontends.set(intent.frontend, withWeight(frontend, intent))',
    'void 0',
  ),
  bug(
    'what operators asked for is dropped at every review',
    'domain/intent-review',
    'else if (says !== configured)',
    'else if (says === configured)',
  ),
  bug(
    'what operators asked for is forgotten at a restart',
    'domain/intent-desk',
    'const merged = mergeIntents(found, intents, said);',
    'const merged = intents;',
  ),
  bug(
    'what was kept wins over what was said since',
    'domain/operator',
    'const earlier = [...found].filter(([subject]) => !said.has(subject));\n    const later = [...now].filter(([subject]) => said.has(subject));',
    'const earlier = [...found];\n    const later = [];',
  ),
  bug(
    'what operators ask for is not kept on disk',
    'actors/intent-keeper',
    'store.save(intents).then(',
    'Promise.resolve().then(',
  ),
];

/** In plans, and in what is remembered of VPP. */
const planning: readonly Bug[] = [
  bug(
    'lowered before others are raised',
    'domain/plan-vip',
    'const coming = none.concat(first, adds, raises, last);',
    'const coming = none.concat(first, last, adds, raises);',
  ),
  bug(
    'who leaves does not wait for who comes',
    'domain/plan-vip',
    'if (adds.length + raises.length > 0 && !stays && found.ases.some(({ weight }) => weight > 0))',
    'if (false)',
  ),
  bug(
    'another weight in VPP is no difference',
    'domain/plan-vip',
    'if (have.weight === weight && !owed && !cut)',
    'if (!owed && !cut)',
  ),
  bug('servers of nobody stay', 'domain/plan-vip', ': removalsOf(desired, found, targets);', ': none;'),
  bug(
    'VIPs of nobody stay',
    'domain/plan',
    'else if (want === undefined) {',
    'else if (want === undefined && vip === null) {',
  ),
  bug(
    'stickiness is not compared',
    'domain/plan',
    'if (found.srcIpSticky !== null && found.srcIpSticky !== desired.srcIpSticky) {',
    'if (false) {',
  ),
  bug(
    'a VIP is removed before its servers',
    'domain/plan-vip',
    "...servers.map(({ address }) => ({ op: 'as-del', key, address, flush: true, reason })),\n",
    '',
  ),
  bug(
    'what is held does not keep what VPP has',
    'domain/plan-vip',
    'const held = as.hold ? have[places.of(as.address, i)] : undefined;',
    'const held = undefined;',
  ),
  bug('a stale read is believed', 'domain/vip-knowledge', 'if (this.#order >= order)', 'if (false)'),
  bug(
    'what failed is believed to be done',
    'domain/vip-knowledge',
    "else if (outcome === 'done') {",
    'else if (true) {',
  ),
  bug(
    'after a failure VPP is not read',
    'domain/sync-queue',
    "this.due(this.#waiting.length < FEW ? frontend : null, 'unsure');",
    '',
  ),
  bug(
    'owed flushes are never done with',
    'domain/vip-knowledge',
    ': ases;\n        this.#owed = none;',
    ': ases;',
  ),
  bug('a lost flush', 'domain/plan-vip', 'const flush = owed || ', 'const flush = '),
  bug(
    'a flush that an operator asked for is forgotten',
    'actors/vpp/reconciler',
    'this.#vip.owe(message.flush);',
    '',
  ),
];

/** On the way to VPP. */
const sending: readonly Bug[] = [
  bug(
    'answers do not make room for the next request',
    'domain/send-queue',
    'this.#underWayMs = Math.max(0, this.#underWayMs - (cost ?? 0));',
    '',
  ),
  bug(
    'a sync that is over is never over',
    'domain/sync-queue',
    'this.#running = null;\n        return askers;',
    'return askers;',
  ),
  bug(
    'nobody looks at VPP again by himself',
    'actors/vpp/sync-ticker',
    'lb.tell(message);',
    '{ if (lb.ticked !== true) { lb.ticked = true; lb.tell(message); } }',
  ),
  bug(
    'what is asked for is acknowledged before VPP has it',
    'actors/vpp/reconciler',
    'this.#askers.add(message.desired.frontend, message.reply);',
    'message.reply.ok({ frontend: message.desired.frontend, acknowledged: 1, weights: 1, flushed: [], pending: null });',
  ),
  bug(
    'settings are not pushed again when somebody changes them',
    'actors/vpp/conf-pusher',
    'if (this.#known !== null && !sameConf(this.#known, conf))',
    'if (false)',
  ),
  bug(
    'a session outlives its connection',
    'actors/vpp/vpp',
    'await this.context.stopChild(live.session, reason);',
    'void 0;',
  ),
  bug(
    'no second attempt to connect',
    'actors/vpp/connection',
    "this.context.after(delayMs, { type: 'connect' });",
    "if (this.#attempts < 2) this.context.after(delayMs, { type: 'connect' });",
  ),
  bug(
    'a VIP is made although VPP has no memory for it',
    'binapi/lb/memory-guard',
    'if (!mustLook && this.#lack(need) === null) {',
    'if (true) {',
  ),
  bug(
    'a server that was removed is remembered as there',
    'domain/plan-execute',
    "servers.delete(operation.address);\n                break;\n            case 'as-weight':",
    "break;\n            case 'as-weight':",
  ),
  bug('events are lost without a word', 'domain/event-queue', 'this.#lost += before - kept.length;', ''),
];

export const bugs: readonly Bug[] = [...counting, ...deciding, ...planning, ...sending];
