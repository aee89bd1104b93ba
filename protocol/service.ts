import type { ServiceStatus } from '../domain/service-status.js';
import type { Reply } from './address.js';

/** Answered when every part of the tree has answered; fails with the error of the first that did not. */
export type RoundTripRequest = { readonly type: 'round-trip'; readonly reply: Reply<ServiceStatus> };

/** What the actor is told that speaks with the service manager. */
export type ServiceNews = { readonly type: 'reloading' } | { readonly type: 'reloaded' };

/** The service manager that started maglevd, as systemd. */
export interface ServiceManager {
  /** Lines of sd_notify(3). Never throws; what cannot be sent is dropped. */
  readonly notify: (lines: readonly string[]) => void;
  /** Milliseconds without WATCHDOG=1 after which it ends this process; null = it does not watch. */
  readonly watchdogMs: number | null;
}
