import type { VppApi } from '../../actors/vpp/api.js';
import { MaglevError } from '../../domain/errors.js';
import type { WritesUnderWay } from '../../domain/repeated-death.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { FakeVpp } from './fake-vpp.js';

/** A VPP that can be started, killed and made to hang; it counts what it is asked. */
export class Machine {
  vpp = new FakeVpp();
  opens = 0;
  openTimes: number[] = [];
  reads = 0;
  pings = 0;
  closes = 0;
  refusal: MaglevError | null = new MaglevError('MGL_VPP_CONNECT', 'no such socket');
  #hanging = false;
  /** Who waits for its answers while it hangs. */
  readonly #parked = new Set<{
    readonly resolve: () => void;
    readonly reject: (error: MaglevError) => void;
  }>();
  #pid = 100;
  #pending = 0;
  #lastReply = 0;
  /** What is told of the changes that had no answer when the connection ended. */
  underWay: WritesUnderWay | null = null;
  disconnect: (error: MaglevError) => void = () => {};

  /** `now` is the clock of whoever connects to it. */
  constructor(public now: () => number) {}

  start(): void {
    this.refusal = null;
  }

  get hangs(): boolean {
    return this.#hanging;
  }

  /** What it is asked while it hangs is answered afterwards, if the connection lasts so long. */
  set hangs(hangs: boolean) {
    this.#hanging = hangs;
    if (hangs) return;
    for (const { resolve } of this.#parked) resolve();
    this.#parked.clear();
  }

  /** Settled when it does not hang, or is killed. */
  awake(): Promise<void> {
    if (!this.#hanging) return Promise.resolve();
    return new Promise((resolve) => {
      this.#parked.add({ resolve, reject: () => resolve() });
    });
  }

  /** Something of it arrives that answers nobody's question. */
  speak(): void {
    this.#lastReply = this.now();
  }

  /** Killed: what it held is gone. */
  kill(): void {
    this.refusal = new MaglevError('MGL_VPP_CONNECT', 'connection refused');
    this.vpp = new FakeVpp();
    this.disconnect(new MaglevError('MGL_VPP_DISCONNECTED', 'VPP closed the connection'));
    this.hangs = false;
  }

  open = async (): Promise<VppApi> => {
    this.opens++;
    this.openTimes.push(this.now());
    if (this.refusal !== null) throw this.refusal;
    const { vpp } = this;
    const pid = ++this.#pid;
    this.#pending = 0;
    this.#lastReply = this.now();
    let fail: (error: MaglevError) => void = () => {};
    const closed = new Promise<MaglevError>((resolve) => {
      fail = (error) => {
        for (const { reject } of this.#parked) reject(error);
        this.#parked.clear();
        resolve(error);
      };
    });
    this.disconnect = fail;
    const reply = async <T>(value: () => T): Promise<T> => {
      this.#pending++;
      if (this.hangs) {
        await new Promise<void>((resolve, reject) => {
          this.#parked.add({ resolve, reject });
        });
      }
      await Promise.resolve();
      this.#pending--;
      this.#lastReply = this.now();
      return value();
    };
    const ask = <R>(make: (answer: { ok: (value: R) => boolean; fail: () => boolean }) => VppRequest) =>
      reply(() => {
        let result: R | undefined;
        const ok = (value: R) => {
          result = value;
          return true;
        };
        vpp.answer(make({ ok, fail: () => true }));
        return result as R;
      });
    return {
      info: { version: '26.10-spec', buildDate: 'today', buildDirectory: '/build', pid },
      getLbConf: () => ask((r) => ({ type: 'read-conf', reply: r })),
      setLbConf: (wanted) => ask((r) => ({ type: 'write-conf', conf: wanted, reply: r })),
      getLbState: () => {
        this.reads++;
        return ask((r) => ({ type: 'read-state', reply: r }));
      },
      getLbIndexes: () => ask((r) => ({ type: 'read-indexes', reply: r })),
      getLbFlows: () => ask((r) => ({ type: 'read-flows', reply: r })),
      admit: () => null,
      memory: () => null,
      underWay: () => this.underWay,
      send: (operation, done) => {
        const sent = reply(() => {
          const outcome = vpp.apply(operation);
          if (!outcome.ok) throw outcome.error;
        });
        sent.then(
          () => done(null),
          (error: MaglevError) => done(error),
        );
      },
      ping: () => {
        this.pings++;
        return reply(() => pid);
      },
      pendingCount: () => this.#pending,
      lastReplyAt: () => this.#lastReply,
      closed,
      close: async (reason = new MaglevError('MGL_VPP_DISCONNECTED', 'closed by maglevd')) => {
        this.closes++;
        fail(reason);
      },
    };
  };
}
