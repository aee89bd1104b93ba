import { expect } from 'chai';
import type { Supervision } from '../../actors/kernel/contract.js';
import { calmly, type Part, type Stage, stage } from '../support/stage.js';

/** a, b, c, d under a root with that strategy. */
export async function four(
  strategy: Supervision['strategy'],
  parts: Partial<Record<string, Partial<Part>>> = {},
): Promise<Stage> {
  const play = stage();
  await play.play({
    name: 'root',
    supervision: calmly(strategy),
    children: ['a', 'b', 'c', 'd'].map((name) => ({ name, ...parts[name] })),
  });
  expect(play.events()).deep.equal(['+root', '+a', '+b', '+c', '+d']);
  return play;
}
