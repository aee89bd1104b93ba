import type { Maglev } from '../client/connect.js';

/** What the dashboard asks of one maglevd: a part of `vpp-maglev/client`, so that a spec can put something else there. */
export type UpstreamApi = Pick<
  Maglev,
  | 'watch'
  | 'close'
  | 'getStatus'
  | 'getCaller'
  | 'getProbes'
  | 'listFrontends'
  | 'getFrontend'
  | 'listBackends'
  | 'getBackend'
  | 'getVPPLBState'
  | 'getVPPLBCounters'
  | 'getFailoverDebts'
  | 'listSyncs'
  | 'getSync'
  | 'listEvents'
  | 'plan'
  | 'pauseBackend'
  | 'resumeBackend'
  | 'enableBackend'
  | 'disableBackend'
  | 'setFrontendPoolBackendWeight'
  | 'syncVPPLBState'
  | 'reloadConfig'
>;

/** One maglevd of -server. */
export interface UpstreamPlace {
  /** Names it in URLs and events. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly api: UpstreamApi;
}
