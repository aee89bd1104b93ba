import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MaglevError } from '../../domain/errors.js';
import { parseApiFile } from './api-file.js';
import { emitModule } from './emit-module.js';
import { buildModel } from './model.js';
import { fileName } from './names.js';
import { parseSelection } from './selection.js';

const SUFFIX = '.api.json';

/**
 * Generates the bindings of `modules` and of all that they import from the `*.api.json` in `folder` and below. A module
 * that is written `ip:ip_route_lookup` is generated only as far as these messages need it. Gives the sources by file
 * name. Throws MGL_API_FILE when a file is missing or not understood.
 */
export function generateBindings(folder: string, modules: readonly string[]): Map<string, string> {
  const paths = findApiFiles(folder);
  const model = buildModel(modules.map(parseSelection), (module) => {
    const file = paths.get(module);
    if (file === undefined)
      throw new MaglevError('MGL_API_FILE', `there is no ${module}${SUFFIX} below ${folder}`);
    return parseApiFile(module, readFileSync(file, 'utf8'));
  });
  return new Map(model.modules.map((file) => [`${fileName(file.module)}.ts`, emitModule(model, file)]));
}

/** Paths by module. VPP installs its files in the folders core and plugins. */
function findApiFiles(folder: string): Map<string, string> {
  if (!existsSync(folder)) throw new MaglevError('MGL_API_FILE', `there is no folder ${folder}`);
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (entry.endsWith(SUFFIX)) found.set(path.basename(entry, SUFFIX), path.join(folder, entry));
  }
  return found;
}
