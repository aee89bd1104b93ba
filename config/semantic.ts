import type { CaFiles } from './ca-file.js';
import type { Finding } from './finding.js';
import type { ConfigFile } from './schema.js';
import { checkBackends } from './semantic-backends.js';
import { checkFrontends } from './semantic-frontends.js';
import { checkHealthChecks } from './semantic-healthchecks.js';
import { checkLb } from './semantic-lb.js';
import { checkTrust } from './semantic-trust.js';
import { checkVips } from './semantic-vips.js';

/**
 * What is wrong between the values of a well-formed file. VPP's section comes last, so that an operator fixes the
 * structure first.
 */
export function checkSemantics(file: ConfigFile, caFiles: CaFiles): readonly Finding[] {
  return [
    ...checkHealthChecks(file),
    ...checkTrust(file, caFiles),
    ...checkBackends(file),
    ...checkFrontends(file),
    ...checkVips(file),
    ...checkLb(file.vpp.lb),
  ];
}
