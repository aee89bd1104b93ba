import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type LbOperation, type VipId, vipId } from '../../domain/lb.js';
import type { OperationOutcome } from '../../domain/syncs.js';
import type { Reply } from '../../protocol/address.js';
import type { Logger } from '../../protocol/log.js';
import type { VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import type { VppApi } from './api.js';

/**
 * The mailbox through which a session talks to VPP. It lives as long as one connection; its death is how everybody
 * who still holds the address learns that this VPP is gone.
 */
export function linkActor(api: VppApi): ActorSpec<VppRequest> {
  return { name: 'link', restart: 'temporary', start: ({ log }) => new Link(api, log) };
}

type Apply = Extract<VppRequest, { type: 'apply' }>;
type Queued = Apply | Extract<VppRequest, { type: 'read-state' }>;

/**
 * Writes are sent before the earlier ones are answered, so that VPP always has the next one; but no more at once than
 * it does in this many milliseconds, because what was sent cannot be overtaken any more.
 */
const UNDER_WAY_MS = 100;

/** What waits is overtaken by so many milliseconds of VPP's work, and then has its turn. */
const OVERTAKEN_MAX_MS = 1000;

class Link {
  readonly #api: VppApi;
  readonly #urgent: Queued[] = [];
  readonly #waiting: Queued[] = [];
  /** What VPP was sent and has not answered, in milliseconds of its work. */
  #underWayMs = 0;
  /** What was sent before others that waited already, in milliseconds of VPP's work, since one of those was sent. */
  #overtakenMs = 0;
  /** Writes for which VPP is asked whether it has the memory. */
  #admitting = 0;
  #order = 0;
  readonly #refusals: MemoryRefusals;

  constructor(api: VppApi, log: Logger) {
    this.#api = api;
    this.#refusals = new MemoryRefusals(log);
    void api.closed.then((error) => this.#end(error));
  }

  receive(request: VppRequest): void {
    switch (request.type) {
      case 'read-conf':
        answer(this.#api.getLbConf(), request.reply);
        break;
      case 'write-conf':
        answer(this.#api.setLbConf(request.conf), request.reply);
        break;
      case 'read-indexes':
        answer(this.#api.getLbIndexes(), request.reply);
        break;
      case 'read-state':
        this.#waiting.push(request);
        this.#send();
        break;
      case 'apply':
        (request.urgent ? this.#urgent : this.#waiting).push(request);
        this.#send();
        break;
    }
  }

  #send(): void {
    for (;;) {
      const patient = this.#waiting.length === 0 || this.#overtakenMs < OVERTAKEN_MAX_MS;
      const overtakes = this.#urgent.length > 0 && patient;
      const queue = overtakes ? this.#urgent : this.#waiting;
      const [next] = queue;
      if (next === undefined) return;
      if (next.type === 'apply') {
        if (this.#underWayMs > 0 && this.#underWayMs + next.cost > UNDER_WAY_MS) return;
        queue.shift();
        this.#overtakenMs = overtakes && this.#waiting.length > 0 ? this.#overtakenMs + next.cost : 0;
        this.#apply(next);
      } else {
        if (this.#admitting > 0) return;
        queue.shift();
        this.#overtakenMs = 0;
        const order = ++this.#order;
        answer(this.#api.getLbState(), next.reply, (state) => ({ ...state, order }));
      }
    }
  }

  /**
   * What belongs together is sent together or not at all: a VIP that is to be replaced and would not fit into VPP's
   * memory again goes on as it is.
   */
  #apply(request: Apply): void {
    const { operations } = request;
    this.#underWayMs += request.cost;
    // Not awaited when there is nothing to wait for: a change that costs no memory is sent in this turn.
    const admission = this.#api.admit(operations);
    if (admission === null) {
      this.#refusals.tell(operations, null);
      this.#sendAll(request);
      return;
    }
    this.#admitting++;
    const admitted = (refused: MaglevError | null) => {
      this.#admitting--;
      this.#refusals.tell(operations, refused);
      if (refused === null) {
        this.#sendAll(request);
        // A read may have waited for it.
        this.#send();
      } else {
        const none = operations.map(() => failed(refused));
        this.#done(request, none, ++this.#order);
      }
    };
    admission.then(admitted, (error: unknown) => admitted(asMaglevError(error)));
  }

  #sendAll(request: Apply): void {
    const order = ++this.#order;
    applyAll(this.#api, request.operations, (outcomes) => this.#done(request, outcomes, order));
  }

  #done({ cost, reply }: Apply, outcomes: readonly OperationOutcome[], order: number): void {
    this.#underWayMs = Math.max(0, this.#underWayMs - cost);
    reply.ok({ outcomes, order });
    this.#send();
  }

  /** The connection is gone: what was not sent yet ends as what was under way does. */
  #end(error: MaglevError): void {
    for (const { reply } of [...this.#urgent.splice(0), ...this.#waiting.splice(0)]) reply.fail(error);
  }
}

/** Not awaited by the actor: the next request goes out while VPP works on this one. */
function answer<V, R>(promise: Promise<V>, reply: Reply<R>, of: (value: V) => R): void;
function answer<R>(promise: Promise<R>, reply: Reply<R>): void;
function answer<V>(promise: Promise<V>, reply: Reply<V>, of = (value: V): V => value): void {
  promise.then(
    (value) => reply.ok(of(value)),
    (error: unknown) => reply.fail(asMaglevError(error)),
  );
}

/** Tells once of each VIP for which VPP has no memory: without that VIP a service is missing. */
class MemoryRefusals {
  readonly #log: Logger;
  readonly #told = new Set<VipId>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `refused`: null when the operations were admitted. */
  tell(operations: readonly LbOperation[], refused: MaglevError | null): void {
    if (refused === null && this.#told.size === 0) return;
    const ids = new Set(operations.map(({ key }) => vipId(key)));
    const news = [...ids].filter((id) => !this.#told.has(id));
    if (refused === null) {
      for (const id of ids) this.#told.delete(id);
    } else if (news.length > 0) {
      for (const id of news) this.#told.add(id);
      const { code, message, advice } = refused;
      this.#log.log('error', 'vpp-memory-refused', { vips: news, code, error: message, advice });
    }
  }
}

/** One callback for all, instead of promises for each: this is done tens of thousands of times in a cold sync. */
function applyAll(
  api: VppApi,
  operations: readonly LbOperation[],
  done: (outcomes: readonly OperationOutcome[]) => void,
): void {
  const outcomes: OperationOutcome[] = new Array(operations.length);
  let left = operations.length;
  const set = (i: number, outcome: OperationOutcome) => {
    outcomes[i] = outcome;
    if (--left === 0) done(outcomes);
  };
  for (const [i, operation] of operations.entries()) {
    api.apply(operation).then(
      () => set(i, success),
      (error: unknown) => set(i, failed(error)),
    );
  }
}

const success: OperationOutcome = { ok: true };

function failed(error: unknown): OperationOutcome {
  return { ok: false, error: asMaglevError(error), retval: retvalOf(error) };
}

function retvalOf(error: unknown): number | null {
  return error instanceof MaglevError && 'retval' in error && typeof error.retval === 'number'
    ? error.retval
    : null;
}
