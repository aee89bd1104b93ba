import type { Beside } from './beside.js';
import type { Finding } from './problem.js';
import type { ConfigFile } from './schema.js';
import { checkAccess } from './semantic-access.js';
import { checkBackends, checkFrontends } from './semantic-frontends.js';
import { checkHealthChecks, checkTrust } from './semantic-healthchecks.js';
import { checkLb } from './semantic-lb.js';
import { checkVips } from './semantic-vips.js';

/**
 * What is wrong between the values of a well-formed file. VPP's section comes last, so that an operator fixes the
 * structure first.
 */
export function checkSemantics(file: ConfigFile, { caFiles, tokenFile }: Beside): readonly Finding[] {
  return [
    ...checkAccess(file, tokenFile),
    ...checkHealthChecks(file),
    ...checkTrust(file, caFiles),
    ...checkBackends(file),
    ...checkFrontends(file),
    ...checkVips(file),
    ...checkLb(file.vpp.lb),
  ];
}
