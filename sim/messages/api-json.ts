import { readFileSync } from 'node:fs';
import { type Personality, personalityFacts } from '../personality.js';

const modules = ['memclnt', 'vlib', 'vpe', 'lb'] as const;
const folder = new URL('../../../binapi/api/', import.meta.url);

/** VPP's description of its own API, as far as the simulator has it: what `get_api_json` gives. */
export function apiJson(personality: Personality): string {
  const texts = modules.map((module) => {
    const text = readFileSync(new URL(`${module}.api.json`, folder), 'utf8');
    return JSON.stringify(without(JSON.parse(text), personalityFacts[personality].absentMessages), null, 4);
  });
  return `[\n${texts.join(',')}]`;
}

/** Leaves out messages, which are arrays that begin with their name, and the services of the same name. */
function without(value: unknown, absent: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isMessageOf(item, absent)).map((item) => without(item, absent));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !absent.has(key))
      .map(([key, item]) => [key, without(item, absent)]),
  );
}

function isMessageOf(item: unknown, absent: ReadonlySet<string>): boolean {
  return Array.isArray(item) && typeof item[0] === 'string' && absent.has(item[0]);
}
