import type { DayResult, Violation } from './day.js';
import { endOf, type Fault, type Scenario } from './scenario.js';

/** A day that went wrong, for somebody who reads it: what there was, what happened, and what must not have been. */
export function storyOf(scenario: Scenario, { violations }: Pick<DayResult, 'violations'>): string {
  const { fleet, faults, seed, durationMs } = scenario;
  const used = new Set(
    fleet.frontends.flatMap(({ pools }) => pools.flatMap((p) => p.backends.map((b) => b.name))),
  );
  return [
    `Seed ${seed}, ${seconds(durationMs)}: ${fleet.backends.length} backends, ${fleet.frontends.length} frontends.`,
    ...fleet.checks.map(
      (one) =>
        `  ${one.name}: ${one.type} every ${one.intervalMs} ms within ${one.timeoutMs} ms, rise ${one.rise}, fall ${one.fall}`,
    ),
    ...fleet.backends
      .filter(({ name }) => used.has(name))
      .map(
        ({ name, address, check, enabled }) =>
          `  ${name} ${address} ${check ?? 'not probed'}${enabled ? '' : ', disabled'}`,
      ),
    ...fleet.frontends.map(({ name, address, protocol, port, pools }) => {
      const list = pools.map(
        (pool) => `${pool.name} ${pool.backends.map((b) => `${b.name}=${b.weight}`).join(' ')}`,
      );
      return `  ${name} ${address} ${protocol} ${port}: ${list.join('; ')}`;
    }),
    ...faults.map((fault) => `at ${seconds(fault.at)}${lasting(fault)}: ${faultText(fault)}`),
    ...violations.map(violationText),
  ].join('\n');
}

export function violationText({ at, invariant, what }: Violation): string {
  return `at ${seconds(at)} broken: ${invariant}: ${what}`;
}

function lasting(fault: Fault): string {
  const ms = endOf(fault) - fault.at;
  return ms === 0 ? '' : ` for ${seconds(ms)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'server':
      return `${fault.backend} ${fault.how}${fault.how === 'flaky' || fault.how === 'flapping' ? ` ${fault.p}` : ''}`;
    case 'network':
      return `${fault.how}${fault.how === 'partition' ? '' : ` ${fault.p}`} on the way to ${fault.backends.join(' ')}`;
    case 'vpp':
      return `VPP ${typeof fault.how === 'string' ? fault.how : fault.how.text}`;
    case 'hand':
      return `somebody changes VPP by hand: ${JSON.stringify(fault.command)}`;
    case 'operator':
      return `an operator says: ${fault.action} ${fault.backend}`;
    case 'weight': {
      const { frontend, pool, backend, weight, flush } = fault;
      return `an operator says: ${frontend} ${pool} ${backend} weighs ${weight}${flush ? ', flush' : ''}`;
    }
    case 'sync':
      return `an operator asks for a sync of ${fault.frontend ?? 'all'}`;
    case 'reload':
      return `the config is edited and reloaded by ${fault.by}: ${JSON.stringify(fault.edit)}`;
    case 'hangups':
      return `${fault.count} SIGHUP`;
    case 'clock-set':
      return `the wall clock is set by ${fault.byMs} ms`;
    case 'watcher':
      return `somebody watches the events, and stops reading for ${seconds(fault.stopsMs)}`;
    case 'disk':
      return `the disk is ${fault.how}`;
    case 'doubt':
      return fault.how === 'link'
        ? `what maglevd sends to ${fault.backends.join(' ')} does not leave its machine`
        : `maglevd cannot measure ${fault.backends.join(' ')}`;
    case 'thread':
      return fault.how === 'deadly'
        ? `the thread that probes dies of each probe of ${fault.backend}`
        : `the thread that probes ${fault.how === 'ends' ? 'ends' : 'does nothing'}`;
    case 'heap':
      return 'something takes the memory of VPP';
    case 'stall':
      return 'the process does nothing';
    case 'questions':
      return `${fault.count} questions`;
    case 'crash':
      return `${fault.actor} crashes at message ${fault.nth} from now`;
    case 'kill':
      return `the process is killed at message ${fault.nth} from now, and is back ${seconds(fault.downMs)} later`;
    case 'restart':
      return `the process is told to end, and is back ${seconds(fault.downMs)} later`;
  }
}
