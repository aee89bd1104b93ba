import type { Dice } from './dice.js';
import { crashable, drawCommandAt, drawEditAt, type FleetPlace } from './draw-fault.js';
import { placeNames, vipIdOf } from './places.js';
import type { Fault, Fleet, FrontendPlan, ServerFault } from './scenario.js';

/** The longest drama, in milliseconds. */
export const DRAMA_MS = 60_000;

/** Whom a drama is about, and when it begins. */
export interface Scene {
  readonly dice: Dice;
  readonly fleet: Fleet;
  readonly frontend: FrontendPlan;
  readonly at: number;
}

/** Some of these, each at most once. */
export function some(dice: Dice, least: number, most: number, items: readonly (() => Fault[])[]): Fault[] {
  return dice.some(items, dice.from(least, most)).flatMap((draw) => draw());
}

export function names({ frontend }: Scene): readonly string[] {
  return placeNames(frontend);
}

export function server(
  dice: Dice,
  at: number,
  forMs: number,
  backend: string,
  how: ServerFault['how'],
): ServerFault {
  return { kind: 'server', at, forMs, backend, how, p: dice.one([0.2, 0.5, 0.8]) };
}

export function link(dice: Dice): { readonly how?: 'link' } {
  return dice.chance(0.5) ? { how: 'link' } : {};
}

/** One change, or a few, that VPP does not want. */
export function refusal({ dice, at }: Scene): Fault[] {
  const message = dice.one(['lb_as_set_weight', 'lb_as_set_weight', 'lb_add_del_as_v2']);
  const action = dice.one([
    'refuse:-1',
    'refuse:-6',
    'drop',
    'disconnect-after',
    'disconnect',
    'die-after',
    'delay:3s',
  ]);
  const nth = dice.one(['#1', '#1', '#2', '#1-3', '']);
  return [
    {
      kind: 'vpp',
      at: at - 1000,
      forMs: dice.span(3000, 30_000),
      how: { text: `${action}@${message}${nth}` },
    },
  ];
}

/** VPP is read slowly, so that much happens meanwhile. */
export function lateness({ dice, at }: Scene): Fault[] {
  const message = dice.one(['lb_as_v2_dump', 'lb_vip_dump', 'lb_as_set_weight', 'cli_inband']);
  const text = `delay:${dice.span(20, 3000)}ms@${message}`;
  return [{ kind: 'vpp', at: at - dice.from(0, 5000), forMs: DRAMA_MS, how: { text } }];
}

export function vppTrouble({ dice, at }: Scene): Fault[] {
  const how = dice.one(['down', 'down-with-state', 'hang', 'disconnect'] as const);
  return [{ kind: 'vpp', at: at + dice.from(-1000, 8000), forMs: dice.span(100, 8000), how }];
}

export function hand(scene: Scene): Fault[] {
  const { dice, at } = scene;
  return [{ kind: 'hand', at: at + dice.from(-3000, 3000), command: drawCommandAt(dice, place(scene)) }];
}

/** Somebody who has much to do with this frontend. */
export function crash({ dice, frontend, at }: Scene): Fault[] {
  const reconciler = vipIdOf(frontend).replace('/', '_');
  const actor = dice.chance(0.4)
    ? dice.one([reconciler, `backend-${dice.one(placeNames(frontend))}`])
    : dice.one(crashable);
  return [{ kind: 'crash', at, actor, nth: dice.from(1, 6) }];
}

export function place({ dice, frontend }: Scene): FleetPlace {
  const pool = dice.one(frontend.pools);
  return { frontend: frontend.name, pool: pool.name, backend: dice.one(pool.backends).name };
}

export function word(scene: Scene, at: number, backend = scene.dice.one(names(scene))): Fault {
  const { dice } = scene;
  if (dice.chance(0.35))
    return {
      kind: 'weight',
      at,
      ...place(scene),
      weight: dice.one([0, 0, 1, 20, 100]),
      flush: dice.chance(0.5),
    };
  return { kind: 'operator', at, backend, action: dice.one(['pause', 'resume', 'enable', 'disable']) };
}

/** First this, then that. */
export function contradiction(scene: Scene, first: number, then: number): Fault[] {
  const { dice } = scene;
  const backend = dice.one(names(scene));
  const [one, other] = dice.one([
    ['pause', 'resume'],
    ['disable', 'enable'],
    ['enable', 'disable'],
    ['pause', 'disable'],
  ] as const);
  return [
    { kind: 'operator', at: first, backend, action: one },
    { kind: 'operator', at: then, backend, action: other },
  ];
}

export function edit(scene: Scene, at: number, backend = scene.dice.one(names(scene))): Fault {
  const { dice, fleet } = scene;
  const pool = scene.frontend.pools.find(({ backends }) => backends.some(({ name }) => name === backend));
  const where = { frontend: scene.frontend.name, pool: pool?.name ?? 'main', backend };
  return {
    kind: 'reload',
    at,
    edit: drawEditAt(dice, fleet, where),
    halfMs: dice.chance(0.15) ? dice.from(1, 800) : 0,
    by: dice.one(['signal', 'request']),
  };
}
