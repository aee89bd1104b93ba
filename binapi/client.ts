import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { ApiClient, DropCounters, Unanswered } from './api-client.js';
import {
  type ChannelListener,
  type MessageChannel,
  type Route,
  routeTo,
  type Undeliverable,
} from './channel.js';
import type { AnyMessage, CallDefinition, DumpDefinition, MessageDefinition } from './codec/message.js';
import type { Reader } from './codec/reader.js';
import { type ControlPingReply, controlPing, controlPingReply } from './generated/memclnt.js';
import { sayGoodbye } from './goodbye.js';
import { HANDSHAKE_CONTEXT, type Welcome } from './handshake.js';
import type { MissingMessages } from './message-table.js';
import { type PendingRequest, PendingRequests } from './pending.js';
import { RetvalError } from './retval.js';
import { DumpRows, type RowMemory } from './row-memory.js';

/** What comes of a request: its answer, unless VPP refuses, or none comes. */
type Settle<Reply> = (error: MaglevError | null, answer: Reply | null) => void;

/** One object a request, which its reply goes to: there are tens of thousands in a cold sync. */
class Asked<Reply> implements PendingRequest {
  readonly context: number;
  readonly name: string;
  readonly fields: unknown;
  readonly order: number;
  readonly replyId: number;
  readonly definition: MessageDefinition<Reply>;
  readonly #settle: Settle<Reply>;
  readonly #answered: (request: PendingRequest) => void;
  before: PendingRequest | null = null;
  after: PendingRequest | null = null;

  constructor(
    context: number,
    order: number,
    replyId: number,
    name: string,
    fields: unknown,
    definition: MessageDefinition<Reply>,
    settle: Settle<Reply>,
    answered: (request: PendingRequest) => void,
  ) {
    this.context = context;
    this.name = name;
    this.fields = fields;
    this.order = order;
    this.replyId = replyId;
    this.definition = definition;
    this.#settle = settle;
    this.#answered = answered;
  }

  /** Answered only when it is decoded: otherwise a garbled reply would leave its request without an end. */
  receive(reader: Reader): Reply {
    const answer = this.definition.decode(reader);
    this.#answered(this);
    const retval = this.definition.hasRetval ? retvalOf(answer) : 0;
    this.#settle(retval === 0 ? null : new RetvalError(this.name, retval), answer);
    return answer;
  }

  fail(error: MaglevError): void {
    this.#settle(error, null);
  }
}

interface Dump {
  readonly context: number;
  readonly order: number;
  readonly name: string;
  readonly detailsId: number;
  readonly route: Route;
  readonly finish: () => void;
  readonly fail: (error: MaglevError) => void;
  /** Of the ping that ends it; 0 until that is sent. */
  endContext: number;
}

/** The one ApiClient there is; openApi makes it. */
export class Client implements ApiClient {
  readonly #channel: MessageChannel;
  readonly #welcome: Welcome;
  /** Of the message that is being sent: one for all of them. */
  readonly #header: { id: number; readonly clientIndex: number; context: number };
  readonly #clock: Clock;
  readonly #pending: PendingRequests;
  readonly #dumps = new Map<number, Dump>();
  /** Dumps that were sent in this turn and have no ping behind them yet. */
  #openDumps: Dump[] = [];
  #lastContext = HANDSHAKE_CONTEXT;
  #order = 0;
  #flushing = false;
  #lastReplyAt: number;
  #late = 0;
  #unexpected = 0;
  /** What had no answer when the connection ended. */
  #leftBehind: readonly Unanswered[] = [];
  /** Why the connection ended, or that it is being closed. */
  #over: MaglevError | null = null;
  #resolveClosed: (error: MaglevError) => void = () => {};
  readonly closed: Promise<MaglevError>;

