import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import {
  type AsState,
  type LbConf,
  type LbOperation,
  type LbState,
  type VipState,
  vipId,
} from '../../domain/lb.js';
import type { VipIndexes } from '../../domain/lb-counters.js';
import type { OperationOutcome } from '../../domain/syncs.js';
import type { LbReading, VppRequest } from '../../protocol/vpp.js';
import { ip } from './domain-samples.js';

interface Vip {
  /** In the plugin's pool; as many VIPs were made before this one. */
  readonly index: number;
  state: Omit<VipState, 'ases'>;
  readonly servers: Map<IpAddress, number>;
}

/** What VPP has before anybody configured it. */
export const pristineConf: LbConf = {
  ipv4Source: ip('255.255.255.255'),
  ipv6Source: ip('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
  stickyBucketsPerCore: 1024,
  flowTimeout: 40,
};

/** The lb plugin's state, in the domain's terms: what a mocked VPP mailbox answers from. */
export class FakeVpp {
  conf: LbConf = pristineConf;
  readonly vips = new Map<string, Vip>();
  /** Every write that was executed, in order. */
  readonly writes: (LbOperation | { readonly op: 'conf'; readonly conf: LbConf })[] = [];
  #vipsMade = 0;
  #order = 0;
  /** Why it does not give the text that tells what no message does. */
  textError: MaglevError | null = null;
  /** Called before each write; an error it returns is VPP's answer, and the write is not executed. */
  refuse: (operation: LbOperation) => MaglevError | null = () => null;

  state(): LbState {
    return { conf: this.conf, vips: [...this.vips.values()].map(stateOf) };
  }

  /** What a read shows now. */
  reading(): LbReading {
    const places = new Map([...this.vips].map(([id, { index }]) => [id, index]));
    const { textError } = this;
    const { conf, vips } = this.state();
    const known = vips.map((vip) => (textError === null ? vip : { ...vip, srcIpSticky: null }));
    return {
      conf,
      vips: known,
      order: ++this.#order,
      places: textError === null ? places : null,
      textError,
    };
  }

  apply(operation: LbOperation): OperationOutcome {
    const refusal = this.refuse(operation) ?? this.#execute(operation);
    if (refusal !== null) return { ok: false, error: refusal, retval: null };
    this.writes.push(operation);
    return { ok: true };
  }

  /** Answers one request at once, as a live VPP would. */
  answer(request: VppRequest): void {
    switch (request.type) {
      case 'read-conf':
        request.reply.ok(this.conf);
        break;
      case 'write-conf':
        this.conf = request.conf;
        this.writes.push({ op: 'conf', conf: request.conf });
        request.reply.ok(undefined);
        break;
      case 'read-state':
        request.reply.ok(this.reading());
        break;
      case 'read-indexes':
        request.reply.ok(new Map([...this.vips].map(([id, vip]) => [id, indexesOf(vip)])));
        break;
      case 'read-flows':
        request.reply.ok(null);
        break;
      case 'apply': {
        const order = ++this.#order;
        request.reply.ok({ outcomes: request.operations.map((operation) => this.apply(operation)), order });
        break;
      }
    }
  }

  #execute(operation: LbOperation): MaglevError | null {
    const id = vipId(operation.key);
    const vip = this.vips.get(id);
    if (operation.op === 'vip-add') {
      if (vip !== undefined) return retval(-81);
      const { key, encap, tableLength, srcIpSticky } = operation;
      const state = { key, encap, tableLength: { value: tableLength, exact: true }, srcIpSticky };
      this.vips.set(id, { index: ++this.#vipsMade, state, servers: new Map() });
      return null;
    }
    if (vip === undefined) return retval(-6);
    switch (operation.op) {
      case 'vip-del':
        this.vips.delete(id);
        return null;
      case 'as-add':
        if (vip.servers.has(operation.address)) return retval(-81);
        vip.servers.set(operation.address, operation.weight);
        return null;
      case 'as-del':
        return vip.servers.delete(operation.address) ? null : retval(-6);
      case 'as-weight':
        if (!vip.servers.has(operation.address)) return retval(-6);
        vip.servers.set(operation.address, operation.weight);
        return null;
    }
  }
}

function stateOf(vip: Vip): VipState {
  const ases = [...vip.servers].map(([address, weight]): AsState => ({ address, weight, buckets: 0 }));
  return { ...vip.state, ases };
}

/** Servers have the indexes behind that of their VIP, in hundreds. */
function indexesOf({ index, state, servers }: Vip): VipIndexes {
  const own = [...servers.keys()].map((address, i) => [address, 100 * index + i] as const);
  return { key: state.key, index, routeIndex: 100 * index + 99, servers: new Map(own) };
}

function retval(code: number): MaglevError {
  return new MaglevError('MGL_VPP_RETVAL', `VPP answered ${code}`);
}
