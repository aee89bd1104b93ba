import type { ActorRef } from '../../actors/kernel/contract.js';
import { type StatsMessage, statsActor } from '../../actors/vpp/stats.js';
import { MaglevError } from '../../domain/errors.js';
import { type Decision, vipId } from '../../domain/lb.js';
import type { LbCounters, LbIndexes, VipIndexes } from '../../domain/lb-counters.js';
import { TableHistory } from '../../domain/table-history.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { SessionReport, VppRequest } from '../../protocol/vpp.js';
import { ip, sampleDecision, vipKey } from '../support/domain-samples.js';
import { MockSegment } from '../support/mock-segment.js';
import { answering, askBy, Tree } from '../support/tree.js';

export const web = vipKey('192.0.2.1/32');
export const dns = vipKey('192.0.2.2/32', 17, 53);

/** Where the counters of a VIP are: by its own index, and by those of its servers. */
export function places(
  key: typeof web,
  index: number,
  servers: Readonly<Record<string, number>> = {},
): VipIndexes {
  const own = Object.entries(servers).map(([address, place]) => [ip(address), place] as const);
  return { key, index, routeIndex: 500 + index, servers: new Map(own) };
}

export const indexesOf = (...vips: VipIndexes[]): LbIndexes =>
  new Map(vips.map((vip) => [vipId(vip.key), vip]));

/** The actor that reads counters, with a mocked stats segment, on virtual time; one stage a test. */
export class StatsStage {
  tree!: Tree;
  segment!: MockSegment;
  /** What VPP says of its indexes; null: nothing that is understood. */
  indexes: LbIndexes | null = null;
  wanted = { statsInterval: 0, syncInterval: 0 };
  /** What VPP answers to whoever wants its segment. */
  refusal: MaglevError | null = null;
  /** What VPP answers to whoever wants its indexes. */
  linkError: MaglevError | null = null;
  /** When the segment was asked for. */
  opens: number[] = [];
  booted: number[] = [];
  lost: MaglevError[] = [];
  stats!: ActorRef<StatsMessage>;
  link!: ReturnType<typeof answering<VppRequest>>;

  readonly begin = (): void => {
    this.tree = new Tree();
    this.segment = new MockSegment();
    this.indexes = indexesOf(places(web, 1, { '10.0.0.1': 11, '10.0.0.2': 12 }));
    this.wanted = { statsInterval: 5000, syncInterval: 30_000 };
    this.refusal = null;
    this.linkError = null;
    this.opens = [];
    this.booted = [];
    this.lost = [];
    this.link = answering<VppRequest>('link', (request) => {
      if (request.type === 'read-flows') request.reply.ok([]);
      if (request.type !== 'read-indexes') return;
      if (this.linkError === null) request.reply.ok(this.indexes);
      else request.reply.fail(this.linkError);
    });
  };

  readonly end = (): Promise<void> => this.tree.end();

  /** Starts the actor, which gets its segment from `open`. */
  readonly start = async (open: () => Promise<MockSegment> = this.#hand): Promise<void> => {
    const { link } = this;
    const decisions = answering<DecisionRequest>('session', ({ reply }) => reply.ok(this.decision()));
    const report = answering<SessionReport>('vpp', (message) => {
      if (message.type === 'booted') this.booted.push(message.at);
      if (message.type === 'stats-lost') this.lost.push(message.error);
    });
    this.stats = this.tree.start(statsActor({ link, decisions, report, open, history: new TableHistory() }));
    await this.tree.clock.settle();
  };

  readonly decision = (): Decision => ({ ...sampleDecision([]), ...this.wanted });

  readonly ask = () =>
    askBy<StatsMessage, LbCounters>(this.tree.system, this.stats, (reply) => ({
      type: 'get-lb-counters',
      reply,
    })).catch((error: MaglevError) => error);

  readonly shown = async (): Promise<LbCounters> => {
    const answer = await this.#answer();
    if (answer instanceof MaglevError) throw answer;
    return answer;
  };

  /** Why there are no counters. */
  readonly failure = async (): Promise<MaglevError> => {
    const answer = await this.#answer();
    if (answer instanceof MaglevError) return answer;
    throw new Error('there are counters');
  };

  /** `next` of every VIP by its prefix. */
  readonly nexts = async () =>
    Object.fromEntries((await this.shown()).vips.map(({ key, next }) => [key.prefix, next]));

  /** How often VPP was asked for its indexes. */
  readonly indexReads = () => this.link.received.filter(({ type }) => type === 'read-indexes').length;

  async #answer(): Promise<LbCounters | MaglevError> {
    const asked = this.ask();
    await this.tree.clock.settle();
    return asked;
  }

  readonly #hand = async (): Promise<MockSegment> => {
    this.opens.push(this.tree.clock.monotonic());
    if (this.refusal !== null) throw this.refusal;
    this.segment.closed = false;
    return this.segment;
  };
}
