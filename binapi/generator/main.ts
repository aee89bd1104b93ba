import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { generateBindings } from './generate.js';

const USAGE = `usage: npm run binapi -- [<folder of *.api.json>] [--module <name>[:<message>,...] ...] [--out <folder>]

Generates the typed bindings of VPP's binary API.
  <folder>   where VPP installs its API descriptions; default /usr/share/vpp/api
  --module   may be repeated; default memclnt, vpe, vlib, lb and ip:ip_route_lookup. With messages only these and their
             answers are generated. What they import is generated with them
  --out      default binapi/generated`;

const DEFAULT_FOLDER = '/usr/share/vpp/api';
const DEFAULT_MODULES = ['memclnt', 'vpe', 'vlib', 'lb', 'ip:ip_route_lookup'];

function main(): void {
  const { values, positionals } = parseCommandLine();
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const sources = generateBindings(positionals[0] ?? DEFAULT_FOLDER, values.module ?? DEFAULT_MODULES);
  mkdirSync(values.out, { recursive: true });
  for (const [name, source] of sources) {
    const file = path.join(values.out, name);
    writeFileSync(file, source);
    console.log(file);
  }
}

function parseCommandLine() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        module: { type: 'string', multiple: true },
        out: { type: 'string', default: path.join('binapi', 'generated') },
        help: { type: 'boolean', default: false },
      },
    });
    if (parsed.positionals.length > 1) throw new Error('only one folder can be given');
    return parsed;
  } catch (thrown) {
    throw new MaglevError(
      'MGL_USAGE',
      `${thrown instanceof Error ? thrown.message : String(thrown)}\n${USAGE}`,
    );
  }
}

try {
  main();
} catch (thrown) {
  const error = asMaglevError(thrown);
  console.error(`${error.code}: ${error.message}\n${error.advice}`);
  process.exitCode = error.code === 'MGL_USAGE' ? 2 : 1;
}
