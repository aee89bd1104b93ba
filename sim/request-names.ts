import { ipModule } from '../binapi/generated/ip.js';
import { lbModule } from '../binapi/generated/lb.js';
import { memclntModule } from '../binapi/generated/memclnt.js';
import { vlibModule } from '../binapi/generated/vlib.js';
import { vpeModule } from '../binapi/generated/vpe.js';

/** All requests that a fault can be about. */
export const requestNames: ReadonlySet<string> = new Set(
  [memclntModule, vlibModule, vpeModule, lbModule, ipModule]
    .flatMap((module) => module.messages)
    .filter((message) => message.kind === 'request')
    .map((message) => message.name),
);
