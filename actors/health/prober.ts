import type { HealthCheck } from '../../domain/config.js';
import { count } from '../../domain/rise-fall.js';
import { LOOK_MS, Stalls } from '../../domain/stalls.js';
import type { ProbeBook } from '../../probes/engine/book.js';
import type { ProbeEngine, ProbeEngineOptions, ProbeNews } from '../../probes/engine/contract.js';
import { type ProbeTarget, targetOf } from '../../probes/target.js';
import type { Address } from '../../protocol/address.js';
import type { Probed, ProberRequest, ProbeWish } from '../../protocol/health.js';
import type { Logger } from '../../protocol/log.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { tellNews } from '../news.js';
import { type VppNews, VppWatch } from './vpp-watch.js';

export interface ProberOptions {
  /** Linux network namespace of all probes; '' = ours. */
  readonly netns: string;
  readonly makeEngine: MakeEngine;
  /** Where the numbers of all probes are kept; it outlives this actor. */
  readonly book: ProbeBook;
  /** Who knows whether VPP lives, through which probes may travel; null = there is no VPP. */
  readonly vpp: Address<VouchRequest> | null;
  /** Told when this actor has failed and begins again: it knows nobody then. */
  readonly restarted: Address<ProberRestarted>;
}

export interface ProberRestarted {
  readonly type: 'prober-restarted';
}

export type MakeEngine = (
  netns: string,
  context: Pick<ProbeEngineOptions, 'clock' | 'log' | 'news' | 'book'>,
) => ProbeEngine;

type ProberMessage =
  | ProberRequest
  | VppNews
  | { readonly type: 'news'; readonly news: readonly ProbeNews[] }
  | { readonly type: 'look' };

/** What is remembered of a backend that is probed. */
interface Watched {
  check: HealthCheck;
  /** The engine wants the same object for the same target: then it prepares each probe only once. */
  target: ProbeTarget;
  readonly report: Address<Probed>;
}

/** Owns the probe engine: one for all backends, and a new one when it fails or its namespace changes. */
export function proberActor(options: ProberOptions): ActorSpec<ProberMessage> {
  return {
    name: 'prober',
    start: (context) => {
      const prober = new Prober(context, options);
      if (context.isRestart) options.restarted.tell({ type: 'prober-restarted' });
      return prober;
    },
  };
}

class Prober {
  readonly #engine: ProbeEngine;
  readonly #stalls = new Stalls();
  readonly #log: Logger;
  readonly #vpp: VppWatch | null;
  readonly #watched = new Map<string, Watched>();

  constructor(context: Context<ProberMessage>, { netns, makeEngine, book, vpp }: ProberOptions) {
    const { clock, log, self } = context;
    this.#engine = makeEngine(netns, { clock, log, book, news: (news) => self.tell({ type: 'news', news }) });
    this.#log = log;
    this.#vpp = vpp === null ? null : new VppWatch(context, vpp, this.#engine);
    context.every(LOOK_MS, { type: 'look' });
  }

  receive(message: ProberMessage): void {
    switch (message.type) {
      case 'look':
        tellNews(this.#log, this.#stalls.look(this.#engine.condition()));
        break;
      case 'listen':
        if (this.#watched.size > 0) this.#vpp?.ask();
        break;
      case 'vouched':
        this.#vpp?.vouched(message.heard);
        break;
      case 'cancel':
        if (this.#watched.delete(message.backend)) this.#engine.forget(message.backend);
        break;
      case 'watch':
        this.#watch(message);
        break;
      case 'retune':
        this.#retune(message);
        break;
      case 'news':
        for (const news of message.news) this.#heard(news);
        break;
    }
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }

  #watch(wish: Extract<ProberRequest, { readonly type: 'watch' }>): void {
    const { backend, address, check, round, standing, startMs, report } = wish;
    const known = this.#watched.get(backend);
    const same = known !== undefined && known.target.address === address && known.check === check;
    const target = same ? known.target : targetOf(address, check);
    this.#watched.set(backend, { check, target, report });
    this.#engine.watch(backend, { target, check, round, standing, startMs });
    this.#vpp?.listen();
  }

  #retune({ backend, address, check, round }: ProbeWish): void {
    const watched = this.#watched.get(backend);
    if (watched === undefined) return;
    watched.check = check;
    watched.target = targetOf(address, check);
    this.#engine.retune(backend, { target: watched.target, check, round });
  }

  #heard({ key, round, result, standing, suspicion }: ProbeNews): void {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    const { check, report } = watched;
    const vpp = this.#vpp;
    if (suspicion === null || vpp === null || result.verdict !== 'fail') {
      report.tell({ type: 'probed', round, result, standing });
      return;
    }
    vpp.judge({ ...suspicion, result }, (doubt) => {
      this.#engine.settle(key, suspicion.ticket, doubt);
      const after: Probed =
        doubt === null
          ? { type: 'probed', round, result, standing: count(check, standing, false) }
          : { type: 'probed', round, result: doubt, standing };
      report.tell(after);
    });
  }
}
