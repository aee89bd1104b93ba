import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import type { LbOperation } from '../../domain/lb.js';
import { SendQueue } from '../../domain/send-queue.js';
import { done, failedOutcome, type OperationOutcome } from '../../domain/syncs.js';
import { MemoryRefusals } from '../../domain/vpp-memory-advice.js';
import type { VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { answerWith } from '../kernel/question.js';
import { byType, Life } from '../life.js';
import { tellNews } from '../news.js';
import type { VppApi } from './api.js';

/**
 * The mailbox through which a session talks to VPP. It lives as long as one connection; its death is how everybody
 * who still holds the address learns that this VPP is gone.
 */
export function linkActor(api: VppApi): ActorSpec<VppRequest> {
  return { name: 'link', restart: 'temporary', start: (context) => new Link(context, api) };
}

type Apply = Extract<VppRequest, { type: 'apply' }>;
type Queued = Apply | (Extract<VppRequest, { type: 'read-state' }> & { readonly cost: null });

class Link extends Life<VppRequest, VppApi> {
  readonly #api = this.options;
  readonly #queue = new SendQueue<Queued>();
  /** Writes for which VPP is asked whether it has the memory. */
  #admitting = 0;
  #order = 0;
  readonly #refusals = new MemoryRefusals();

  constructor(context: Context<VppRequest>, api: VppApi) {
    super(context, api);
    void api.closed.then((error) => this.#end(error));
  }

  /** Nothing is awaited: the next request goes out while VPP works on this one. */
  readonly receive = byType<VppRequest>({
    'read-conf': ({ reply }) => answerWith(this.#api.getLbConf(), reply),
    'write-conf': ({ conf, reply }) => answerWith(this.#api.setLbConf(conf), reply),
    'read-indexes': ({ reply }) => answerWith(this.#api.getLbIndexes(), reply),
    'read-flows': ({ reply }) => answerWith(this.#api.getLbFlows(), reply),
    'read-state': (request) => this.#enqueue({ ...request, cost: null }, false),
    apply: (request) => this.#enqueue(request, request.urgent),
  });

  #enqueue(request: Queued, urgent: boolean): void {
    this.#queue.push(request, urgent);
    this.#send();
  }

  #send(): void {
    for (;;) {
      const next = this.#queue.next(this.#admitting > 0);
      if (next === null) return;
      if (next.type === 'apply') this.#apply(next);
      else {
        const order = ++this.#order;
        const { reply } = next;
        // In one step: when the connection ends, its reason must come before the end of this actor.
        this.#api.getLbState().then(
          (state) => reply.ok({ ...state, order }),
          (error: unknown) => reply.fail(asMaglevError(error)),
        );
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
      this.#tellMemory(operations, null);
      this.#sendAll(request);
      return;
    }
    this.#admitting++;
    const admitted = (refused: MaglevError | null) => {
      this.#admitting--;
      this.#tellMemory(operations, refused);
      if (refused === null) {
        this.#sendAll(request);
        // A read may have waited for it.
        this.#send();
      } else {
        this.#done(
          request,
          operations.map(() => failedOutcome(refused)),
          ++this.#order,
        );
      }
    };
    admission.then(admitted, (error: unknown) => admitted(asMaglevError(error)));
  }

  #tellMemory(operations: readonly LbOperation[], refused: MaglevError | null): void {
    tellNews(this.context.log, this.#refusals.tell(operations, refused));
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

/** One callback for all, instead of promises for each: this is done tens of thousands of times in a cold sync. */
function applyAll(
  api: VppApi,
  operations: readonly LbOperation[],
  all: (outcomes: readonly OperationOutcome[]) => void,
): void {
  const outcomes: OperationOutcome[] = new Array(operations.length);
  let left = operations.length;
  const set = (i: number, outcome: OperationOutcome) => {
    outcomes[i] = outcome;
    if (--left === 0) all(outcomes);
  };
  operations.forEach((operation, i) => {
    api.send(operation, (error) => set(i, error === null ? done : failedOutcome(error)));
  });
}
