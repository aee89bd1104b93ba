import type { MaglevError } from '../domain/errors.js';
import type { AnyMessage, CallDefinition, DumpDefinition } from './codec/message.js';
import type { ControlPingReply } from './generated/memclnt.js';
import type { MissingMessages } from './message-table.js';
import type { RowMemory } from './row-memory.js';

/** Messages that found nobody. */
export interface DropCounters {
  /** Replies to requests that had timed out. */
  readonly late: number;
  /** Messages that nobody had asked for, or of another kind than was expected. */
  readonly unexpected: number;
}

/** A request that VPP has not answered. */
export interface Unanswered {
  /** `lb_as_set_weight` */
  readonly name: string;
  readonly fields: unknown;
}

/**
 * One connection to VPP's binary API. Nothing waits for a reply before it sends: all requests of one turn of the
 * event loop go out in one write, and VPP executes them in their order. Every promise settles: with the answer, with
 * MGL_VPP_RETVAL, MGL_VPP_TIMEOUT, MGL_VPP_ENCODE (nothing was sent), MGL_VPP_INCOMPATIBLE (this VPP does not have
 * the message), or with the reason for which the connection ended. A request that timed out may have been executed.
 */
export interface ApiClient {
  /** Rejects with a RetvalError when the reply has a retval other than 0. */
  readonly call: <Reply, Input>(
    request: CallDefinition<unknown, Reply, Input>,
    fields: Input,
  ) => Promise<Reply>;
  /**
   * As `call`, for whoever wants to know only whether it was done: `done` gets null, or what `call` rejects with. It is
   * called once, and never before this returns nor within a turn of its caller's. Without a promise, which costs more than the message.
   */
  readonly request: <Reply, Input>(
    request: CallDefinition<unknown, Reply, Input>,
    fields: Input,
    done: (error: MaglevError | null) => void,
  ) => void;
  /**
   * All details that answer a dump. The dumps of one turn of the event loop share the control_ping that ends them.
   */
  readonly dump: <Details, Input>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
  ) => Promise<readonly Details[]>;
  /**
   * As `dump`; each of the details goes through `map` as it arrives, so that the work is spread like the messages. With
   * a `memory` of the last such dump, what is the same as then is neither decoded nor mapped: `map` depends on nothing else.
   * If all is, the result is the very list that the last one gave.
   */
  readonly mapDump: <Details, Input, Row>(
    request: DumpDefinition<unknown, Details, Input>,
    fields: Input,
    map: (details: Details) => Row,
    memory?: RowMemory<Row>,
  ) => Promise<readonly Row[]>;
  readonly ping: () => Promise<ControlPingReply>;
  /** Does this VPP have exactly this message? */
  readonly has: (message: AnyMessage) => boolean;
  readonly missing: (messages: readonly AnyMessage[]) => MissingMessages;
  /** Resolves with the reason when the connection has ended. Never rejects. */
  readonly closed: Promise<MaglevError>;
  /** When something of VPP last arrived, on the clock's monotonic scale; at first the time of the handshake. */
  readonly lastReplyAt: () => number;
  /** Requests that VPP has not answered. */
  readonly pendingCount: () => number;
  /** These requests, oldest first; when the connection has ended, those that had no answer by then. */
  readonly unanswered: () => readonly Unanswered[];
  readonly dropped: () => DropCounters;
  /**
   * Says goodbye to VPP, waits for its answer for at most 100 ms, closes. Pending requests fail at once with `reason`,
   * by default that the connection was closed.
   */
  readonly close: (reason?: MaglevError) => Promise<void>;
}
