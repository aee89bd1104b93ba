import { asMaglevError } from '../domain/errors.js';
import type { VppCondition } from '../domain/standings.js';
import type { Address, Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { RoundTripRequest } from '../protocol/service.js';
import type { EventTally } from './event-tally.js';
import type { MetricSources } from './gather.js';

/** How maglevd is, part by part. */
export interface HealthReport {
  readonly ok: boolean;
  readonly parts: readonly HealthPart[];
}

export interface HealthPart {
  readonly name: string;
  readonly ok: boolean;
  /** Why, or what is so; without a full stop. */
  readonly says: string;
}

export function healthReport(parts: readonly HealthPart[]): HealthReport {
  return { ok: parts.every(({ ok }) => ok), parts };
}

/** `ok`, or what is not well; verbose: all parts, each on a line. */
export function reportText({ ok, parts }: HealthReport, verbose: boolean): string {
  const shown = verbose ? parts : parts.filter((part) => !part.ok);
  const lines = shown.map((part) => `${part.ok ? '[+]' : '[-]'} ${part.name}: ${part.says}\n`);
  return `${lines.join('')}${verbose || ok ? `${ok ? 'ok' : 'not ok'}\n` : ''}`;
}

/** Whoever asks waits no longer: an orchestrator gives up sooner than the root does. */
const ANSWER_MS = 5000;

interface Asking {
  readonly ask: Ask;
  readonly clock: Clock;
}

/** Does the whole tree answer? */
export async function liveness(
  { ask, clock }: Asking,
  root: Address<RoundTripRequest>,
): Promise<HealthReport> {
  const began = clock.monotonic();
  const tree = await ask(root, { type: 'round-trip' }, { timeoutMs: ANSWER_MS }).then(
    () => ({ ok: true, says: `all parts answered within ${Math.ceil(clock.monotonic() - began)} ms` }),
    (thrown: unknown) => ({ ok: false, says: `a part does not answer: ${asMaglevError(thrown).message}` }),
  );
  return healthReport([{ name: 'tree', ...tree }]);
}

/** Has it a config, a VPP, and brought VPP to the config? */
export async function readiness(
  { ask }: Asking,
  sources: MetricSources,
  tally: EventTally,
): Promise<HealthReport> {
  const [config, vpp] = await Promise.all([configPart({ ask }, sources, tally), vppParts({ ask }, sources)]);
  return healthReport([config, ...vpp]);
}

async function configPart(
  { ask }: Pick<Asking, 'ask'>,
  { config }: MetricSources,
  { reload }: EventTally,
): Promise<HealthPart> {
  const name = 'config';
  try {
    const { frontends, backends } = await ask(config, { type: 'get-config' }, { timeoutMs: ANSWER_MS });
    // What runs is valid all the same: a file that somebody is at work on takes nobody out of service.
    const refused = reload?.ok === false ? '; the last reload was refused' : '';
    return {
      name,
      ok: true,
      says: `valid, ${frontends.size} frontends, ${backends.size} backends${refused}`,
    };
  } catch (thrown) {
    return { name, ok: false, says: asMaglevError(thrown).message };
  }
}

async function vppParts({ ask }: Pick<Asking, 'ask'>, { vpp }: MetricSources): Promise<HealthPart[]> {
  if (vpp === null) return [{ name: 'vpp', ok: true, says: 'disabled by --vpp-api-addr' }];
  try {
    const standings = await ask(vpp, { type: 'list-standings' }, { timeoutMs: ANSWER_MS });
    const condition = standings.vpp;
    if (condition.state !== 'connected') {
      return [
        { name: 'vpp', ok: false, says: whyNot(condition) },
        { name: 'sync', ok: false, says: 'nothing is known of VPP' },
      ];
    }
    const synced = standings.compared;
    return [
      { name: 'vpp', ok: true, says: 'connected' },
      {
        name: 'sync',
        ok: synced,
        says: synced ? 'VPP was compared with the config' : 'the first full sync is not over',
      },
    ];
  } catch (thrown) {
    return [{ name: 'vpp', ok: false, says: asMaglevError(thrown).message }];
  }
}

function whyNot(condition: VppCondition): string {
  return 'error' in condition ? `${condition.state}: ${condition.error.message}` : condition.state;
}
