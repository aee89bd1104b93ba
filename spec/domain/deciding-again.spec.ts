import { expect } from 'chai';
import fc from 'fast-check';
import type { LbSettings } from '../../domain/config.js';
import {
  type Circumstances,
  type Decided,
  decideAgain,
  decideFrontend,
  type Heard,
} from '../../domain/deciding.js';
import { ip, sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { decidedPlainly } from '../support/plain-deciding.js';

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const some = fc.subarray([...names]);
const known = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.10', '10.0.0.4', '10.0.1.1', '2001:db8::1'];
const anyWeight = fc.constantFrom(0, 1, 50, 100);
const each = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of, of, of, of, of);

/** Some have one address. */
const anyAddresses = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray(known, { minLength: 6, maxLength: 6 }) },
  { weight: 1, arbitrary: each(fc.constantFrom(...known)) },
);

const anyBackends = fc.tuple(anyAddresses, some, some).map(([addresses, disabled, unprobed]) =>
  Object.fromEntries(
    names.map((name, i) => [
      name,
      {
        address: addresses[i] ?? '',
        enabled: !disabled.includes(name),
        ...(unprobed.includes(name) ? {} : { healthcheck: 'check' }),
      },
    ]),
  ),
);
const anyFrontend = fc
  .record({
    weights: each(anyWeight),
    split: fc.nat(6),
    flushOnDown: fc.boolean(),
    set: some,
    last: anyWeight,
  })
  .map(({ weights, split, flushOnDown, set, last }) => {
    const of = (part: readonly string[], from: number) =>
      Object.fromEntries(part.map((name, i) => [name, weights[from + i] ?? 0]));
    const pools = [
      of(names.slice(0, split), 0),
      of(names.slice(split), split),
      ...(last > 0 ? [{ a: last }] : []),
    ];
    const frontend = sampleFrontend('web', '192.0.2.1', pools, { flushOnDown });
    const words = frontend.pools.map((pool) => ({
      ...pool,
      backends: pool.backends.map((one) =>
        set.includes(one.name as (typeof names)[number]) ? { ...one, overridden: 70 } : one,
      ),
    }));
    return { ...frontend, pools: words };
  });
const anyLb = fc.record<Pick<LbSettings, 'weightMode' | 'newFlowsTableLength'>>({
  weightMode: fc.constantFrom({ mode: 'exact' }, { mode: 'steps', steps: 4 }),
  newFlowsTableLength: fc.constantFrom(1024, 2048),
});
const anyHeard = fc.record({
  state: fc.constantFrom('unknown', 'up', 'up', 'up', 'down', 'paused'),
  givenUp: fc.boolean(),
  stray: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const anyStart = fc.record({
  backends: anyBackends,
  frontend: anyFrontend,
  lb: anyLb,
  heard: each(anyHeard),
});
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ name: fc.constantFrom(...names), heard: anyHeard }) },
  { weight: 1, arbitrary: fc.record({ paused: some }) },
  { weight: 1, arbitrary: fc.record({ holdAll: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ backends: anyBackends }) },
  { weight: 1, arbitrary: fc.record({ frontend: anyFrontend }) },
  { weight: 1, arbitrary: fc.record({ lb: anyLb }) },
);
type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** Circumstances that go from step to step; only what a step speaks of is another object then. */
class Story {
  #now: Of<typeof anyStart>;
  #paused: readonly string[] = [];
  #holdAll = false;
  #config;

  constructor(start: Of<typeof anyStart>) {
    this.#now = start;
    this.#config = this.#configNow();
  }

  get circumstances(): Circumstances {
    const heard = names.map((name, i): [string, Heard] => {
      const { state, givenUp, stray } = this.#now.heard[i] ?? { state: 'up', givenUp: false, stray: false };
      const address = ip(stray ? '10.9.9.9' : (this.#now.backends[name]?.address ?? ''));
      return [name, { address, state: state as Heard['state'], givenUp }];
    });
    const effective = { config: this.#config, paused: new Set(this.#paused) };
    return { effective, heard: new Map(heard), holdAll: this.#holdAll };
  }

  get frontend() {
    return this.#now.frontend;
  }

  go(step: Of<typeof anyStep>): void {
    if ('name' in step) {
      const heard = names.map((name, i) => (name === step.name ? step.heard : this.#now.heard[i]));
      this.#now = { ...this.#now, heard: heard as Of<typeof anyStart>['heard'] };
    } else if ('paused' in step) this.#paused = step.paused;
    else if ('holdAll' in step) this.#holdAll = step.holdAll;
    else {
      this.#now = { ...this.#now, ...step };
      // As operators' words do: frontends and settings that they do not speak of stay.
      const { lb } = this.#config;
      this.#config = 'lb' in step ? this.#configNow() : { ...this.#configNow(), lb };
    }
  }

  #configNow() {
    const config = sampleConfig(this.#now.backends, [this.#now.frontend]);
    return { ...config, lb: { ...config.lb, ...this.#now.lb } };
  }
}

const anyStory = fc.tuple(anyStart, fc.array(anyStep, { minLength: 1, maxLength: 12 }));

/** Tells of each decision of a story, with the one before. */
function decisions(
  [start, steps]: Of<typeof anyStory>,
  see: (now: Decided, before: Decided | null, story: Story) => void,
): void {
  const story = new Story(start);
  let before: Decided | null = null;
  for (const step of [null, ...steps]) {
    if (step !== null) story.go(step);
    const { frontend, circumstances } = story;
    const now: Decided =
      before !== null && step !== null && ('name' in step || 'frontend' in step || 'lb' in step)
        ? decideAgain(frontend, circumstances, before, new Set('name' in step ? [step.name] : []))
        : decideFrontend(frontend, circumstances, before);
    see(now, before, story);
    before = now;
  }
}

describe('domain/deciding: what is decided after something else was', () => {
  it('is what the plain rules decide of it alone, whatever was before', () => {
    const property = fc.property(anyStory, (story) => {
      decisions(story, ({ vip, state, pool }, _, { frontend, circumstances }) => {
        expect({ vip, state, pool }).to.deep.equal(decidedPlainly(frontend, circumstances));
      });
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('is the same object as before for each server, and for the VIP, of which the same is wanted', () => {
    const property = fc.property(anyStory, (story) => {
      decisions(story, ({ vip }, before) => {
        const text = JSON.stringify;
        const had = before?.vip.ases ?? [];
        for (const [i, as] of vip.ases.entries()) expect(as === had[i]).to.equal(text(as) === text(had[i]));
        expect(vip === before?.vip).to.equal(text(vip) === text(before?.vip));
      });
    });
    fc.assert(property, { numRuns: 100 });
  });
});
