import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/**
 * What a message is for. VPP answers a request with a reply or a series of details; it sends events by itself to
 * those who asked for them.
 */
export type MessageKind = 'request' | 'reply' | 'details' | 'event';

/** What stands before the fields of a message. Which of the last two a message has is told by its definition. */
export interface MessageHeader {
  /** The number that the message has on this connection. */
  readonly id: number;
  /** Says whom the reply goes to; VPP gives the number at the handshake. */
  readonly clientIndex: number;
  /** Comes back unchanged in the reply; never 0. */
  readonly context: number;
}

/** A message without fields of its own. */
export type NoFields = Readonly<Record<string, never>>;

/** `Fields` as the encoder takes them: those with a declared default may be left out. */
export type Defaulted<Fields, Keys extends keyof Fields> = Omit<Fields, Keys> & Partial<Pick<Fields, Keys>>;

/**
 * One message of VPP's API. `Fields` is what decode gives, `Input` what encode takes; the lengths of variable
 * arrays are in neither, because the arrays know them.
 */
export interface MessageDefinition<out Fields, in Input = Fields> {
  readonly kind: MessageKind;
  readonly name: string;
  /** Of the layout, 8 hex digits. Messages of one name and different crc are strangers. */
  readonly crc: string;
  /** The key in the message table: `<name>_<crc>`. */
  readonly nameCrc: string;
  /** The id when it is the same on every VPP (messages of memclnt), otherwise the message table tells it. */
  readonly fixedId: number | null;
  /** Where in the message, in bytes, the client index is; null when it has none. */
  readonly clientIndexAt: number | null;
  /** Where in the message, in bytes, the context is; null when it has none. */
  readonly contextAt: number | null;
  /** Bytes of the message with all variable fields empty. */
  readonly minSize: number;
  /** Has it a field `retval` that is negative when VPP refused? */
  readonly hasRetval: boolean;
  /** Writes header and fields, without the frame. Throws MGL_VPP_ENCODE. */
  readonly encode: (writer: Writer, header: MessageHeader, fields: Input) => void;
  /** Reads from the first byte of the message on, which is its id. Throws MGL_VPP_PROTOCOL. */
  readonly decode: (reader: Reader) => Fields;
}

/** Any message, as long as only its description or its decoder matters. */
export type AnyMessage = MessageDefinition<unknown, never>;

/** A request that one reply answers. */
export interface CallDefinition<out Fields, Reply, in Input = Fields>
  extends MessageDefinition<Fields, Input> {
  readonly kind: 'request';
  readonly answer: 'reply';
  readonly reply: MessageDefinition<Reply>;
}

/** A request that any number of details answers, without a word about the end: a control_ping behind it tells. */
export interface DumpDefinition<out Fields, Details, in Input = Fields>
  extends MessageDefinition<Fields, Input> {
  readonly kind: 'request';
  readonly answer: 'details';
  readonly details: MessageDefinition<Details>;
}

/** A request that is answered by details and then by a reply, which may say where to go on. */
export interface StreamDefinition<out Fields, Details, Reply, in Input = Fields>
  extends MessageDefinition<Fields, Input> {
  readonly kind: 'request';
  readonly answer: 'stream';
  readonly details: MessageDefinition<Details>;
  readonly reply: MessageDefinition<Reply>;
}

/** A request that VPP never answers. */
export interface OneWayDefinition<out Fields, in Input = Fields> extends MessageDefinition<Fields, Input> {
  readonly kind: 'request';
  readonly answer: 'none';
}

/** The messages that one of VPP's modules brings, in the order of their ids. */
export interface ApiModule {
  readonly name: string;
  readonly version: string;
  /** Of the whole module, 8 hex digits: VPP knows the module's first id under `<name>_<crc>`. */
  readonly crc: string;
  readonly messages: readonly AnyMessage[];
}
