import type { Position } from '../../client/position.js';
import type { WatchItem } from '../../client/watch.js';
import {
  type BackendInfo,
  type Event,
  type FrontendInfo,
  MaglevService,
  type VPPLBCounters,
} from '../../rpc/generated/maglev.js';
import { RpcError } from '../../rpc/rpc-error.js';
import type { UpstreamApi } from '../../web/upstream-api.js';

const empty = Buffer.alloc(0);
const ns = (ms: number) => BigInt(ms) * 1_000_000n;
type Filler<T> = (bytes: Buffer) => T;
const blank = <T>(read: Filler<T>): T => read(empty);

/** What was asked of it that changes something. */
export interface Asked {
  readonly method: string;
  readonly request: object;
  readonly onBehalfOf: string | undefined;
}

/** A maglevd of which there is nothing but its API, with frontends of one pool each; it tells what a spec has it tell. */
export class StandInMaglevd {
  readonly asked: Asked[] = [];
  /** How often each method was called. */
  readonly calls = new Map<string, number>();
  epoch = 'epoch-1';
  role = 'admin';
  /** How far its clock is ahead, in ms. */
  aheadMs = 0;
  digest = 'd1';
  digests = new Map<string, string>();
  /** Buckets of each backend in VPP's table of each frontend. */
  readonly tables = new Map<string, Readonly<Record<string, number>>>();
  /** What it told before anybody listened. */
  past: Event[] = [];
  /** What is thrown by methods, by their name. */
  readonly faults = new Map<string, RpcError>();
  counters: VPPLBCounters | null = null;
  refusal: RpcError | null = null;
  frontends: FrontendInfo[] = [];
  backends = new Map<string, BackendInfo>();
  readonly #now: () => number;
  /** Behind what the last one who watched wanted to go on. */
  from: Position | null = null;
  readonly #watchers = new Set<(item: WatchItem | RpcError) => void>();
  #seq = 0n;
  #up = true;

  constructor(now: () => number, sites: Readonly<Record<string, readonly string[]>>) {
    this.#now = now;
    this.setSites(sites);
  }

