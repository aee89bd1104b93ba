import { connect } from 'node:net';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { ByteSocket, Dial } from './byte-socket.js';
import type { AnyMessage, MessageDefinition, MessageHeader } from './codec/message.js';
import { Reader } from './codec/reader.js';
import { Writer } from './codec/writer.js';
import { encodeFrame, enough, FRAME_HEADER_SIZE, FrameDecoder, u16At, u32At } from './framing.js';
import type { ApiTrace } from './trace.js';

/** Who gets a message that came in. */
export interface Route {
  readonly definition: AnyMessage;
  /** Decodes the message and hands it over; gives back what it decoded. The reader is used again for the next one. */
  receive(reader: Reader): unknown;
}

/** Messages of this definition go to `take`. */
export function routeTo<Fields>(
  definition: MessageDefinition<Fields>,
  take: (fields: Fields) => void,
): Route {
  return {
    definition,
    receive: (reader) => {
      const fields = definition.decode(reader);
      take(fields);
      return fields;
    },
  };
}

/** Why a message finds nobody. */
export interface Undeliverable {
  /** Its name if it is known. */
  readonly message: string;
  readonly why: string;
}

export interface ChannelListener {
  /** Bytes came; what they hold is delivered next. */
  readonly arrived: () => void;
  /** Whose is the message? */
  readonly find: (id: number, context: number) => Route | Undeliverable;
  /** The channel is at its end, for this reason. Called once; nothing comes after it. */
  readonly ended: (error: MaglevError) => void;
}

/**
 * After so many bytes, or so much work, others get their turn: libuv would go on reading as long as there is something to
 * read, and a big dump, or the answers to a thousand changes, would hold up everything for its whole length. Work is counted
 * in rows of a dump; a reply counts for more, because whoever waits for it goes on in the same turn.
 */
const TURN_BYTES = 64 * 1024;
const TURN_WORK = 1024;
const REPLY_WORK = 32;

const NOTHING = new Uint8Array(0);

/** Every message from VPP but one has its context here, right behind the id. */
const CONTEXT_AT = 2;
const SMALLEST_MESSAGE = 6;

/**
 * A socket to VPP, seen as a channel of messages. It is the only file that touches the socket, and the socket never
 * leaves it; whatever is sent or received passes `send` or `#deliver`, and both tell the trace. That is what makes the
 * trace complete.
 */
export class MessageChannel {
  readonly #path: string;
  readonly #trace: ApiTrace;
  readonly #socket: ByteSocket;
  readonly #writer = new Writer();
  readonly #decoder = new FrameDecoder();
  readonly #reader = new Reader(new Uint8Array(0));
  #listener: ChannelListener = nobody;
  #ended: MaglevError | null = null;
  #connected = false;
  /** Has the listener heard of the bytes that came last? */
  #arrived = false;
  /** What was read, and done, since others had their turn. */
  #bytes = 0;
  #work = 0;
  /** What came and was not looked at yet. */
  #unread: Uint8Array = NOTHING;
  /** Others have their turn, and then this goes on. */
  #resting = false;

