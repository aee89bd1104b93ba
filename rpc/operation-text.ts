import { type LbOperation, type VipStep, vipId } from '../domain/lb.js';

/** A change to VPP in words, as in `add server 10.0.0.1 weight 100 to 192.0.2.1/32,tcp,443`. */
export function operationText(operation: LbOperation | VipStep): string {
  const vip = vipId(operation.key);
  switch (operation.op) {
    case 'vip-add': {
      const sticky = operation.srcIpSticky ? ', sticky by source address' : '';
      return `add VIP ${vip} with encapsulation ${operation.encap} and ${operation.tableLength} buckets${sticky}`;
    }
    case 'vip-sync':
      return `sync VIP ${vip}`;
    case 'vip-del':
      return `delete VIP ${vip}`;
    case 'as-add':
      return `add server ${operation.address} weight ${operation.weight} to ${vip}`;
    case 'as-del':
      return `delete server ${operation.address} from ${vip}${flushText(operation.flush)}`;
    case 'as-weight':
      return (
        `change weight of server ${operation.address} of ${vip} ` +
        `from ${operation.from} to ${operation.weight}${flushText(operation.flush)}`
      );
  }
}

function flushText(flush: boolean): string {
  return flush ? ', cutting its flows' : '';
}
