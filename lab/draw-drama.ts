import type { Dice } from './dice.js';
import {
  fullHeap,
  secondThoughts,
  starved,
  strangers,
  takenBackUnheard,
  underNewRules,
} from './draw-long-drama.js';
import {
  contradiction,
  crash,
  DRAMA_MS,
  edit,
  hand,
  lateness,
  link,
  names,
  refusal,
  type Scene,
  server,
  some,
  vppTrouble,
  word,
} from './draw-scene.js';
import type { Fault, Fleet } from './scenario.js';

/**
 * Faults that have to do with each other, within seconds, about one frontend: what rarely meets by chance is where
 * promises are kept or not.
 */
export function drawDrama(dice: Dice, fleet: Fleet, from: number, to: number): Fault[] {
  const at = dice.from(from, Math.max(from, to - DRAMA_MS));
  const withSpare = fleet.frontends.filter(({ pools }) => pools.length > 1);
  const frontend = dice.one(withSpare.length > 0 && dice.chance(0.6) ? withSpare : fleet.frontends);
  const scene = { dice, fleet, frontend, at };
  const draw = dice.weighed([
    [5, failover],
    [4, restart],
    [4, reload],
    [3, words],
    [2, underNewRules],
    [2, secondThoughts],
    [1, takenBackUnheard],
    [2, strangers],
    [2, starved],
    [2, fullHeap],
  ] as const);
  return [...draw(scene), ...audience(scene)].map((fault) => within(fault, from, to));
}

/** Somebody who follows it, and sleeps for most of it. */
function audience({ dice, at }: Scene): Fault[] {
  if (dice.chance(0.6)) return [];
  return [{ kind: 'watcher', at: at - 5000, forMs: DRAMA_MS, stopsMs: dice.from(20_000, 40_000) }];
}

function within(fault: Fault, from: number, to: number): Fault {
  const at = Math.min(Math.max(from, fault.at), to - 1000);
  return 'forMs' in fault ? { ...fault, at, forMs: Math.min(fault.forMs, to - at) } : { ...fault, at };
}

/** Those who serve leave together, while something is wrong with the way to VPP. */
function failover(scene: Scene): Fault[] {
  const { dice, frontend, at } = scene;
  const [first] = frontend.pools;
  const leaving = (first?.backends ?? []).map(({ name }) => name);
  const forMs = dice.span(3000, DRAMA_MS / 2);
  const how = dice.one(['refuses', 'silent', 'error', 'flapping'] as const);
  const leave: Fault[] = dice.chance(0.15)
    ? leaving.map((backend) => ({ kind: 'operator', at: at + dice.from(0, 300), backend, action: 'disable' }))
    : leaving.map((backend) => server(dice, at + dice.span(1, 3000), forMs, backend, how));
  return [
    ...leave,
    ...some(dice, 1, 3, [
      () => refusal(scene),
      () => refusal({ ...scene, at: at + forMs }),
      () => refusal({ ...scene, at: at + forMs }),
      () => lateness(scene),
      () => lateness(scene),
      () => vppTrouble(scene),
      () => hand(scene),
      () => crash(scene),
      () => [{ kind: 'sync', at: at + dice.from(0, 8000), frontend: null }],
      () => [word(scene, at + dice.from(-2000, 8000))],
    ]),
  ];
}

/** maglevd begins anew, and much is not as it was. */
function restart(scene: Scene): Fault[] {
  const { dice, fleet, at } = scene;
  const downMs = dice.span(50, 5000);
  const begins: Fault = dice.chance(0.5)
    ? { kind: 'restart', at, downMs }
    : { kind: 'kill', at, nth: dice.span(1, 100), downMs };
  const back = at + downMs;
  const subject = names(scene);
  return [
    begins,
    ...some(dice, 1, 4, [
      () =>
        dice
          .some(subject, dice.from(1, subject.length))
          .map((backend) =>
            server(
              dice,
              at - 2000,
              dice.span(5000, DRAMA_MS),
              backend,
              dice.one(['flaky', 'flaky', 'error', 'silent']),
            ),
          ),
      () => contradiction(scene, at - dice.from(0, 3000), back + dice.from(0, 3000)),
      () => contradiction(scene, at - dice.from(0, 3000), back + dice.from(0, 3000)),
      () => [word(scene, back + dice.from(0, 4000)), word(scene, back + dice.from(0, 4000))],
      () => [edit(scene, back + dice.from(-downMs, 4000))],
      () => [
        {
          kind: 'disk',
          at: at - 100,
          forMs: downMs + dice.span(500, 8000),
          how: dice.one(['slow', 'hangs']),
        },
      ],
      () => hand({ ...scene, at: at + Math.floor(downMs / 2) }),
      () => vppTrouble(scene),
      () => [
        ...subject.map((backend) => server(dice, at - 3000, DRAMA_MS, backend, 'error')),
        { kind: 'doubt', at, forMs: DRAMA_MS, backends: subject, p: 0.7 },
      ],
      () => [{ kind: 'doubt', at, forMs: dice.span(3000, DRAMA_MS), backends: subject, ...link(dice) }],
      () => [
        {
          kind: 'network',
          at,
          forMs: dice.span(3000, DRAMA_MS),
          backends: fleet.backends.map(({ name }) => name),
          how: 'loss',
          p: 0.5,
        },
      ],
    ]),
  ];
}

/** Another config, while something that it has to do with is not settled. */
function reload(scene: Scene): Fault[] {
  const { dice, at } = scene;
  const subject = dice.one(names(scene));
  return [
    edit(scene, at, subject),
    ...some(dice, 1, 3, [
      () => [{ kind: 'vpp', at: at - dice.from(0, 800), forMs: dice.span(60, 5000), how: 'hang' }],
      () => [
        {
          kind: 'vpp',
          at: at - 1000,
          forMs: 8000,
          how: { text: `delay:${dice.from(20, 400)}ms@control_ping` },
        },
      ],
      () => [
        server(
          dice,
          at - dice.from(0, 3000),
          dice.span(2000, DRAMA_MS),
          subject,
          dice.one(['flaky', 'error', 'silent', 'refuses']),
        ),
      ],
      () => [{ ...server(dice, at - 5000, DRAMA_MS, subject, 'silent'), only: dice.one(['first', 'other']) }],
      () => crash({ ...scene, at: at - 1 }),
      () => [edit(scene, at + dice.span(10, 5000), subject)],
      () => [{ kind: 'kill', at, nth: dice.span(1, 60), downMs: dice.span(50, 3000) }],
      () => [word(scene, at + dice.from(-3000, 3000), subject)],
      () => lateness(scene),
    ]),
  ];
}

/** An operator is at work, and others are, too. */
function words(scene: Scene): Fault[] {
  const { dice, at } = scene;
  return [
    word(scene, at),
    word(scene, at + dice.span(100, 5000)),
    ...some(dice, 1, 3, [
      () => contradiction(scene, at, at + dice.span(100, 20_000)),
      () => [edit(scene, at + dice.span(100, 20_000))],
      () => [edit(scene, at + dice.span(100, 20_000)), edit(scene, at + dice.span(100, 20_000))],
      () => [{ kind: 'restart', at: at + dice.span(100, 20_000), downMs: dice.span(50, 3000) }],
      () => [{ kind: 'kill', at, nth: dice.span(1, 200), downMs: dice.span(50, 3000) }],
      () => [
        {
          kind: 'disk',
          at: at - 100,
          forMs: dice.span(500, 20_000),
          how: dice.one(['slow', 'hangs', 'full', 'read-only']),
        },
      ],
      () => vppTrouble(scene),
      () => lateness(scene),
    ]),
  ];
}
