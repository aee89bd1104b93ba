import type { Standings } from '../domain/standings.js';
import type { Reply } from './address.js';

/** Always answered at once. */
export type StandingsQuestion = { readonly type: 'list-standings'; readonly reply: Reply<Standings> };
