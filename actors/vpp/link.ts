import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type LbOperation, type VipId, vipId } from '../../domain/lb.js';
import type { Reply } from '../../protocol/address.js';
import type { Logger } from '../../protocol/log.js';
import type { OperationOutcome, VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import type { VppApi } from './api.js';

/**
 * The mailbox through which a session talks to VPP. It lives as long as one connection; its death is how everybody
 * who still holds the address learns that this VPP is gone. Requests are sent on as they come, without waiting for
 * the answers of earlier ones.
 */
export function linkActor(api: VppApi): ActorSpec<VppRequest> {
  return {
    name: 'link',
    restart: 'temporary',
    start: ({ log }) => {
      const refusals = new MemoryRefusals(log);
      return {
        receive: (request) => {
          switch (request.type) {
            case 'read-conf':
              return answer(api.getLbConf(), request.reply);
            case 'write-conf':
              return answer(api.setLbConf(request.conf), request.reply);
            case 'read-state':
              return answer(api.getLbState(), request.reply);
            case 'read-indexes':
              return answer(api.getLbIndexes(), request.reply);
            case 'read-vip':
              return answer(api.getLbStateVip(request.key), request.reply);
            case 'apply':
              return answer(applyAll(api, request.operations, refusals), request.reply);
          }
        },
      };
    },
  };
}

/** Operations that are encoded and sent in one turn of the event loop; a plan of ordinary size is one write. */
const CHUNK = 256;

/**
 * What belongs together is sent together or not at all: a VIP that is to be replaced and would not fit into VPP's
 * memory again goes on as it is.
 */
async function applyAll(
  api: VppApi,
  operations: readonly LbOperation[],
  refusals: MemoryRefusals,
): Promise<OperationOutcome[]> {
  // Not awaited when there is nothing to wait for: a change that costs no memory is sent in this turn.
  const admission = api.admit(operations);
  const refused = admission === null ? null : await admission;
  refusals.tell(operations, refused);
  if (refused !== null) return operations.map(() => ({ ok: false, error: refused, retval: null }));
  const outcomes: OperationOutcome[] = [];
  // What takes a VIP away and brings it back goes out whole, whatever happens to us in between.
  const chunk = operations.some(({ op }) => op === 'vip-del') ? operations.length : CHUNK;
  for (let from = 0; from < operations.length; from += chunk) {
    const part = operations.slice(from, from + chunk);
    outcomes.push(...(await applyPart(api, part)));
  }
  return outcomes;
}

/** Not awaited by the actor: the next request goes out while VPP works on this one. */
function answer<R>(promise: Promise<R>, reply: Reply<R>): void {
  promise.then(
    (value) => reply.ok(value),
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

/** One promise for all, instead of several for each: this is done tens of thousands of times in a cold sync. */
function applyPart(api: VppApi, operations: readonly LbOperation[]): Promise<OperationOutcome[]> {
  return new Promise((resolve) => {
    const outcomes: OperationOutcome[] = new Array(operations.length);
    let left = operations.length;
    if (left === 0) resolve(outcomes);
    const set = (i: number, outcome: OperationOutcome) => {
      outcomes[i] = outcome;
      if (--left === 0) resolve(outcomes);
    };
    for (const [i, operation] of operations.entries()) {
      api.apply(operation).then(
        () => set(i, done),
        (error: unknown) => set(i, { ok: false, error: asMaglevError(error), retval: retvalOf(error) }),
      );
    }
  });
}

const done: OperationOutcome = { ok: true };

function retvalOf(error: unknown): number | null {
  return error instanceof MaglevError && 'retval' in error && typeof error.retval === 'number'
    ? error.retval
    : null;
}
