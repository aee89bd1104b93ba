import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../domain/errors.js';
import { explainFlow, type FlowEnds } from '../domain/explain-flow.js';
import { type IpAddress, parseIp } from '../domain/ip.js';
import { protocolName } from '../domain/lb.js';
import type { Address } from '../protocol/address.js';
import type { BackendView, ViewRequest } from '../protocol/decision.js';
import type { VppControl } from '../protocol/vpp.js';
import type { ExplainFlowRequest, FlowServer, MaglevServer } from './generated/maglev.js';
import { limitMs } from './limits.js';
import type { Unary } from './unary.js';

/** What can be told of VPP's new-flow tables. */
export function tableHandlers(
  unary: Unary,
  vpp: Address<VppControl> | null,
  views: Address<ViewRequest>,
): Pick<MaglevServer, 'explainFlow'> {
  return {
    explainFlow: unary(limitMs.vpp, async (request, ask) => {
      const flow = checkedFlow(request);
      if (vpp === null) throw new MaglevError('MGL_VPP_DISABLED', 'maglevd runs without VPP');
      const [state, backends] = await Promise.all([
        ask(vpp, { type: 'get-lb-state' }),
        ask(views, { type: 'list-backends' }),
      ]);
      const explained = explainFlow(flow, state);
      if (isLeft(explained)) throw explained.left;
      const { key, server, otherwise, ...rest } = explained.right;
      return {
        prefix: key.prefix,
        protocol: protocolName(key.protocol),
        port: key.port,
        ...rest,
        server: serverMessage(server, backends),
        otherwise: serverMessage(otherwise, backends),
      };
    }),
  };
}

function serverMessage(address: IpAddress | null, backends: readonly BackendView[]): FlowServer | undefined {
  if (address === null) return undefined;
  const names = backends.filter((backend) => backend.address === address).map(({ name }) => name);
  return { address, backends: names };
}

function checkedFlow(request: ExplainFlowRequest): FlowEnds {
  return {
    source: checkedAddress('source', request.source),
    sourcePort: checkedNumber('source_port', request.sourcePort, 0xffff),
    destination: checkedAddress('destination', request.destination),
    destinationPort: checkedNumber('destination_port', request.destinationPort, 0xffff),
    protocol: checkedNumber('protocol', request.protocol, 0xff),
  };
}

function checkedAddress(field: string, text: string): IpAddress {
  const address = text.length > 64 ? null : parseIp(text);
  if (address === null) throw new MaglevError('MGL_REQUEST_INVALID', `${field} is no IP address`);
  return address;
}

function checkedNumber(field: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new MaglevError('MGL_REQUEST_INVALID', `${field} is ${value}; it is from 0 to ${most}`);
}
