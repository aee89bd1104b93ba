/** The pages of the dashboard, in the order of their keys 1 to 5. */
export const views = ['overview', 'frontends', 'timeline', 'probes', 'admin'] as const;
export type View = (typeof views)[number];

/** How rows may be ordered. */
export const sorts = ['config', 'name', 'state', 'age', 'share', 'packets'] as const;
export type Sort = (typeof sorts)[number];

/**
 * What the page shows. It stands in the address behind `#`, so that it can be pasted into an incident and means the same
 * there. null and empty: nothing is chosen.
 */
export interface Place {
  readonly view: View;
  /** The maglevd. */
  readonly maglevd: string | null;
  readonly frontend: string | null;
  readonly backend: string | null;
  /** A moment, milliseconds since 1970; null = now, and moving on. */
  readonly at: number | null;
  /** How much of the time before `at` is shown, in minutes. */
  readonly minutes: number;
  /** What names must contain. */
  readonly search: string;
  /** A state that backends must have. */
  readonly state: string | null;
  readonly sort: Sort;
}

export const start: Place = {
  view: 'overview',
  maglevd: null,
  frontend: null,
  backend: null,
  at: null,
  minutes: 15,
  search: '',
  state: null,
  sort: 'config',
};

/** Minutes that a timeline may show. */
export const spans = [5, 15, 60, 240] as const;

/** `#/timeline?maglevd=lb1&frontend=shop&at=2026-11-28T11:27:00Z`. */
export function linkTo(place: Place): string {
  const query = new URLSearchParams();
  const add = (key: string, value: string | null) => {
    if (value !== null && value !== '') query.set(key, value);
  };
  add('maglevd', place.maglevd);
  add('frontend', place.frontend);
  add('backend', place.backend);
  if (place.at !== null) add('at', momentText(place.at));
  if (place.minutes !== start.minutes) add('minutes', String(place.minutes));
  add('search', place.search);
  add('state', place.state);
  if (place.sort !== start.sort) add('sort', place.sort);
  const text = query.toString().replaceAll('%3A', ':');
  return `#/${place.view}${text === '' ? '' : `?${text}`}`;
}

/** The place of a link. What it says wrongly, or not at all, is as at the start. */
export function placeOf(hash: string): Place {
  const [path = '', ...rest] = hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(rest.join('?'));
  const minutes = Number(query.get('minutes'));
  const at = Date.parse(query.get('at') ?? '');
  return {
    view: views.find((view) => view === path) ?? start.view,
    maglevd: query.get('maglevd'),
    frontend: query.get('frontend'),
    backend: query.get('backend'),
    at: Number.isFinite(at) ? at : null,
    minutes: spans.find((span) => span === minutes) ?? start.minutes,
    search: query.get('search') ?? '',
    state: query.get('state'),
    sort: sorts.find((sort) => sort === query.get('sort')) ?? start.sort,
  };
}

/** ISO 8601 in UTC, to the second. */
function momentText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