  /** Connects to the unix socket at `path`. What is sent before the connection stands waits for it. */
  constructor(path: string, trace: ApiTrace, dial: Dial = connect) {
    this.#path = path;
    this.#trace = trace;
    this.#socket = dial(path);
    this.#socket.on('connect', () => {
      this.#connected = true;
    });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('end', () => this.#last(() => this.#ending()));
    this.#socket.on('close', () => this.#last(() => this.#ending()));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#last(() => this.#failure(error)));
  }

  /** Whoever listened before hears nothing any more. A channel that has ended says so at once. */
  listen(listener: ChannelListener): void {
    this.#listener = listener;
    if (this.#ended !== null) listener.ended(this.#ended);
  }

  /** Does somebody want to see the fields of every message? */
  get traced(): boolean {
    return this.#trace.enabled();
  }

  /** Encodes a message; `flush` sends it. Throws MGL_VPP_ENCODE, and then nothing of it is sent. */
  send<Input>(definition: MessageDefinition<unknown, Input>, header: MessageHeader, fields: Input): void {
    const start = this.#writer.length;
    encodeFrame(this.#writer, definition, header, fields);
    this.#trace.count?.('send', definition.name, true);
    if (!this.#trace.enabled()) return;
    // Decoded from the bytes, because that is what VPP sees: with defaults, and without what has no field.
    const sent = definition.decode(new Reader(this.#writer.since(start + FRAME_HEADER_SIZE)));
    this.#trace.message({
      direction: 'send',
      message: definition.name,
      context: header.context,
      multi: isDumpRequest(definition),
      fields: sent,
      dropped: null,
    });
  }

  /** Sends in one write all that was encoded since the last one. */
  flush(): void {
    if (this.#writer.length === 0) return;
    const bytes = this.#writer.take();
    if (this.#ended === null) this.#socket.write(bytes);
  }

  /** Closes the socket at once. The first reason counts. */
  end(error: MaglevError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#socket.destroy();
    this.#listener.ended(error);
  }

  #receive(chunk: Buffer): void {
    // One that is paused may still have had something to give.
    this.#unread = this.#unread.length > 0 ? Buffer.concat([this.#unread, chunk]) : chunk;
    this.#arrived = false;
    if (!this.#resting) this.#read();
  }

  #read(): void {
    this.#deliverSome();
    if (this.#bytes < TURN_BYTES && this.#work < TURN_WORK) return;
    this.#resting = true;
    this.#socket.pause();
    setImmediate(() => {
      this.#resting = false;
      if (this.#unread.length > 0) this.#read();
      if (!this.#resting) this.#socket.resume();
    });
  }

  /** Delivers what came, or as much of it as a turn may take. */
  #deliverSome(): void {
    this.#bytes = this.#bytes < TURN_BYTES ? this.#bytes : 0;
    this.#work = this.#work < TURN_WORK ? this.#work : 0;
    const came = this.#unread;
    try {
      const taken = this.#ended === null ? this.#decoder.each(came, this.#take) : came.length;
      this.#bytes += taken;
      this.#unread = taken < came.length ? came.subarray(taken) : NOTHING;
    } catch (thrown) {
      this.#unread = NOTHING;
      this.end(asMaglevError(thrown));
    }
  }

  /** The socket is at its end: what came before that is delivered before that is told. */
  #last(why: () => MaglevError): void {
    while (this.#unread.length > 0) this.#deliverSome();
    this.end(why());
  }

  readonly #take = (bytes: Uint8Array, start: number, end: number) => {
    this.#deliver(bytes, start, end);
    return this.#work < TURN_WORK ? null : enough;
  };

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    if (this.#ended !== null) return;
    if (!this.#arrived) {
      this.#arrived = true;
      this.#listener.arrived();
    }
    if (end - start < SMALLEST_MESSAGE) {
      throw new MaglevError('MGL_VPP_PROTOCOL', `VPP sent a message of only ${end - start} bytes`);
    }
    const id = u16At(bytes, start);
    const context = u32At(bytes, start + CONTEXT_AT);
    const found = this.#listener.find(id, context);
    if ('why' in found) {
      this.#traceReceived(found.message, context, false, null, found.why);
      return;
    }
    const { name, kind, contextAt } = found.definition;
    const multi = kind === 'details';
    this.#work += multi ? 1 : REPLY_WORK;
    try {
      this.#reader.open(bytes, start, end);
      const fields = found.receive(this.#reader);
      this.#traceReceived(name, u32At(bytes, start + (contextAt ?? CONTEXT_AT)), multi, fields, null);
    } catch (thrown) {
      const error = asMaglevError(thrown);
      this.#traceReceived(name, context, multi, null, error.message);
      throw new MaglevError(error.code, `${name}: ${error.message}`, { cause: thrown });
    }
  }

  #traceReceived(
    message: string,
    context: number,
    multi: boolean,
    fields: unknown,
    dropped: string | null,
  ): void {
    this.#trace.count?.('receive', message, dropped === null && !isRefusal(fields));
    if (!this.#trace.enabled()) return;
    this.#trace.message({ direction: 'receive', message, context, multi, fields, dropped });
  }

  #ending(): MaglevError {
    const where = this.#decoder.heldBytes > 0 ? ' in the middle of a message' : '';
    return new MaglevError('MGL_VPP_DISCONNECTED', `VPP closed the connection${where}`);
  }

  #failure(error: NodeJS.ErrnoException): MaglevError {
    const why = failures.get(error.code ?? '') ?? error.message;
    return this.#connected
      ? new MaglevError('MGL_VPP_DISCONNECTED', `the connection to VPP failed: ${why}`, { cause: error })
      : new MaglevError('MGL_VPP_CONNECT', `cannot connect to ${this.#path}: ${why}`, { cause: error });
  }
}

const nobody: ChannelListener = {
  arrived: () => {},
  find: (id) => ({ message: `id ${id}`, why: 'nobody listens' }),
  ended: () => {},
};

const failures: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such socket (ENOENT)'],
  ['ECONNREFUSED', 'nobody listens there (ECONNREFUSED)'],
  ['EACCES', 'permission denied (EACCES)'],
  ['EPIPE', 'VPP is gone (EPIPE)'],
  ['ECONNRESET', 'VPP is gone (ECONNRESET)'],
]);

function isDumpRequest(definition: AnyMessage): boolean {
  return 'answer' in definition && (definition.answer === 'details' || definition.answer === 'stream');
}

/** VPP's return code is negative when it refuses something. */
function isRefusal(fields: unknown): boolean {
  if (typeof fields !== 'object' || fields === null) return false;
  const { retval } = fields as { readonly retval?: unknown };
  return typeof retval === 'number' && retval < 0;
}
