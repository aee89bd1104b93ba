import type { BackendView, FrontendView, PoolBackendView } from '../domain/views.js';
import type { Reply } from './address.js';

export type { BackendView, FrontendView, PoolBackendView };

/**
 * A part of a list, so that nobody has to answer all of a long one at once: so many, from that place on. Fewer are the
 * last; what a change moved meanwhile may be there twice, or not at all.
 */
export interface Slice {
  readonly from: number;
  readonly count: number;
}

/** What the frontends actor can be asked. An unknown name fails with MGL_FRONTEND_UNKNOWN or MGL_BACKEND_UNKNOWN. */
export type ViewRequest =
  | {
      readonly type: 'list-frontends';
      readonly slice?: Slice;
      readonly reply: Reply<readonly FrontendView[]>;
    }
  | { readonly type: 'get-frontend'; readonly name: string; readonly reply: Reply<FrontendView> }
  | { readonly type: 'list-backends'; readonly slice?: Slice; readonly reply: Reply<readonly BackendView[]> }
  | { readonly type: 'get-backend'; readonly name: string; readonly reply: Reply<BackendView> };
