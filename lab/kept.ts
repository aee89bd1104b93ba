import type { Scenario } from './scenario.js';

/** A day that was kept as JSON. RangeError when it is none. */
export function readScenario(text: string): Scenario {
  const value: unknown = JSON.parse(text);
  if (!isScenario(value)) throw new RangeError('this is no day');
  return value;
}

function isScenario(value: unknown): value is Scenario {
  if (typeof value !== 'object' || value === null) return false;
  const { seed, durationMs, fleet, faults } = value as Record<string, unknown>;
  return (
    typeof seed === 'number' &&
    typeof durationMs === 'number' &&
    typeof fleet === 'object' &&
    fleet !== null &&
    Array.isArray(faults)
  );
}
