import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ipModule } from '../../binapi/generated/ip.js';
import { lbModule } from '../../binapi/generated/lb.js';
import { memclntModule } from '../../binapi/generated/memclnt.js';
import { vlibModule } from '../../binapi/generated/vlib.js';
import { vpeModule } from '../../binapi/generated/vpe.js';
import { parseApiFile } from '../../binapi/generator/api-file.js';
import { type ApiModel, buildModel } from '../../binapi/generator/model.js';

/** The specs run from out/, the data lies in the source tree. */
export const sourceRoot = path.resolve(import.meta.dirname, '..', '..', '..');

/** VPP's descriptions from which the committed bindings were generated. */
export const apiFolder = path.join(sourceRoot, 'binapi', 'api');

export const generatedModules = [memclntModule, vpeModule, vlibModule, lbModule, ipModule];

export function apiModel(): ApiModel {
  return buildModel(
    generatedModules.map(({ name: module }) => ({ module, messages: null })),
    (module) => parseApiFile(module, readFileSync(path.join(apiFolder, `${module}.api.json`), 'utf8')),
  );
}
