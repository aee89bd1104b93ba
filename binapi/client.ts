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
import { type ControlPingReply, controlPing, controlPingReply } from './generated/memclnt.js';
import { sayGoodbye } from './goodbye.js';
import { HANDSHAKE_CONTEXT, type Welcome } from './handshake.js';
import type { MissingMessages } from './message-table.js';
import { PendingRequests } from './pending.js';
import { RetvalError } from './retval.js';

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
      const take = (answer: Reply) => {
        const retval = reply.hasRetval ? retvalOf(answer) : 0;
        if (retval === 0) resolve(answer);
        else reject(new RetvalError(name, retval));
      };
      this.#ask(request, fields, name, reply, take, reject);
    });

  readonly request = <Reply, Input>(
    request: CallDefinition<unknown, Reply, Input>,
    fields: Input,
    done: (error: MaglevError | null) => void,
  ): void => {
    const { name, reply } = request;
    const take = (answer: Reply) => {
      const retval = reply.hasRetval ? retvalOf(answer) : 0;
      done(retval === 0 ? null : new RetvalError(name, retval));
    };
    try {
      this.#ask(request, fields, name, reply, take, done);
    } catch (thrown) {
      later(done, thrown);
    }
  };

  readonly dump = <Details, Input>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
  ): Promise<Details[]> => this.mapDump(request, fields, (details) => details);

  readonly mapDump = <Details, Input, Row>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
    map: (details: Details) => Row,
  ): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      const rows: Row[] = [];
      const detailsId = this.#idOf(request.details);
      const context = this.#send(request, fields);
      const dump: Dump = {
        context,
        order: this.#order,
        name: request.name,
        detailsId,
        route: routeTo(request.details, (details) => rows.push(map(details))),
        finish: () => resolve(rows),
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
    this.#channel.send(request, { id, clientIndex: this.#welcome.clientIndex, context }, fields);
    this.#order++;
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => this.#flush());
    }
    return context;
  }

  /** Sends a request whose answer goes to `take`, or to `fail` the reason why none comes. Gives the context. */
  #ask<Input, Reply>(
    request: MessageDefinition<unknown, Input>,
    fields: Input,
    name: string,
    reply: MessageDefinition<Reply>,
    take: (answer: Reply) => void,
    fail: (error: MaglevError) => void,
  ): number {
    const replyId = this.#idOf(reply);
    const context = this.#send(request, fields);
    // Answered only when it is decoded: otherwise a garbled reply would leave its request without an end.
    const route = routeTo(reply, (answer) => {
      this.#pending.answered(context, this.#lastReplyAt);
      take(answer);
    });
    this.#pending.add({ context, name, fields, order: this.#order, replyId, route, fail });
    return context;
  }

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
    const context = this.#ask(controlPing, {}, name, controlPingReply, finish, fail);
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
    if (request !== undefined && request.replyId === id) return request.route;
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
