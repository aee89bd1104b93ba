import type { BackendInfo, FrontendInfo, VPPLBState, VPPLBVIP } from '../rpc/generated/maglev.js';
import type { Backend, Change, Frontend, FrontendHead, Member } from './contract.js';
import { backendRow, frontendHead, memberRow } from './rows.js';

/** A change of one maglevd: which one is known where it goes. */
export type OwnChange = Change extends infer One
  ? One extends Change
    ? Omit<One, 'maglevd'>
    : never
  : never;

/** A VIP in VPP as it was read, with the buckets and the weight of each backend. */
interface Table {
  readonly vip: VPPLBVIP;
  readonly buckets: ReadonlyMap<string, number>;
  readonly weights: ReadonlyMap<string, number>;
}

/** What happened to a backend, as an event tells it. */
export interface BackendNews {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly code: string;
  readonly at: number;
}

/**
 * The frontends and backends of one maglevd as the page has them, in the order of its config. Whoever brings news gets
 * to know what changed by them.
 */
export class Board {
  readonly #tell: (change: OwnChange) => void;
  #frontends = new Map<string, Frontend>();
  #backends = new Map<string, Backend>();
  /** As the API told them last, for a row that is made anew from something else. */
  #infos = new Map<string, FrontendInfo>();
  /** By frontend. */
  #tables = new Map<string, Table>();
  readonly #since = new Map<string, number>();

  constructor(tell: (change: OwnChange) => void) {
    this.#tell = tell;
  }

