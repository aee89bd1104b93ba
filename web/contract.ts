/**
 * What maglevd-frontend and its page say to each other over HTTP, as JSON. Nothing here is computed for show: everything
 * is in maglevd's API under a similar name, and `rpc/maglev.proto` explains each field at length.
 *
 * Times are milliseconds since 1970 by the clock of the maglevd that told them, unless it is said that they are by the
 * clock of maglevd-frontend. null = not known, or there is none.
 *
 * | request | answer |
 * |---|---|
 * | GET /view/api/version | VersionAnswer |
 * | GET /view/api/maglevds | MaglevdsAnswer |
 * | GET /view/api/state | StateAnswer |
 * | GET /view/api/state/{id} | PictureAnswer |
 * | GET /view/api/events?from=<epoch>-<seq> | server-sent events: StreamMessage |
 * | GET /view/api/history/{id}?frontend=F | HistoryAnswer |
 * | GET /view/api/timeline/{id}?from=ms&to=ms&limit=n | TimelineAnswer |
 * | GET /view/api/probes/{id}?backend=B | ProbesAnswer |
 * | GET /view/api/explain/{id}?backend=B | ExplainAnswer |
 * | GET /view/api/sync/{id}?sync=n | SyncAnswer |
 * | GET /admin/api/who | WhoAnswer; 401 asks the browser for user and password |
 * | POST /admin/api/plan/{id}, an Action | PlanAnswer |
 * | POST /admin/api/act/{id}, an Action | ActAnswer |
 *
 * `{id}` is `Maglevd.id`, percent-encoded. Whatever is refused or fails has a status from 400 up and is a Failure.
 * POST needs `content-type: application/json`, and a browser must send it from a page of the same origin.
 */

export type * from './contract/admin.js';
export type * from './contract/answers.js';
export type * from './contract/maglevd.js';
export type * from './contract/picture.js';
export type * from './contract/stream.js';
