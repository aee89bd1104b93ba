import { backendChain } from '../../cli/explain-backend.js';
import { render } from '../../cli/text.js';
import type { FrontendInfo } from '../../rpc/generated/maglev.js';
import type { ExplainAnswer, ProbesAnswer, SyncAnswer } from '../contract.js';
import { milliseconds } from '../moment.js';
import { syncRow } from '../rows.js';
import type { Upstream } from '../upstream.js';
import type { UpstreamApi } from '../upstream-api.js';

/** So many frontends are asked for one by one; of more the list. */
const FEW = 8;

/** The text of `maglevc explain backend`. Rejects with an RpcError. */
export async function explainAnswer(
  { place, reading }: Upstream,
  name: string,
  nowMs: number,
): Promise<ExplainAnswer> {
  const backend = await place.api.getBackend({ name });
  const frontends = await frontendsOf(place.api, backend.frontends);
  // Ages are by the clock of who told the times.
  const lines = backendChain(backend, frontends, nowMs + reading.skewMs);
  return { lines: render(lines, false).trimEnd().split('\n') };
}

async function frontendsOf(api: UpstreamApi, names: readonly string[]): Promise<FrontendInfo[]> {
  if (names.length <= FEW) return Promise.all(names.map((name) => api.getFrontend({ name })));
  const wanted = new Set(names);
  return (await api.listFrontends()).frontends.filter(({ name }) => wanted.has(name));
}

/** Rejects with an RpcError. */
export async function probesAnswer({ place }: Upstream, name: string): Promise<ProbesAnswer> {
  const probes = await place.api.getProbes({ name });
  return {
    backend: probes.backend,
    results: Number(probes.results),
    byCode: probes.codes.map(({ code, count }) => ({ code, count: Number(count) })),
    buckets: probes.buckets.map(({ atMostNs, count }) => ({
      atMostMs: atMostNs === undefined ? null : Number(atMostNs) / 1e6,
      count: Number(count),
    })),
    durationSumMs: Number(probes.durationSumNs) / 1e6,
    last: probes.last.map(({ timeNs, durationNs, code, verdict }) => ({
      at: milliseconds(timeNs),
      durationMs: Math.round(Number(durationNs) / 1e3) / 1e3,
      code,
      verdict,
    })),
  };
}

/** Rejects with an RpcError. */
export async function syncAnswer({ place }: Upstream, id: bigint): Promise<SyncAnswer> {
  const info = await place.api.getSync({ id });
  return {
    sync: syncRow(info),
    operations: info.operations.map(({ operation, reason, outcome, code, message, timeNs }) => ({
      operation,
      reason,
      outcome,
      code,
      message,
      at: milliseconds(timeNs),
    })),
    omitted: info.omitted,
  };
}
