import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { Reader } from '../../binapi/codec/reader.js';
import { FrameDecoder } from '../../binapi/framing.js';
import { sockclntCreateReply } from '../../binapi/generated/memclnt.js';

/** A change that was sent to VPP. */
export interface SeenWrite {
  /** As performance.now() has it. */
  readonly at: number;
  readonly message: string;
}

/** Messages of the plugin that change nothing. */
const reads = /_(?:dump|get|details|reply)(?:_|$)/;

/** Stands between maglevd and VPP's API, passes everything on, and sees what changes something. */
export class WriteProxy {
  readonly writes: SeenWrite[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(
    readonly path: string,
    vpp: string,
  ) {
    this.#server = createServer((client) => this.#join(client, createConnection(vpp)));
    this.#server.listen(path);
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(client: Socket, vpp: Socket): void {
    const names = new Map<number, string>();
    const [asked, answered] = [new FrameDecoder(), new FrameDecoder()];
    for (const [one, other] of [
      [client, vpp],
      [vpp, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    vpp.on('data', (chunk: Buffer) => {
      // The first message has the names of all others.
      if (names.size === 0) for (const message of answered.push(chunk)) learn(message, names);
    });
    client.on('data', (chunk: Buffer) => {
      for (const message of asked.push(chunk)) {
        const name = names.get(new DataView(message.buffer, message.byteOffset).getUint16(0)) ?? '';
        if (/^lb_/.test(name) && !reads.test(name))
          this.writes.push({ at: performance.now(), message: name });
      }
    });
  }
}

function learn(message: Uint8Array, names: Map<number, string>): void {
  const { messageTable } = sockclntCreateReply.decode(new Reader(message));
  for (const { index, name } of messageTable) names.set(index, name.replace(/_[0-9a-f]{8}$/, ''));
}
