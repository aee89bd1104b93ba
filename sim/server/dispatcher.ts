import type { AnyMessage, MessageDefinition } from '../../binapi/codec/message.js';
import type { FreeLogger } from '../../protocol/log.js';
import type { Call, Handler } from '../messages/handler.js';
import type { Client } from './client.js';
import type { MessageTable } from './message-table.js';
import type { Registrations } from './registrations.js';
import type { SessionCall } from './session-handlers.js';

export interface Request {
  readonly sender: Client;
  readonly handler: Handler<SessionCall>;
  readonly message: Uint8Array;
}

/** What an answer becomes; the usual one writes it to the client it is for. */
export type Deliver = <Input>(
  to: Client,
  definition: MessageDefinition<unknown, Input>,
  context: number,
  fields: Input,
) => void;

/** Finds who serves a message, and where the answers go: to the client that the message names, not to the sender. */
export class Dispatcher {
  readonly #handlers = new Map<number, Handler<SessionCall>>();
  readonly #table: MessageTable;
  readonly #registrations: Registrations<Client>;
  readonly #log: FreeLogger;

  constructor(
    table: MessageTable,
    registrations: Registrations<Client>,
    handlers: readonly Handler<SessionCall>[],
    log: FreeLogger,
  ) {
    this.#table = table;
    this.#registrations = registrations;
    this.#log = log;
    for (const handler of handlers) {
      const id = table.idOf(handler.request);
      if (id !== null) this.#handlers.set(id, handler);
    }
  }

  /** The handler of a message, or null: VPP drops it without a word to the client. */
  handlerOf(sender: Client, message: Uint8Array): Handler<SessionCall> | null {
    const id = message.length < 2 ? -1 : uint(message, 0, 2);
    const handler = this.#handlers.get(id) ?? null;
    if (handler === null) this.#dropped(sender, message, `no handler for msg id ${id}`);
    else if (this.#log.enabled('debug')) {
      const { clientIndex, name } = sender;
      this.#log.log('debug', 'vppsim-recv', { message: handler.request.name, id, clientIndex, client: name });
    }
    return handler;
  }

  /** Executes a request. Throws SimulatedCrash. */
  execute({ sender, handler, message }: Request, deliver: Deliver): void {
    const { clientIndexAt, minSize, name } = handler.request;
    if (message.length < minSize) {
      this.#dropped(sender, message, `Truncated message '${name}'`);
      return;
    }
    const clientIndex = clientIndexAt === null ? sender.clientIndex : uint(message, clientIndexAt, 4);
    const target = clientIndexAt === null ? sender : this.#registrations.find(clientIndex);
    const context = contextOf(handler.request, message);
    const answer: Call['answer'] = (definition, fields) => {
      if (target !== null && !target.closed) deliver(target, definition, context, fields);
    };
    if (!handler.serve(message, { sender, clientIndex, context, answer })) {
      this.#dropped(sender, message, `Truncated message '${name}'`);
    }
  }

  /** Adds an answer to those that wait for the client's next flush. */
  readonly deliver: Deliver = (to, definition, context, fields) => {
    to.append(definition, { id: this.idOf(definition), clientIndex: 0, context }, fields);
  };

  /** The id of a message that answers are given in. */
  idOf(definition: AnyMessage): number {
    const id = this.#table.idOf(definition);
    if (id === null) throw new Error(`this VPP has no ${definition.name} to answer with`);
    return id;
  }

  #dropped(sender: Client, message: Uint8Array, reason: string): void {
    this.#log.log('warn', 'vppsim-drop', {
      reason,
      bytes: message.length,
      clientIndex: sender.clientIndex,
      client: sender.name,
    });
  }
}

function contextOf({ contextAt }: AnyMessage, message: Uint8Array): number {
  return contextAt === null ? 0 : uint(message, contextAt, 4);
}

function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}
