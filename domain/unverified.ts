import type { MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import type { VipState } from './lb.js';

/**
 * What of these VIPs was not compared with the decision, because VPP did not tell it: one sentence each. `textError` is
 * why VPP did not give the text that has it; null = it did, but the text does not have these VIPs.
 */
export function unverifiedIn({
  vips,
  textError,
}: {
  readonly vips: readonly VipState[];
  readonly textError: MaglevError | null;
}): readonly string[] {
  const unknown = vips.filter(({ srcIpSticky }) => srcIpSticky === null).length;
  if (unknown === 0) return [];
  const which = unknown === 1 ? 'a VIP is' : `${unknown} VIPs are`;
  const why = textError === null ? '`show lb vips verbose` does not name them all' : textError.message;
  return [`VPP does not tell whether ${which} sticky by source address (src-ip-sticky): ${why}`];
}

/** Tells when VPP begins to hide something from full syncs, or hides it for another reason, and when that is over. */
export class UnverifiedWatch {
  /** Why something of VPP was not known at the last full sync; empty: all was. */
  #why = '';

  /** `sentences`: what unverifiedIn gives, of the VIPs that are wanted. */
  look(sentences: readonly string[], textError: MaglevError | null): MaglevEvent[] {
    const before = this.#why;
    this.#why = sentences.length === 0 ? '' : (textError?.message ?? 'text');
    if (this.#why === before) return [];
    if (this.#why === '') return [{ name: 'vpp-lbsync-verified', level: 'info', fields: {} }];
    return [{ name: 'vpp-lbsync-unverified', level: 'warn', fields: { what: sentences.join('; ') } }];
  }
}
