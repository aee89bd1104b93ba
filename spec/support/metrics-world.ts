import { teller } from '../../daemon/teller.js';
import type { MaglevConfig } from '../../domain/config.js';
import { EventMemory } from '../../domain/event-memory.js';
import { LabelledCounts } from '../../domain/labelled-counts.js';
import { exposition } from '../../metrics/exposition.js';
import type { MetricsServerOptions } from '../../metrics/http/server.js';
import type { HealthReport } from '../../metrics/readiness.js';
import { ProbeLedger } from '../../probes/engine/ledger.js';
import { type ReadFamily, readExposition, valueIn } from './exposition-reader.js';
import type { Hook } from './instrument.js';
import { World } from './world.js';

/** A whole tree on virtual time that can be scraped. What is counted outside of it is `messages` and the probes. */
export class MetricsWorld {
  readonly world: World;
  readonly messages = new LabelledCounts();
  readonly ledger: ProbeLedger;
  /** How often metrics were served: once for each life of their actor. */
  lives = 0;
  #served: Omit<MetricsServerOptions, 'addresses'> | null = null;

  constructor(config: MaglevConfig) {
    this.world = new World(config);
    const { tree } = this.world;
    const { clock } = tree;
    this.ledger = new ProbeLedger();
    this.world.engine = (engine, book) => this.ledger.following(engine, book);
    // What the tree tells goes through the teller, as it does in maglevd.
    const { log, source } = teller(clock, { ...tree.log, enabled: (level) => level !== 'debug' });
    Object.assign(tree.log, log);
    this.world.events = { source, memory: new EventMemory('spec') };
    this.world.metrics = {
      serve: (options) => {
        this.lives++;
        this.#served = options;
        return { scrapes: () => [{ labels: ['complete'], count: 7 }], stop: () => {} };
      },
      surroundings: {
        about: { version: '1.2.3', commit: 'abc', node: 'v0', startedAt: 1000 },
        readers: { probes: this.ledger, calls: () => [], messages: () => this.messages.rows() },
        describe: tree.system.describe,
        deadLetters: tree.system.deadLetters,
        use: () => ({ cpuSeconds: 1, residentBytes: 2 }),
      },
    };
  }

  async begin(hook?: Hook): Promise<void> {
    await this.world.begin(hook);
  }

  async scrape(): Promise<Map<string, ReadFamily>> {
    return readExposition([...exposition(await this.#ask(({ gather }) => gather()), 'text')].join(''));
  }

  /** One number of a scrape. */
  async value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    return valueIn(await this.scrape(), name, labels);
  }

  live(): Promise<HealthReport> {
    return this.#ask(({ live }) => live());
  }

  ready(): Promise<HealthReport> {
    return this.#ask(({ ready }) => ready());
  }

  async #ask<T>(question: (served: Omit<MetricsServerOptions, 'addresses'>) => Promise<T>): Promise<T> {
    if (this.#served === null) throw new Error('nothing is served yet');
    const answer = question(this.#served);
    await this.world.tree.clock.settle();
    // Whoever is stuck keeps the others waiting for a while.
    await this.world.tree.clock.advance(6000);
    return answer;
  }
}