  get frontends(): readonly Frontend[] {
    return [...this.#frontends.values()];
  }

  get backends(): readonly Backend[] {
    return [...this.#backends.values()];
  }

  backend(name: string): Backend | undefined {
    return this.#backends.get(name);
  }

  hasFrontend(name: string): boolean {
    return this.#frontends.has(name);
  }

  /** All of them. `newer`: of these something was heard since they were asked for. */
  takeFrontends(infos: readonly FrontendInfo[], newer: ReadonlySet<string>): void {
    const names = [...this.#frontends.keys()];
    if (
      !sameList(
        names,
        infos.map(({ name }) => name),
      ) ||
      infos.some((info) => this.#isOther(info))
    ) {
      const known = this.#infos;
      this.#infos = new Map(
        infos.map((info) => {
          const state = newer.has(info.name) ? known.get(info.name)?.state : undefined;
          return [info.name, state === undefined ? info : { ...info, state }];
        }),
      );
      this.#frontends = new Map([...this.#infos].map(([name, info]) => [name, this.#frontendOf(info)]));
      for (const name of this.#since.keys()) if (!this.#frontends.has(name)) this.#since.delete(name);
      this.#tell({ kind: 'refetch' });
      return;
    }
    for (const info of infos) if (!newer.has(info.name)) this.takeFrontend(info);
  }

  /** One that is there, with the same pools: otherwise false, and nothing is done. */
  takeFrontend(info: FrontendInfo): boolean {
    if (this.#isOther(info)) return false;
    this.#infos.set(info.name, info);
    this.#show(info);
    return true;
  }

  takeBackends(infos: readonly BackendInfo[], newer: ReadonlySet<string>): void {
    const names = [...this.#backends.keys()];
    if (
      !sameList(
        names,
        infos.map(({ name }) => name),
      )
    ) {
      const known = this.#backends;
      this.#backends = new Map(
        infos.map((info) => {
          const heard = newer.has(info.name) ? known.get(info.name) : undefined;
          const row = backendRow(info);
          return [info.name, heard === undefined ? row : { ...row, ...stateOf(heard) }];
        }),
      );
      this.#tell({ kind: 'refetch' });
      return;
    }
    for (const info of infos) if (!newer.has(info.name)) this.takeBackend(info);
  }

  takeBackend(info: BackendInfo): void {
    if (this.#backends.has(info.name)) this.#showBackend(backendRow(info));
  }

  /** It is told before anybody could ask. False: there is no such backend. */
  hearBackend({ name, from, to, cause, code, at }: BackendNews): boolean {
    const row = this.#backends.get(name);
    if (row === undefined) return false;
    if (row.state !== to || row.cause !== cause)
      this.#showBackend({ ...row, state: to, since: at, from, cause, code, givenUp: false });
    return true;
  }

  /** `at`: since when, in ms since 1970. */
  hearFrontend(name: string, state: string, at: number): void {
    this.#since.set(name, at);
    const info = this.#infos.get(name);
    if (info === undefined) return;
    this.#infos.set(name, { ...info, state });
    this.#show({ ...info, state });
  }

  /** `newer`: the tables of these were changed since they were asked for. */
  takeLbState({ vips }: VPPLBState, newer: ReadonlySet<string>): void {
    const wanted = vips.filter(({ frontend }) => frontend !== '' && !newer.has(frontend));
    this.#tables = new Map(
      wanted.map((vip) => {
        const ases = vip.applicationServers;
        const buckets = new Map(ases.map((one) => [one.backend, one.numBuckets]));
        const weights = new Map(ases.map((one) => [one.backend, one.weight]));
        return [vip.frontend, { vip, buckets, weights }];
      }),
    );
    for (const info of this.#infos.values()) this.#show(info);
  }

  /** Its table is not as it was read any more. */
  forgetTable(frontend: string): void {
    const info = this.#infos.get(frontend);
    if (this.#tables.delete(frontend) && info !== undefined) this.#show(info);
  }

  /** None is known any more. */
  forgetTables(): void {
    for (const frontend of [...this.#tables.keys()]) this.forgetTable(frontend);
  }

  frontend(name: string): Frontend | undefined {
    return this.#frontends.get(name);
  }

  /** undefined: it was not read since VPP has these weights. */
  #tableOf({ name, pools }: FrontendInfo): Table | undefined {
    const table = this.#tables.get(name);
    const other = pools.some(({ backends }) =>
      backends.some((one) => {
        const weight = table?.weights.get(one.name);
        return weight !== undefined && weight !== one.vppWeight;
      }),
    );
    return other ? undefined : table;
  }

  /** Is it unknown, or has it other pools than are known? */
  #isOther({ name, pools }: FrontendInfo): boolean {
    const known = this.#infos.get(name)?.pools;
    return (
      known === undefined ||
      !sameList(
        known.map((pool) => pool.name),
        pools.map((pool) => pool.name),
      ) ||
      pools.some(
        ({ backends }, i) =>
          !sameList(
            known[i]?.backends.map((one) => one.name) ?? [],
            backends.map((one) => one.name),
          ),
      )
    );
  }

  #frontendOf(info: FrontendInfo): Frontend {
    const table = this.#tableOf(info);
    const pools = info.pools.map(({ name, backends }) => ({
      name,
      members: backends.map((one) => memberRow(one, table?.buckets)),
    }));
    return { ...frontendHead(info, { since: this.#since.get(info.name) ?? null, vip: table?.vip }), pools };
  }

  #show(info: FrontendInfo): void {
    const before = this.#frontends.get(info.name);
    const now = this.#frontendOf(info);
    this.#frontends.set(info.name, now);
    if (before === undefined) return;
    const head = headOf(now);
    if (!sameRow(headOf(before), head)) this.#tell({ kind: 'frontend', row: head });
    for (const [i, pool] of now.pools.entries()) {
      for (const [j, row] of pool.members.entries()) {
        const was: Member | undefined = before.pools[i]?.members[j];
        if (was === undefined || !sameRow(was, row))
          this.#tell({ kind: 'member', frontend: info.name, pool: pool.name, row });
      }
    }
  }

  #showBackend(row: Backend): void {
    const before = this.#backends.get(row.name);
    this.#backends.set(row.name, row);
    if (before === undefined || !sameRow(before, row)) this.#tell({ kind: 'backend', row });
  }
}

function headOf({ pools: _, ...head }: Frontend): FrontendHead {
  return head;
}

/** What an event tells of a backend. */
function stateOf({ state, since, from, cause, code, givenUp }: Backend): Partial<Backend> {
  return { state, since, from, cause, code, givenUp };
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Rows of the same kind have their fields in the same order. */
function sameRow(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
