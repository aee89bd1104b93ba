/** What a program that talks to maglevd imports: `import { connect } from 'vpp-maglev/client'`. */
export type * from '../rpc/generated/maglev.js';
export { RpcError, type StatusName } from '../rpc/rpc-error.js';
export { type CallOptions, connect, type Maglev, type MaglevCalls } from './connect.js';
export type { ConnectOptions, Pem } from './options.js';
export type { Connected, EventItem, Gap, Lagged, Position, StateItem, StreamItem } from './position.js';
export type { Disconnected, WatchFilter, WatchItem, WatchOptions } from './watch.js';
