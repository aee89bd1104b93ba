import type { Decision } from '../domain/lb.js';
import type { Reply } from './address.js';

/** Asked of whoever decides, by those who carry decisions out, when they start. Changes are told as messages. */
export type DecisionRequest = { readonly type: 'get-decision'; readonly reply: Reply<Decision> };

/** The decision changed. */
export interface DecisionChanged {
  readonly type: 'decision';
  readonly decision: Decision;
}
