import { drawCommandAt } from './draw-fault.js';
import { DRAMA_MS, edit, names, place, type Scene, server, some, vppTrouble, word } from './draw-scene.js';
import { weightIn } from './places.js';
import type { Fault } from './scenario.js';

/** Dramas that need their time: what goes wrong in them shows only when something else comes later. */

/** Whoever is down, or ails, is judged by other rules from then on. */
export function underNewRules(scene: Scene): Fault[] {
  const { dice, fleet, at } = scene;
  const subject = dice.one(names(scene));
  const check = fleet.backends.find(({ name }) => name === subject)?.check ?? dice.one(fleet.checks).name;
  const reload = (when: number): Fault => ({
    kind: 'reload',
    at: when,
    edit: { do: 'fall', check, fall: dice.from(1, 4), rise: dice.from(1, 3) },
    halfMs: 0,
    by: dice.one(['signal', 'request']),
  });
  return [
    server(dice, at, DRAMA_MS, subject, dice.one(['refuses', 'silent', 'error', 'flaky'])),
    reload(at + dice.from(15_000, 30_000)),
    ...some(dice, 0, 2, [
      () => [reload(at + dice.from(30_000, 50_000))],
      () => [edit(scene, at + dice.from(15_000, 50_000), subject)],
      () => [word(scene, at + dice.from(15_000, 50_000), subject)],
    ]),
  ];
}

/** An operator takes a server out of one place and cuts its flows; and what he says who wants it back. */
function cutAndBack(scene: Scene) {
  const where = place(scene);
  const before = weightIn(scene.fleet, where) ?? 0;
  const cut: Fault = { kind: 'weight', at: scene.at, ...where, weight: 0, flush: true };
  const takenBack = (at: number): Fault => ({ ...cut, at, weight: before === 0 ? 20 : before, flush: false });
  return { backend: where.backend, cut, takenBack };
}

/** Something is asked for, and taken back before VPP has it; much later comes another word about the same server. */
export function secondThoughts(scene: Scene): Fault[] {
  const { dice, at } = scene;
  const { backend, cut, takenBack } = cutAndBack(scene);
  const isRefused = dice.chance(0.6);
  const takenBackAt = at + dice.span(1000, 8000);
  const action = dice.one(['refuse:-6', 'refuse:-6', 'drop', 'delay:3s']);
  return [
    ...(isRefused
      ? [
          {
            kind: 'vpp',
            at: at - 500,
            forMs: takenBackAt - at + 1500,
            how: { text: `${action}@lb_as_set_weight` },
          } as const,
        ]
      : []),
    cut,
    takenBack(takenBackAt),
    {
      kind: 'operator',
      at: takenBackAt + dice.from(20_000, 35_000),
      backend,
      action: dice.one(['pause', 'pause', 'disable']),
    },
    { kind: 'operator', at: at + DRAMA_MS, backend, action: dice.one(['resume', 'enable']) },
  ];
}

/** The same while VPP takes nothing; and when it takes all again, nobody can measure the server. */
export function takenBackUnheard(scene: Scene): Fault[] {
  const { dice, at } = scene;
  const { backend, cut, takenBack } = cutAndBack(scene);
  return [
    { kind: 'vpp', at: at - 500, forMs: 9000, how: { text: 'refuse:-6@lb_as_set_weight' } },
    cut,
    takenBack(at + 1000),
    { kind: 'operator', at: at + 2000, backend, action: 'pause' },
    { kind: 'doubt', at: at + 3000, forMs: dice.from(35_000, DRAMA_MS - 5000), backends: [backend] },
    { kind: 'operator', at: at + dice.from(3500, 6000), backend, action: 'resume' },
  ];
}

/** Somebody at VPP's prompt, who has all kinds of ideas. */
export function strangers(scene: Scene): Fault[] {
  const { dice, at } = scene;
  const count = dice.from(1, 4);
  const later = () => at + dice.from(0, DRAMA_MS);
  return [
    ...Array.from(
      { length: count },
      (): Fault => ({
        kind: 'hand',
        at: later(),
        command: drawCommandAt(dice, place(scene)),
      }),
    ),
    { kind: 'hand', at: later(), command: { do: 'settings', timeout: dice.one([5, 60, 300]) } },
  ];
}

/** maglevd begins anew, and for long it cannot measure those who have gone meanwhile. */
export function starved(scene: Scene): Fault[] {
  const { dice, at } = scene;
  const gone = dice.some(names(scene), dice.from(1, 3));
  const how = dice.one(['refuses', 'error'] as const);
  return [
    ...gone.map((backend) => server(dice, at - 2000, DRAMA_MS, backend, how)),
    { kind: 'doubt', at, forMs: DRAMA_MS, backends: gone, p: dice.one([0.6, 0.8, 0.9]) },
    { kind: 'restart', at, downMs: dice.span(50, 1000) },
  ];
}

/** Something else takes VPP's memory while VIPs are to be made. */
export function fullHeap(scene: Scene): Fault[] {
  const { dice, frontend, at } = scene;
  const reload = (when: number, sticky: boolean): Fault => ({
    kind: 'reload',
    at: when,
    edit: { do: 'sticky', frontend: frontend.name, sticky },
    halfMs: 0,
    by: 'request',
  });
  const forMs = dice.from(15_000, DRAMA_MS / 2);
  return [
    { kind: 'heap', at, forMs },
    ...some(dice, 1, 2, [
      () => vppTrouble({ ...scene, at: at + 1000 }),
      () => [reload(at + dice.from(100, 5000), !frontend.sticky)],
      () => [
        reload(at + dice.from(100, 5000), !frontend.sticky),
        reload(at + dice.from(5000, 15_000), frontend.sticky),
      ],
      () => [
        { kind: 'hand', at: at + dice.from(0, 5000), command: { do: 'remove-vip', frontend: frontend.name } },
      ],
    ]),
  ];
}
