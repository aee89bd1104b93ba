import { Retrying } from '../../domain/backoff.js';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { LevelOf } from '../../domain/events.js';
import type { VppHeard } from '../../domain/vpp-heard.js';
import { SILENCE_MAX_MS, VppSilence, WATCH_MS } from '../../domain/vpp-silence.js';
import type { Address } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { ConnectionReport, VouchRequest, VppRequest } from '../../protocol/vpp.js';
import type { ActorRef, ActorSpec, AnyRef, Context } from '../kernel/contract.js';
import { byType, Life } from '../life.js';
import type { OpenVpp, VppApi } from './api.js';
import { linkActor } from './link.js';
import { Pulse } from './pulse.js';

export interface ConnectionOptions {
  readonly open: OpenVpp;
  /** Told of every link that comes up or goes down. */
  readonly report: Address<ConnectionReport>;
}

export type ConnectionMessage =
  | VouchRequest
  | { readonly type: 'connect' }
  | { readonly type: 'opened'; readonly api: VppApi }
  | { readonly type: 'open-failed'; readonly error: MaglevError }
  | { readonly type: 'closed'; readonly api: VppApi; readonly error: MaglevError }
  /** The link failed, which is a bug; the connection behind it must not stay without one. */
  | { readonly type: 'link-ended'; readonly link: AnyRef }
  | { readonly type: 'watch' }
  /** This VPP is not to be trusted any more: the connection to it is to be made anew. */
  | { readonly type: 'drop'; readonly link: Address<VppRequest>; readonly error: MaglevError }
  /** This VPP can be governed: a full sync has left it equal to the decision. */
  | { readonly type: 'proven' };

/** Between two attempts, for ever. */
const RETRY = { minMs: 100, maxMs: 5000, jitter: 0.2 };
/** How long the end of maglevd waits for what VPP is doing. */
const DRAIN_MS = 2000;

/** Keeps a connection to VPP: connects for ever, watches it, and says when it is up and when it is down. */
export function connectionActor(options: ConnectionOptions): ActorSpec<ConnectionMessage> {
  return { name: 'connection', start: (context) => new Connection(context, options) };
}

