import type { PlanReport } from '../domain/foresight.js';
import { type LbConf, protocolName } from '../domain/lb.js';
import type { PlannedVIP, PlanResponse } from './generated/maglev.js';
import { operationText } from './messages.js';

export function planMessage({ conf, vips, refused, begunAnew, atStake, vppMs }: PlanReport): PlanResponse {
  return {
    vips: vips.map(vipMessage),
    settings: conf === null ? [] : settingTexts(conf.before, conf.after),
    refused: [...refused],
    vppMs,
    begunAnew: [...begunAnew],
    flowsAtStake: atStake ?? undefined,
  };
}

function vipMessage(vip: PlanReport['vips'][number]): PlannedVIP {
  const { key, frontend, operations, anew, servesNobody, vppMs, moved, atStake } = vip;
  return {
    prefix: key.prefix,
    protocol: protocolName(key.protocol),
    port: key.port,
    frontend,
    operations: operations.map((one) => ({ operation: operationText(one), reason: one.reason })),
    anew,
    servesNobody,
    vppMs,
    flowsAtStake: atStake ?? undefined,
    moved:
      moved === null
        ? undefined
        : {
            tableLength: moved.length,
            moved: moved.moved,
            hadToMove: moved.hadToMove,
            collateral: moved.collateral,
            gained: moved.gained,
          },
  };
}

function settingTexts(before: LbConf, after: LbConf): string[] {
  const text = (name: string, from: string | number, to: string | number, effect = '') =>
    from === to ? [] : [`set ${name} from ${from} to ${to}${effect}`];
  const forgets = ': VPP forgets the server of every flow';
  return [
    ...text('ipv4-src-address', before.ipv4Source, after.ipv4Source),
    ...text('ipv6-src-address', before.ipv6Source, after.ipv6Source),
    ...text('sticky-buckets-per-core', before.stickyBucketsPerCore, after.stickyBucketsPerCore, forgets),
    ...text('flow-timeout', `${before.flowTimeout}s`, `${after.flowTimeout}s`),
  ];
}
