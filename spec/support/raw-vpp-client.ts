import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type {
  AnyMessage,
  CallDefinition,
  DumpDefinition,
  MessageDefinition,
  NoFields,
} from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame, FrameDecoder } from '../../binapi/framing.js';
import {
  controlPing,
  type SockclntCreateReply,
  sockclntCreate,
  sockclntDelete,
} from '../../binapi/generated/memclnt.js';

/** A message as it came: without its frame. */
export interface Received {
  readonly id: number;
  readonly context: number;
  readonly bytes: Uint8Array;
}

/**
 * The least that speaks VPP's API: it sends what a spec tells it to, also what no client should send, and hands over
 * whatever comes back, in order. Nothing times out here but the spec.
 */
export class RawVppClient {
  clientIndex = 0;
  hello: SockclntCreateReply = { response: -1, index: 0, messageTable: [] };
  /** Bytes as they came from the socket, chunk by chunk. */
  readonly chunks: Buffer[] = [];
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #received: Received[] = [];
  readonly #waiting: ((message: Received | null) => void)[] = [];
  #ids: ReadonlyMap<string, number> = new Map();
  #context = 0x1000;
  #closed = false;
  #readable = true;
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      for (const bytes of this.#decode(chunk)) this.#arrived(bytes);
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#closed = true;
        for (const wake of this.#waiting.splice(0)) wake(null);
        resolve();
      });
    });
  }

  /** Connects without a handshake. */
  static async dial(path: string): Promise<RawVppClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new RawVppClient(socket);
  }

  /** Connects and shakes hands. */
  static async connect(path: string, name = 'spec'): Promise<RawVppClient> {
    const client = await RawVppClient.dial(path);
    await client.shakeHands(name);
    return client;
  }

  async shakeHands(name = 'spec'): Promise<void> {
    this.hello = await this.call(sockclntCreate, { name });
    this.clientIndex = this.hello.index;
    this.#ids = new Map(this.hello.messageTable.map(({ name: nameCrc, index }) => [nameCrc, index]));
  }

  /** The id of a message on this connection, or null. */
  idOf(definition: AnyMessage): number | null {
    return definition.fixedId ?? this.#ids.get(definition.nameCrc) ?? null;
  }

  /** Sends a message; returns the context it was sent with. */
  send<Input>(
    definition: MessageDefinition<unknown, Input>,
    fields: Input,
    header: { readonly clientIndex?: number; readonly context?: number } = {},
  ): number {
    const id = this.idOf(definition);
    if (id === null) throw new Error(`${definition.nameCrc} is not in the message table`);
    const context = header.context ?? ++this.#context;
    const writer = new Writer();
    const clientIndex = header.clientIndex ?? this.clientIndex;
    encodeFrame(writer, definition, { id, clientIndex, context }, fields);
    this.sendBytes(writer.take());
    return context;
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next message, whatever it is; null when the connection has ended. */
  next(): Promise<Received | null> {
    const waiting = this.#received.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends a request and returns its reply, which must be what comes next. */
  async call<Fields, Reply, Input>(
    definition: CallDefinition<Fields, Reply, Input>,
    fields: Input,
  ): Promise<Reply> {
    const context = this.send(definition, fields);
    const received = await this.next();
    if (received === null) throw new Error(`the connection ended at ${definition.name}`);
    if (received.context !== context) throw new Error(`${definition.name} was answered by another context`);
    return definition.reply.decode(new Reader(received.bytes));
  }

  /** Sends a dump with a ping behind it and returns the details that come before the ping's reply. */
  async dump<Fields, Details, Input>(
    definition: DumpDefinition<Fields, Details, Input>,
    fields: Input,
  ): Promise<Details[]> {
    this.send(definition, fields);
    const end = this.send(controlPing, {} as NoFields);
    const details: Details[] = [];
    for (let received = await this.next(); received?.context !== end; received = await this.next()) {
      if (received === null) throw new Error(`the connection ended at ${definition.name}`);
      details.push(definition.details.decode(new Reader(received.bytes)));
    }
    return details;
  }

  /** Stops reading: what comes stays with the sender. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * Says goodbye and waits for the end. A VPP whose clients just go may keep them all, look at them again and again,
   * and be deaf for everybody else from the sixteenth on.
   */
  async leave(): Promise<void> {
    if (this.#closed) return;
    this.send(sockclntDelete, { index: this.clientIndex });
    while ((await this.next()) !== null);
    await this.closed;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  /** What cannot be read as frames is left in `chunks`. */
  #decode(chunk: Uint8Array): readonly Uint8Array[] {
    try {
      return this.#readable ? this.#decoder.push(chunk) : [];
    } catch {
      this.#readable = false;
      return [];
    }
  }

  #arrived(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const id = view.getUint16(0);
    // The handshake's reply is the only answer with a client index before its context.
    const context = view.getUint32(id === 16 ? 6 : 2);
    const message: Received = { id, context, bytes };
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#received.push(message);
    else wake(message);
  }
}
