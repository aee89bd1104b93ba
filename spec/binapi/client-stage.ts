import { expect } from 'chai';
import type { ApiClient } from '../../binapi/api-client.js';
import type { AnyMessage } from '../../binapi/codec/message.js';
import { FRAME_HEADER_SIZE } from '../../binapi/framing.js';
import { type OpenApiOptions, openApi } from '../../binapi/open-api.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { FakeVpp } from './fake-vpp.js';

/** The fields of an lb_vip_dump that asks for all VIPs. */
export const everyVip = {
  pfx: { address: { af: 0, un: new Uint8Array(16) }, len: 0 },
  pfxMatcher: { le: 0, ge: 0 },
  port: 0,
};

/** The fields of an lb_vip_details. */
export const vipRow = {
  vip: { pfx: { address: { af: 0, un: new Uint8Array(16).fill(1, 0, 4) }, len: 32 }, protocol: 6, port: 80 },
  encap: 0,
  dscp: 0,
  srvType: 0,
  targetPort: 0,
  flowTableLength: 1024,
};

/** What VPP answers to a show_version. */
export const version = {
  retval: 0,
  program: 'vpe',
  version: '26.10',
  buildDate: 'd',
  buildDirectory: '/',
};

/** The header of a frame that announces a message of `size` bytes. */
export function frameHeader(size: number): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_SIZE);
  bytes.writeUInt32BE(size, 8);
  return bytes;
}

/** The message in a frame of its own. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(message.length), message]);
}

/** Clients of a fake VPP, on virtual time; one stage a test. */
export class ClientStage {
  vpp!: FakeVpp;
  clock!: VirtualClock;
  #clients: ApiClient[] = [];

  readonly begin = async (): Promise<void> => {
    this.vpp = new FakeVpp();
    this.clock = new VirtualClock();
    this.#clients = [];
    await this.vpp.listen();
  };

  readonly end = async (): Promise<void> => {
    const closing = this.#clients.map((client) => client.close());
    for (const { socket } of this.vpp.peers) socket.destroy();
    await Promise.all(closing);
    await this.vpp.close();
  };

  readonly open = async (more: Partial<OpenApiOptions> = {}): Promise<ApiClient> => {
    const { vpp, clock } = this;
    const trace = { enabled: () => false, message: () => expect.fail('traced without being asked') };
    const client = await openApi({ socketPath: vpp.socketPath, clientName: 'spec', clock, trace, ...more });
    this.#clients.push(client);
    return client;
  };

  /** Has VPP answer `messages` never; everything else as usual. */
  readonly mute = (...messages: AnyMessage[]): void => {
    const names = messages.map(({ name }) => name);
    this.vpp.answer = ({ name }) => names.includes(name);
  };
}