  /** Takes over the channel after the handshake. */
  constructor(channel: MessageChannel, welcome: Welcome, clock: Clock, requestTimeoutMs: number) {
    this.#channel = channel;
    this.#welcome = welcome;
    this.#header = { id: 0, clientIndex: welcome.clientIndex, context: 0 };
    this.#clock = clock;
    this.#pending = new PendingRequests(clock, requestTimeoutMs);
    this.#lastReplyAt = clock.monotonic();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    channel.listen(this.#listener());
  }

  readonly call = <Reply, Input>(
    request: CallDefinition<unknown, Reply, Input>,
    fields: Input,
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { name, reply } = request;
      this.#ask(request, fields, name, reply, (error, answer) => {
        if (error === null && answer !== null) resolve(answer);
        else reject(error);
      });
    });

  readonly request = <Reply, Input>(
    request: CallDefinition<unknown, Reply, Input>,
    fields: Input,
    done: (error: MaglevError | null) => void,
  ): void => {
    const { name, reply } = request;
    try {
      this.#ask(request, fields, name, reply, done);
    } catch (thrown) {
      later(done, thrown);
    }
  };

  readonly dump = <Details, Input>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
  ): Promise<readonly Details[]> => this.mapDump(request, fields, (details) => details);

  readonly mapDump = <Details, Input, Row>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
    map: (details: Details) => Row,
    memory?: RowMemory<Row>,
  ): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => {
      const { details } = request;
      const rows = new DumpRows((reader) => map(details.decode(reader)), memory ?? null);
      const remembering: Route = {
        definition: details,
        receive: (reader) => {
          rows.read(reader);
          return null;
        },
      };
      // Whoever traces wants to see the fields of each.
      const seen = routeTo(details, (row) => rows.add(map(row)));
      const detailsId = this.#idOf(request.details);
      const context = this.#send(request, fields);
      const dump: Dump = {
        context,
        order: this.#order,
        name: request.name,
        detailsId,
        route: this.#channel.traced ? seen : remembering,
        finish: () => resolve(rows.end()),
        fail: reject,
        endContext: 0,
      };
      this.#dumps.set(context, dump);
      this.#openDumps.push(dump);
    });

  readonly ping = (): Promise<ControlPingReply> => this.call(controlPing, {});

  readonly has = (message: AnyMessage): boolean => this.#welcome.table.idOf(message) !== null;

  readonly missing = (messages: readonly AnyMessage[]): MissingMessages =>
    this.#welcome.table.missing(messages);

  readonly lastReplyAt = (): number => this.#lastReplyAt;

  readonly pendingCount = (): number => this.#pending.size + this.#openDumps.length;

  readonly unanswered = (): readonly Unanswered[] =>
    this.#over === null ? this.#pending.list() : this.#leftBehind;

  readonly dropped = (): DropCounters => ({ late: this.#late, unexpected: this.#unexpected });

  readonly close = async (reason: MaglevError = closed()): Promise<void> => {
    if (this.#over === null) {
      this.#over = reason;
      this.#failAll(reason);
      const { clientIndex } = this.#welcome;
      await sayGoodbye(this.#channel, this.#clock, clientIndex, this.#nextContext());
      this.#channel.end(reason);
      this.#resolveClosed(reason);
    }
    await this.closed;
  };

  /** Encodes a request for the write at the end of this turn. Gives its context; throws what the caller rejects with. */
  #send<Input>(request: MessageDefinition<unknown, Input>, fields: Input): number {
    if (this.#over !== null) throw this.#over;
    const id = this.#idOf(request);
    const context = this.#nextContext();
    this.#header.id = id;
    this.#header.context = context;
    this.#channel.send(request, this.#header, fields);
    this.#order++;
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => this.#flush());
    }
    return context;
  }

  /** Sends a request, and tells what comes of it. Gives the context. */
  #ask<Input, Reply>(
    request: MessageDefinition<unknown, Input>,
    fields: Input,
    name: string,
    reply: MessageDefinition<Reply>,
    settle: Settle<Reply>,
  ): number {
    const replyId = this.#idOf(reply);
    const context = this.#send(request, fields);
    this.#pending.add(new Asked(context, this.#order, replyId, name, fields, reply, settle, this.#answered));
    return context;
  }

  readonly #answered = (request: PendingRequest): void => this.#pending.answered(request, this.#lastReplyAt);

  #flush(): void {
    if (this.#over === null) {
      if (this.#openDumps.length > 0) this.#endDumps();
      this.#channel.flush();
    }
    this.#flushing = false;
  }

  /** One ping behind all dumps of this turn: VPP answers in order, so its reply means that all rows have come. */
  #endDumps(): void {
    const dumps = this.#openDumps;
    this.#openDumps = [];
    const name = dumps.map((dump) => dump.name).join(', ');
    const finish = () => {
      for (const dump of dumps) {
        this.#dumps.delete(dump.context);
        dump.finish();
      }
    };
    const fail = (error: MaglevError) => {
      for (const dump of dumps) {
        this.#dumps.delete(dump.context);
        this.#pending.markLate(dump.context);
        dump.fail(error);
      }
    };
    const context = this.#ask(controlPing, {}, name, controlPingReply, (error, answer) => {
      if (answer === null && error !== null) fail(error);
      else finish();
    });
    for (const dump of dumps) dump.endContext = context;
  }

  #idOf(message: AnyMessage): number {
    const id = this.#welcome.table.idOf(message);
    if (id !== null) return id;
    const { absent } = this.missing([message]);
    const what = absent.length > 0 ? 'does not have' : 'has another form of';
    throw new MaglevError('MGL_VPP_INCOMPATIBLE', `this VPP ${what} the message ${message.name}`);
  }

  /** Never 0, which VPP's own clients take for an event, and none that is in use. */
  #nextContext(): number {
    do {
      this.#lastContext = this.#lastContext >= 0xffffffff ? 1 : this.#lastContext + 1;
    } while (this.#pending.get(this.#lastContext) !== undefined || this.#dumps.has(this.#lastContext));
    return this.#lastContext;
  }

  #listener(): ChannelListener {
    return {
      arrived: () => {
        this.#lastReplyAt = this.#clock.monotonic();
      },
      find: (id, context) => this.#find(id, context),
      ended: (error) => this.#ended(error),
    };
  }

  #find(id: number, context: number): Route | Undeliverable {
    const request = this.#pending.get(context);
    if (request !== undefined && request.replyId === id) return request;
    const dump = this.#dumps.get(context);
    if (dump !== undefined && dump.detailsId === id) {
      this.#pending.progress(dump.endContext, dump.order, this.#lastReplyAt);
      return dump.route;
    }
    const message = this.#welcome.table.nameOf(id)?.slice(0, -9) ?? `id ${id}`;
    if (request === undefined && dump === undefined && this.#pending.isLate(context)) {
      this.#late++;
      return { message, why: 'the request had timed out' };
    }
    this.#unexpected++;
    return {
      message,
      why: request === undefined && dump === undefined ? 'unknown context' : 'unexpected message',
    };
  }

  #ended(error: MaglevError): void {
    const reason = this.#over ?? error;
    this.#over = reason;
    this.#failAll(reason);
    this.#resolveClosed(reason);
  }

  #failAll(error: MaglevError): void {
    if (this.#pending.size > 0) this.#leftBehind = this.#pending.list();
    this.#pending.failAll(error);
    for (const dump of this.#openDumps.splice(0)) {
      this.#dumps.delete(dump.context);
      dump.fail(error);
    }
  }
}

function retvalOf(reply: unknown): number {
  return typeof reply === 'object' && reply !== null && 'retval' in reply && typeof reply.retval === 'number'
    ? reply.retval
    : 0;
}

/** Not at once: who asks expects no answer before it has asked. */
function later(done: (error: MaglevError) => void, thrown: unknown): void {
  queueMicrotask(() => done(asMaglevError(thrown)));
}

function closed(): MaglevError {
  return new MaglevError('MGL_VPP_DISCONNECTED', 'the connection to VPP was closed');
}
