import { MaglevError } from '../domain/errors.js';
import { Reactor } from '../linux/reactor.js';
import type { DescriptorLedger } from './descriptor-ledger.js';

/** The reactor of a thread; null where there can be none, which costs speed only. */
export function openReactor(ledger: DescriptorLedger): Reactor | null {
  try {
    const reactor = new Reactor();
    ledger.opened(reactor.fd);
    return reactor;
  } catch (thrown) {
    if (thrown instanceof MaglevError) return null;
    throw thrown;
  }
}
