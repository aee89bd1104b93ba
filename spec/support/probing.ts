import { isLeft } from 'fp-ts/lib/Either.js';
import { realClock } from '../../clock/real-clock.js';
import type { HttpParams, ProbeParams, TlsParams, TrustStore } from '../../domain/config.js';
import type { IpAddress } from '../../domain/ip.js';
import { trustStore } from '../../domain/pem.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { openEchoSocket } from '../../linux/echo-socket.js';
import type { Reactor } from '../../linux/reactor.js';
import { openReactor } from '../../linux/reactor.js';
import { Pace } from '../../probes/pace.js';
import { Pinger } from '../../probes/pinger.js';
import { prepareProbe } from '../../probes/prepare.js';
import type { Surroundings } from '../../probes/probe.js';
import type { ProbeTarget } from '../../probes/target.js';
import { soundGrounds, Trust, type TrustGrounds } from '../../probes/trust.js';
import { loopback4 } from './probe-servers.js';

const noLedger = { opened: () => {}, closed: () => {} };

interface SurroundingsWish {
  readonly authority?: string;
  readonly sockets?: 'bare' | 'node';
  readonly grounds?: TrustGrounds;
}

class SpecTrust extends Trust {
  readonly #given: TrustStore | null;

  constructor(grounds: TrustGrounds, given: TrustStore | null) {
    super(grounds);
    this.#given = given;
  }

  override context(store: TrustStore | null) {
    return super.context(store ?? this.#given);
  }
}

/** As if a config had named a file with this text. */
export function storeOf(pem: string): TrustStore {
  const store = trustStore(pem, '/spec/ca.pem');
  if (isLeft(store)) throw new Error(store.left);
  return store.right;
}

/** What is around the probes of a spec; to be closed by it. */
export class RealSurroundings implements Surroundings {
  readonly clock = realClock;
  readonly ledger = noLedger;
  readonly pinger = new Pinger(realClock, noLedger);
  readonly reactor: Reactor | null;
  readonly pace: Pace;
  readonly onItsBehalf = (work: () => void) => work();
  readonly trust: Trust;

  /** `authority` is trusted instead of the machine's, as if it came from its environment. */
  constructor({ authority, sockets = 'bare', grounds = soundGrounds }: SurroundingsWish = {}) {
    this.reactor = sockets === 'bare' ? openReactor(noLedger) : null;
    this.pace = new Pace(realClock, () => [this.reactor?.turn() === true, this.pinger.turn()].includes(true));
    this.trust = new SpecTrust(grounds, authority === undefined ? null : storeOf(authority));
  }

  readonly close = (): void => {
    this.pinger.close();
    this.reactor?.close();
  };
}

export function target(probe: ProbeParams, rest: Partial<ProbeTarget> = {}): ProbeTarget {
  return { address: loopback4, source: null, timeoutMs: 5000, probe, ...rest };
}

export function httpParams(rest: Partial<HttpParams> = {}): HttpParams {
  return {
    method: 'GET',
    path: '/',
    host: null,
    responseCodes: [{ from: 200, to: 200 }],
    responseRegexp: null,
    ...rest,
  };
}

export function tlsParams(
  serverName: string | null = null,
  insecureSkipVerify = false,
  trust: TrustStore | null = null,
): TlsParams {
  return { serverName, insecureSkipVerify, trust };
}

export function run(what: ProbeTarget, around: Surroundings): Promise<ProbeResult> {
  return new Promise((resolve) => prepareProbe(what).run(around, resolve));
}

/** Why this process cannot ping; null = it can. */
export function pingRefused(): string | null {
  try {
    openEchoSocket(4, null, { identifier: 0, payload: new Uint8Array() }).close();
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** The first result of these probes that was not spoilt by a machine too busy to measure. */
export async function undisturbed(probe: () => Promise<ProbeResult>): Promise<ProbeResult> {
  for (;;) {
    const result = await probe();
    if (result.code !== 'LATE') return result;
  }
}

/** `L7OK HTTP 200`: what an operator sees of a result. */
export function shown({ code, detail }: ProbeResult): string {
  return `${code} ${detail}`;
}

export function address(text: string): IpAddress {
  return text as IpAddress;
}
