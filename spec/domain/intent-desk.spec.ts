import { expect } from 'chai';
import fc from 'fast-check';
import {
  IntentDesk,
  type IntentMemory,
  nothingRemembered,
  withFound,
  withSaid,
} from '../../domain/intent-desk.js';
import { type Intent, type Intents, intentsOf, subjectOf } from '../../domain/operator.js';

const paused = (backend: string): Intent => {
  return {
    kind: 'paused',
    value: true,
    configured: false,
    backend,
    at: null,
    peer: null,
    dormantSince: null,
  };
};
const anyIntents = fc.subarray(['a', 'b', 'c', 'd']).map((names) => intentsOf(names.map(paused)));
const anyStep = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()).map(([backend, pauses]) => {
    return { kind: 'said' as const, backend, pauses };
  }),
  fc.constantFrom('unread' as const, 'nowhere' as const, 'busy' as const).map((kind) => ({ kind })),
  anyIntents.map((intents) => ({ kind: 'read' as const, intents })),
  fc.constant({ kind: 'saved' as const }),
  fc.constantFrom('full', 'gone').map((error) => ({ kind: 'unsaved' as const, error })),
);

const names = (intents: Intents) => [...intents.values()].map(({ backend }) => backend).sort();

/** As an operator who pauses one, or takes that back. */
const said = (memory: IntentMemory, backend: string, pauses: boolean): IntentMemory => {
  const subject = subjectOf({ kind: 'paused', backend });
  const left = new Map(memory.intents);
  if (pauses) left.set(subject, paused(backend));
  else left.delete(subject);
  return withSaid(memory, left, [subject]);
};

describe('domain/intent-desk: what operators asked for, and the disk', () => {
  it('writes nothing before it has read, loses nothing that it read, and ends with the last word on the disk', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const desk = new IntentDesk();
        let disk: Intents | null = null;
        const words = new Map<string, boolean>();
        const save = () => {
          desk.hear({ kind: 'saved', intents: desk.memory.intents, tookMs: 1, error: null });
          disk = desk.memory.intents;
        };
        for (const step of steps) {
          if (step.kind === 'said') {
            desk.memory = said(desk.memory, step.backend, step.pauses);
            words.set(step.backend, step.pauses);
          } else if (desk.due === 'load') {
            if (step.kind === 'read') {
              desk.hear({ kind: 'read', intents: step.intents, problem: null });
              disk = step.intents;
              for (const name of names(step.intents)) if (!words.has(name)) words.set(name, true);
              desk.memory = withFound(desk.memory, step.intents);
            } else if (step.kind !== 'saved' && step.kind !== 'unsaved') {
              desk.hear({ kind: step.kind, problem: 'no' });
              expect(desk.due).to.equal('load');
            }
          } else if (desk.due === 'save') {
            if (step.kind === 'saved') save();
            if (step.kind === 'unsaved')
              desk.hear({ kind: 'saved', intents: desk.memory.intents, tookMs: 1, error: step.error });
          }
          expect(desk.found === null, 'nothing is written before it was read').to.equal(disk === null);
        }
        if (desk.due === 'load') return;
        if (desk.due === 'save') save();
        expect(desk.due).to.equal(null);
        const wanted = [...words].flatMap(([name, pauses]) => (pauses ? [name] : [])).sort();
        expect(names(disk ?? new Map())).to.deep.equal(wanted);
      }),
    );
  });

  it('does not write what it has just found, if nothing else was said, or only the same', () => {
    const found = intentsOf([paused('a'), paused('b')]);
    expect(withFound(nothingRemembered, found).intents).to.equal(found);
    expect(withFound(said(nothingRemembered, 'b', true), found).intents).to.equal(found);
    expect(withFound(said(nothingRemembered, 'b', false), found).intents).to.not.equal(found);
  });

  it('tells a failure once at error, what is the same again at debug, and the end of it', () => {
    const desk = new IntentDesk();
    desk.hear({ kind: 'read', intents: new Map(), problem: null });
    desk.memory = { ...nothingRemembered, whole: true };
    const levels = (error: string | null) =>
      desk
        .hear({ kind: 'saved', intents: desk.memory.intents, tookMs: 3, error })
        .news.map(({ name, level }) => `${level} ${name}`);
    expect(levels('disk full')).to.deep.equal(['error operator-state-not-kept']);
    expect(levels('disk full')).to.deep.equal(['debug operator-state-not-kept']);
    expect(levels(null)).to.deep.equal(['info operator-state-kept']);
    expect(levels(null)).to.deep.equal([]);
  });

  it('looks for another maglevd to let go sooner than for a disk to be mended', () => {
    const desk = new IntentDesk();
    expect(desk.hear({ kind: 'busy', problem: 'busy' }).retryMs).to.be.below(
      desk.hear({ kind: 'unread', problem: 'torn' }).retryMs ?? 0,
    );
  });
});
