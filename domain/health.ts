/** unknown: no verdict yet. removed: gone from the config. The others are verdicts or what an operator asked for. */
export type BackendState = 'unknown' | 'up' | 'down' | 'paused' | 'disabled' | 'removed';

/** up: some server gets new flows. unknown: no verdict exists for any of its servers. */
export type FrontendState = 'unknown' | 'up' | 'down';