  /** Frontends, and the backends of each. */
  setSites(sites: Readonly<Record<string, readonly string[]>>): void {
    const users = new Map<string, string[]>();
    for (const [site, members] of Object.entries(sites)) {
      for (const one of members) users.set(one, [...(users.get(one) ?? []), site]);
    }
    const names = [...users.keys()];
    this.backends = new Map(
      names.map((name, i) => [
        name,
        {
          ...blank(MaglevService.getBackend.responseDeserialize),
          name,
          address: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
          healthcheck: 'http',
          enabled: true,
          state: 'up',
          stateSinceNs: ns(this.#now()),
          frontends: users.get(name) ?? [],
        },
      ]),
    );
    this.frontends = Object.entries(sites).map(([name, members], i) => ({
      ...blank(MaglevService.getFrontend.responseDeserialize),
      name,
      address: `192.0.2.${i + 1}`,
      protocol: 'tcp',
      port: 80,
      state: 'up',
      pools: [{ name: 'main', active: true, backends: members.map((one) => member(one)) }],
    }));
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** A backend goes from one state to another; its weights follow. */
  transition(name: string, to: string, reason = 'L4CON connection refused', code = 'L4CON'): void {
    const info = this.backends.get(name);
    if (info === undefined) throw new Error(`there is no ${name}`);
    const at = ns(this.#now());
    const from = info.state;
    this.backends.set(name, {
      ...info,
      state: to,
      stateSinceNs: at,
      transitions: [{ from, to, timeNs: at, code, detail: '', reason }],
    });
    for (const [i, frontend] of this.frontends.entries()) {
      if (!info.frontends.includes(frontend.name)) continue;
      const effectiveWeight = to === 'up' ? 100 : 0;
      const pools = frontend.pools.map((pool) => ({
        ...pool,
        backends: pool.backends.map((one) =>
          one.name === name ? { ...one, state: to, effectiveWeight, reason: to } : one,
        ),
      }));
      this.frontends[i] = { ...frontend, pools };
    }
    this.tell({ $case: 'backend', value: { backend: name, from, to, reason, code } });
  }

  log(msg: string, attrs: Readonly<Record<string, string>> = {}, level = 'info'): void {
    const list = Object.entries(attrs).map(([key, value]) => ({ key, value }));
    this.tell({ $case: 'log', value: { level, msg, attrs: list } });
  }

  tell(event: NonNullable<Event['event']>): void {
    const seq = ++this.#seq;
    const told: Event = { seq, atNs: ns(this.#now()), replay: false, event };
    for (const hear of this.#watchers) {
      hear({ kind: 'event', event: told, position: { epoch: this.epoch, seq } });
    }
  }

  /** Events were dropped. */
  lag(count: number): void {
    for (const hear of this.#watchers) hear({ kind: 'lagged', count: BigInt(count) });
  }

  /** What VPP has of the members of a frontend, where they have it all the same. */
  setVpp(frontend: string, vpp: { readonly vppWeight?: number; readonly vppBuckets?: number }): void {
    this.frontends = this.frontends.map((one) => {
      if (one.name !== frontend) return one;
      const rows = (backends: (typeof one.pools)[number]['backends']) =>
        backends.map((row) => ({ ...row, vppWeight: vpp.vppWeight, vppBuckets: vpp.vppBuckets }));
      return { ...one, pools: one.pools.map((pool) => ({ ...pool, backends: rows(pool.backends) })) };
    });
  }

  /** The connection breaks, until `comeBack`. */
  breakOff(message = 'cannot reach it'): void {
    this.#up = false;
    const error = new RpcError('UNAVAILABLE', 'MGL_SERVER_UNREACHABLE', message, 'Look whether it runs.');
    for (const hear of this.#watchers) hear({ kind: 'disconnected', error, retryMs: 100 });
  }

  /** Ends everything that is watched, for a reason that another attempt does not mend. */
  refuse(error: RpcError): void {
    for (const hear of this.#watchers) hear(error);
  }

  /** `anew`: another life of it, that knows nothing of what was told before. */
  comeBack(anew = false): void {
    this.#up = true;
    if (anew) {
      this.epoch = `${this.epoch}+`;
      this.#seq = 0n;
    }
    for (const hear of this.#watchers) {
      hear(this.#connected());
      if (anew) hear({ kind: 'gap', why: 'restarted' });
    }
  }

  readonly api: UpstreamApi = {
    watch: (_, { signal, from = null } = {}) => {
      this.from = from;
      return this.#watch(signal);
    },
    close: () => undefined,
    getCaller: this.#answer('getCaller', () => ({
      who: 'spec',
      role: this.role,
      nowNs: ns(this.#now() + this.aheadMs),
    })),
    getStatus: this.#answer('getStatus', () => ({
      ...blank(MaglevService.getStatus.responseDeserialize),
      version: { version: '1.2.3', commit: '', date: '', startNs: 0n, pid: 1 },
      vpp: { state: 'connected', reason: '', code: '' },
      standing: { state: 'equal', differences: [] },
      frontendsTotal: this.frontends.length,
      frontendsUp: this.frontends.length,
      backendsTotal: this.backends.size,
      backendsUp: [...this.backends.values()].filter(({ state }) => state === 'up').length,
    })),
    listFrontends: this.#answer('listFrontends', () => ({ frontends: this.frontends, vpp: undefined })),
    getFrontend: this.#answer('getFrontend', ({ name }) => this.#frontend(name ?? '')),
    listBackends: this.#answer('listBackends', () => ({
      backends: [...this.backends.values()],
      vpp: undefined,
    })),
    getBackend: this.#answer('getBackend', ({ name }) => this.#backend(name ?? '')),
    getProbes: this.#answer('getProbes', ({ name }) => ({
      ...blank(MaglevService.getProbes.responseDeserialize),
      backend: this.#backend(name ?? '').name,
      results: 2n,
      buckets: [{ atMostNs: 1_000_000n, count: 2n }, { count: 0n }],
      last: [{ timeNs: ns(1000), verdict: 'pass', code: 'L7OK', detail: '', durationNs: 1_234_567n }],
    })),
    getVPPLBState: this.#answer('getVPPLBState', () => ({
      ...blank(MaglevService.getVpplbState.responseDeserialize),
      digest: this.digest,
      vips: [...this.digests].map(([frontend, digest]) => ({
        prefix: '192.0.2.1/32',
        protocol: 'tcp',
        port: 80,
        encap: 'gre4',
        flowTableLength: 1024,
        flowTableLengthExact: true,
        applicationServers: Object.entries(this.tables.get(frontend) ?? {}).map(([backend, numBuckets]) => ({
          ...{ address: '', backend, numBuckets },
          weight: this.#vppWeight(frontend, backend),
        })),
        digest,
        frontend,
        standing: undefined,
      })),
    })),
    getVPPLBCounters: this.#answer('getVPPLBCounters', () => {
      if (this.counters === null) throw new RpcError('UNAVAILABLE', 'MGL_STATS_DISABLED', 'no counters', '');
      return this.counters;
    }),
    getFailoverDebts: this.#answer('getFailoverDebts', () => ({ debts: [] })),
    listSyncs: this.#answer('listSyncs', () => ({ syncs: [] })),
    getSync: this.#answer('getSync', ({ id }) => {
      if (id !== 1n) throw new RpcError('NOT_FOUND', 'MGL_SYNC_UNKNOWN', `there is no sync ${id}`, '');
      return { ...blank(MaglevService.getSync.responseDeserialize), id: 1n, scope: 'all' };
    }),
    listEvents: this.#answer('listEvents', () => ({ events: this.past, epoch: this.epoch })),
    plan: this.#answer('plan', () => ({
      ...blank(MaglevService.plan.responseDeserialize),
      vips: [
        {
          ...{
            prefix: '192.0.2.1/32',
            protocol: 'tcp',
            port: 80,
            frontend: 'shop',
            operations: [],
            anew: false,
          },
          ...{ vppMs: 1, moved: undefined, servesNobody: true },
        },
      ],
    })),
    pauseBackend: this.#act('pauseBackend', ({ name }) => this.#backend(name ?? '')),
    resumeBackend: this.#act('resumeBackend', ({ name }) => this.#backend(name ?? '')),
    enableBackend: this.#act('enableBackend', ({ name }) => this.#backend(name ?? '')),
    disableBackend: this.#act('disableBackend', ({ name }) => this.#backend(name ?? '')),
    setFrontendPoolBackendWeight: this.#act('setFrontendPoolBackendWeight', ({ frontend }) =>
      this.#frontend(frontend ?? ''),
    ),
    syncVPPLBState: this.#act('syncVPPLBState', () => ({
      ...blank(MaglevService.syncVpplbState.responseDeserialize),
      asAdded: 2,
    })),
    reloadConfig: this.#act('reloadConfig', () => ({
      ...blank(MaglevService.reloadConfig.responseDeserialize),
      ok: true,
    })),
  };

  #answer<Q, A>(method: string, answer: (request: Partial<Q>) => A) {
    return async (request: Partial<Q> = {}): Promise<A> => {
      this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
      if (!this.#up) throw new RpcError('UNAVAILABLE', 'MGL_SERVER_UNREACHABLE', 'cannot reach it', '');
      const fault = this.faults.get(method);
      if (fault !== undefined) throw fault;
      return answer(request);
    };
  }

  #vppWeight(frontend: string, backend: string): number {
    const pools = this.#frontend(frontend).pools.flatMap(({ backends }) => backends);
    return pools.find(({ name }) => name === backend)?.vppWeight ?? 0;
  }

  #act<Q, A>(method: string, answer: (request: Partial<Q>) => A) {
    const call = this.#answer(method, answer);
    return async (
      request: Partial<Q> = {},
      options: { readonly onBehalfOf?: string | undefined } = {},
    ): Promise<A> => {
      this.asked.push({ method, request, onBehalfOf: options.onBehalfOf });
      if (this.refusal !== null) throw this.refusal;
      return call(request);
    };
  }

  #frontend(name: string): FrontendInfo {
    const found = this.frontends.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new RpcError('NOT_FOUND', 'MGL_FRONTEND_UNKNOWN', `there is no frontend '${name}'`, '');
  }

  #backend(name: string): BackendInfo {
    const found = this.backends.get(name);
    if (found !== undefined) return found;
    throw new RpcError('NOT_FOUND', 'MGL_BACKEND_UNKNOWN', `there is no backend '${name}'`, '');
  }

  #connected(): WatchItem {
    return { kind: 'connected', epoch: this.epoch, fromSeq: this.#seq, states: 0 };
  }

  async *#watch(signal: AbortSignal | undefined): AsyncGenerator<WatchItem, void, undefined> {
    const waiting: (WatchItem | RpcError)[] = this.#up ? [this.#connected()] : [];
    let wake = () => {};
    const hear = (item: WatchItem | RpcError) => {
      waiting.push(item);
      wake();
    };
    this.#watchers.add(hear);
    signal?.addEventListener('abort', () => wake(), { once: true });
    try {
      while (signal?.aborted !== true) {
        const item = waiting.shift();
        if (item instanceof RpcError) throw item;
        if (item !== undefined) yield item;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.#watchers.delete(hear);
    }
  }
}

function member(name: string) {
  return {
    ...{ name, weight: 100, effectiveWeight: 100, state: 'up', reason: 'up' },
    ...{ vppWeight: 100, vppBuckets: 10, doubt: undefined, override: '' },
  };
}
