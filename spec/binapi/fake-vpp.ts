import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyMessage, MessageDefinition, MessageHeader } from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame, FrameDecoder } from '../../binapi/framing.js';
import {
  controlPing,
  controlPingReply,
  sockclntCreate,
  sockclntCreateReply,
  sockclntDelete,
  sockclntDeleteReply,
} from '../../binapi/generated/memclnt.js';
import { generatedModules } from './api-folder.js';

export const CLIENT_INDEX = 0x80000001;
export const VPP_PID = 4242;

/** A request that the fake got. */
export interface Received {
  readonly name: string;
  readonly header: MessageHeader;
  readonly fields: unknown;
}

/** One client of the fake, seen from VPP's side. */
export interface Peer {
  readonly socket: Socket;
  /** Sends a message with the context of a request. */
  readonly send: <Fields>(
    message: MessageDefinition<unknown, Fields>,
    context: number,
    fields: Fields,
  ) => void;
  readonly sendBytes: (bytes: Uint8Array) => void;
}

/** Says whether the request was dealt with; the fake itself answers handshake, ping and goodbye. */
export type Answer = (request: Received, peer: Peer) => boolean;

const everyMessage = generatedModules.flatMap((module) => module.messages);

/** Enough of a VPP to talk to a client: it frames, shakes hands, and otherwise does what a spec says. */
export class FakeVpp {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'maglev-binapi-'));
  readonly socketPath = path.join(this.folder, 'api.sock');
  readonly received: Received[] = [];
  /** The reads of all sockets: one write of the client is one of them, up to 64 KiB. */
  readonly reads: Buffer[] = [];
  readonly peers: Peer[] = [];
  answer: Answer = () => false;
  /** What the message table does not have. */
  lacking: readonly AnyMessage[] = [];
  /** What the message table has with this crc instead. */
  otherCrc: ReadonlyMap<string, string> = new Map();
  readonly #server: Server;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socketPath, resolve));
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  /** Resolves when `count` requests have come in all. */
  hasReceived(count: number): Promise<void> {
    if (this.received.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  names(): string[] {
    return this.received.map(({ name }) => name);
  }

  /** The id that a message has here. */
  idOf(message: AnyMessage): number {
    return message.fixedId ?? 100 + everyMessage.indexOf(message);
  }

  #accept(socket: Socket): void {
    const send: Peer['send'] = (message, context, fields) => {
      const writer = new Writer();
      encodeFrame(writer, message, { id: this.idOf(message), clientIndex: 0, context }, fields);
      socket.write(writer.take());
    };
    const peer: Peer = { socket, send, sendBytes: (bytes) => socket.write(bytes) };
    this.peers.push(peer);
    const decoder = new FrameDecoder();
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.reads.push(chunk);
      for (const bytes of decoder.push(chunk)) this.#receive(bytes, peer);
    });
  }

  #receive(bytes: Uint8Array, peer: Peer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const id = view.getUint16(0);
    const message = everyMessage.find((candidate) => this.idOf(candidate) === id);
    if (message === undefined) throw new Error(`the client sent the unknown id ${id}`);
    const at = (offset: number | null) => (offset === null ? 0 : view.getUint32(offset));
    const header = { id, clientIndex: at(message.clientIndexAt), context: at(message.contextAt) };
    const request = { name: message.name, header, fields: message.decode(new Reader(bytes)) };
    this.received.push(request);
    if (!this.answer(request, peer)) this.#answerByItself(request, peer);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.received.length >= count) resolve();
      return this.received.length < count;
    });
  }

  #answerByItself({ name, header: { context } }: Received, peer: Peer): void {
    if (name === sockclntCreate.name) peer.send(sockclntCreateReply, context, this.#welcome());
    if (name === sockclntDelete.name) peer.send(sockclntDeleteReply, context, { response: 1 });
    if (name === controlPing.name) peer.send(controlPingReply, context, pong);
  }

  #welcome() {
    const messageTable = everyMessage
      .filter((message) => !this.lacking.includes(message))
      .map((message) => {
        const crc = this.otherCrc.get(message.name) ?? message.crc;
        return { index: this.idOf(message), name: `${message.name}_${crc}` };
      });
    return { response: 0, index: CLIENT_INDEX, messageTable: messageTable.reverse() };
  }
}

export const pong = { retval: 0, clientIndex: CLIENT_INDEX, vpePid: VPP_PID };
