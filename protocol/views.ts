import type { Slice } from '../domain/slice.js';
import type { BackendView, FrontendView, PoolBackendView } from '../domain/views.js';
import type { Reply } from './address.js';

export type { BackendView, FrontendView, PoolBackendView };

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
