import type {
  AnyMessage,
  CallDefinition,
  DumpDefinition,
  MessageDefinition,
} from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { MaglevError } from '../../domain/errors.js';

/** One request that has come in. */
export interface Call {
  /** As the client wrote it: it says where answers go, and may be anything. */
  readonly clientIndex: number;
  readonly context: number;
  /** Sends an answer. */
  readonly answer: <Input>(definition: MessageDefinition<unknown, Input>, fields: Input) => void;
}

/** Serves one kind of request. `C` is what it needs to know of a call. */
export interface Handler<C extends Call = Call> {
  readonly request: AnyMessage;
  /** What a refusal is sent as; null when there is no reply with a return code. */
  readonly reply: AnyMessage | null;
  /** False: the message is too short for what it should be; nothing was done. */
  readonly serve: (message: Uint8Array, call: C) => boolean;
}

/** A request with one reply. `run` gives its fields, or null for a request that stays unanswered. */
export function onCall<Fields, Reply, C extends Call = Call>(
  definition: CallDefinition<Fields, Reply, never>,
  run: (fields: Fields, call: C) => Reply | null,
): Handler<C> {
  return {
    request: definition,
    reply: definition.reply.hasRetval ? definition.reply : null,
    serve: (message, call) => {
      const fields = decode(definition, message);
      if (fields === null) return false;
      const reply = run(fields.value, call);
      if (reply !== null) call.answer(definition.reply, reply);
      return true;
    },
  };
}

/** A request with any number of details. */
export function onDump<Fields, Details>(
  definition: DumpDefinition<Fields, Details, never>,
  run: (fields: Fields) => Iterable<Details>,
): Handler {
  return {
    request: definition,
    reply: null,
    serve: (message, call) => {
      const fields = decode(definition, message);
      if (fields === null) return false;
      for (const details of run(fields.value)) call.answer(definition.details, details);
      return true;
    },
  };
}

/** A request that VPP reads and never answers. */
export function onIgnored<Fields>(definition: MessageDefinition<Fields, never>): Handler {
  return {
    request: definition,
    reply: null,
    serve: (message) => decode(definition, message) !== null,
  };
}

/** null: too short. Bytes behind the message are ignored. */
function decode<Fields>(
  definition: MessageDefinition<Fields, never>,
  message: Uint8Array,
): { readonly value: Fields } | null {
  try {
    return { value: definition.decode(new Reader(message)) };
  } catch (thrown) {
    if (thrown instanceof MaglevError && thrown.code === 'MGL_VPP_PROTOCOL') return null;
    throw thrown;
  }
}
