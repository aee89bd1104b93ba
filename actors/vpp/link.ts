import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type LbOperation, type VipId, vipId } from '../../domain/lb.js';
import { SendQueue } from '../../domain/send-queue.js';
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
type Queued = Apply | (Extract<VppRequest, { type: 'read-state' }> & { readonly cost: null });

class Link {
  readonly #api: VppApi;
  readonly #queue = new SendQueue<Queued>();
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
      case 'read-flows':
        answer(this.#api.getLbFlows(), request.reply);
        break;
      case 'read-state':
        this.#queue.push({ ...request, cost: null }, false);
        this.#send();
        break;
      case 'apply':
        this.#queue.push(request, request.urgent);
        this.#send();
        break;
    }
  }

  #send(): void {
    for (;;) {
      const next = this.#queue.next(this.#admitting > 0);
      if (next === null) return;
      if (next.type === 'apply') this.#apply(next);
      else {
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

  #done(request: Apply, outcomes: readonly OperationOutcome[], order: number): void {
    this.#queue.answered(request);
    request.reply.ok({ outcomes, order });
    this.#send();
  }

  /** The connection is gone: what was not sent yet ends as what was under way does. */
  #end(error: MaglevError): void {
    for (const { reply } of this.#queue.clear()) reply.fail(error);
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