class Connection extends Life<ConnectionMessage, ConnectionOptions> {
  /** null: not connected. */
  #live: {
    readonly api: VppApi;
    readonly link: ActorRef<VppRequest>;
    readonly pulse: Pulse;
    readonly silence: VppSilence;
  } | null = null;
  /** What is heard of VPP while it is not connected. */
  #unheard: VppHeard = { state: 'away', since: this.context.clock.monotonic() };
  /** Opened, but not yet taken over by `opened`: to be closed if this incarnation ends before. */
  #opening: VppApi | null = null;
  readonly #attempts = new Retrying(RETRY);
  #stopWatch: Cancel = () => {};

  constructor(context: Context<ConnectionMessage>, options: ConnectionOptions) {
    super(context, options);
    context.self.tell({ type: 'connect' });
  }

  async stop(): Promise<void> {
    await this.#opening?.close();
    await this.#drain(DRAIN_MS);
    const closed = new MaglevError('MGL_VPP_DISCONNECTED', 'maglevd closed its connection to VPP');
    await this.#end(closed, 'info');
  }

  readonly receive = byType<ConnectionMessage>({
    connect: () => this.#connect(),
    opened: ({ api }) => this.#opened(api),
    'open-failed': ({ error }) => this.#openFailed(error),
    closed: ({ api, error }) => (api === this.#live?.api ? this.#down(error) : null),
    'link-ended': ({ link }) =>
      link === this.#live?.link ? this.#down(new MaglevError('MGL_INTERNAL', 'the link failed')) : null,
    drop: async ({ link, error }) => {
      if (link !== this.#live?.link) return;
      // A VPP that is merely slow is not cut short: it gets as long as for any answer.
      await this.#drain(SILENCE_MAX_MS);
      await this.#down(error);
    },
    watch: () => this.#watch(),
    vouch: ({ reply }) => {
      if (this.#live === null) reply.ok(this.#unheard);
      else this.#live.pulse.vouch(reply);
    },
    // Not before: a VPP that lets us in and throws us out at the first request is not to be stormed.
    proven: () => this.#attempts.succeeded(),
  });

  #connect(): void {
    const { signal } = this.context;
    const opening = this.options.open(signal).then((api) => {
      if (signal.aborted) void api.close();
      else this.#opening = api;
      return api;
    });
    this.context.pipe(
      opening,
      (api) => ({ type: 'opened', api }),
      (error) => ({ type: 'open-failed', error: asMaglevError(error) }),
    );
  }

  #opened(api: VppApi): void {
    const context = this.context;
    this.#opening = null;
    const link = context.spawn(linkActor(api));
    this.#live = { api, link, pulse: new Pulse(context.clock, api), silence: new VppSilence() };
    context.watch(link, () => ({ type: 'link-ended', link }));
    this.#stopWatch = context.every(WATCH_MS, { type: 'watch' });
    context.pipe(api.closed, (error) => ({ type: 'closed', api, error }));
    context.log.log('info', 'vpp-connect', { ...api.info });
    const info = { ...api.info, bootedAt: null, connectedAt: context.clock.now(), pausedUntil: null };
    this.options.report.tell({
      type: 'link-up',
      link: { info, requests: link, lastReplyAt: api.lastReplyAt, memory: api.memory },
    });
  }

  #openFailed(error: MaglevError): void {
    const delayMs = this.#retryLater();
    if (error.code === 'MGL_VPP_GOVERNED') this.#unheard = { state: 'unwatched' };
    else if (this.#unheard.state !== 'away') this.#lost(this.context.clock.monotonic());
    const { code, message, advice } = error;
    const level = this.#attempts.isNews(message) ? 'warn' : 'debug';
    this.context.log.log(level, 'vpp-connect-failed', { code, error: message, advice, retryMs: delayMs });
    this.options.report.tell({ type: 'link-down', error, underWay: null });
  }

  #retryLater(): number {
    const { clock } = this.context;
    const delayMs = Math.round(this.#attempts.nextDelay(clock.random()));
    this.context.after(delayMs, { type: 'connect' });
    return delayMs;
  }

  async #down(error: MaglevError): Promise<void> {
    await this.#end(error);
    this.#retryLater();
  }

  /** Takes down what is live. The report goes out first: who asks from now on gets a clear answer at once. */
  async #end(error: MaglevError, level: LevelOf<'vpp-disconnect'> = 'warn'): Promise<void> {
    const live = this.#live;
    if (live === null) return;
    this.#live = null;
    this.#lost(live.pulse.silentSince ?? this.context.clock.monotonic());
    for (const reply of live.pulse.end()) reply.ok(this.#unheard);
    this.#stopWatch();
    const { code, message } = error;
    this.context.log.log(level, 'vpp-disconnect', { code, error: message });
    this.options.report.tell({ type: 'link-down', error, underWay: live.api.underWay() });
    // Closing answers what is under way, with the reason; only then may the link go.
    await live.api.close(error);
    await this.context.stopChild(live.link);
  }

  /**
   * Waits, for so long at most, until VPP has done what it was asked: a VIP that is being replaced must not be left
   * between its removal and its return. Answers come in order, so that of a ping is the last.
   */
  async #drain(atMostMs: number): Promise<void> {
    const live = this.#live;
    const context = this.context;
    if (live === null || live.api.pendingCount() === 0) return;
    const drained = new Promise<void>((resolve) => {
      const cancel = context.clock.schedule(atMostMs, resolve);
      live.api.ping().then(
        () => resolve(cancel()),
        () => resolve(cancel()),
      );
    });
    await context.outside(drained);
  }

  /** Asks a VPP that owes answers, or has been idle, whether it lives; gives up one that stays silent. */
  async #watch(): Promise<void> {
    const live = this.#live;
    if (live === null) return;
    const { api, silence, pulse } = live;
    const now = this.context.clock.monotonic();
    const { verdict, silentMs } = silence.look(api.lastReplyAt(), api.pendingCount() > 0, now);
    if (verdict === 'ping') pulse.ping();
    if (verdict !== 'hangs') return;
    const seconds = Math.floor(silentMs / 1000);
    await this.#down(new MaglevError('MGL_VPP_TIMEOUT', `VPP has not answered for ${seconds} s`));
  }

  #lost(since: number): void {
    this.#unheard = { state: 'away', since };
  }
}
