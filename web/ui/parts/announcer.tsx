import { createEffect, createSignal, type JSX, on, onCleanup, untrack } from 'solid-js';
import { every } from '../clock.js';
import { eventsOf, maglevds, pageLink, presentAt, shownName } from '../live/store.js';
import { newsOf } from '../model/lanes.js';

/** News are gathered for so long, so that a screen reader is not talked to all the time, ms. */
const GATHER_MS = 2000;
/** What is older was fetched, and did not just happen, ms. */
const NEWS_MS = 10_000;

/** Tells screen readers what those who see notice: what went down or up, and that the page is not live. */
export function Announcer(): JSX.Element {
  const [said, setSaid] = createSignal('');
  const waiting: string[] = [];
  const told = new Map<string, number>();
  createEffect(() => {
    const rows = maglevds();
    for (const row of rows) {
      const site = eventsOf(row.id);
      if (site === undefined) continue;
      const since = Math.max(told.get(row.id) ?? 0, untrack(() => presentAt(row)) - NEWS_MS);
      const fresh = site.log.between(since + 1, Number.POSITIVE_INFINITY);
      told.set(row.id, fresh.at(-1)?.at ?? since);
      // More than is said anyway need not be put into words.
      waiting.push(
        ...newsOf(fresh.slice(-100)).map((text) => (rows.length > 1 ? `${shownName(row)}: ${text}` : text)),
      );
    }
  });
  createEffect(
    on(
      () => pageLink().state,
      (state, before) => {
        if (state === 'lost') waiting.push('The dashboard is not live any more');
        if (state === 'live' && before === 'lost') waiting.push('The dashboard is live again');
      },
    ),
  );
  onCleanup(
    every(GATHER_MS, () => {
      if (waiting.length === 0) return;
      const more = waiting.length > 5 ? ` and ${waiting.length - 5} more` : '';
      setSaid(`${waiting.splice(0, 5).join('. ')}${more}`);
      waiting.length = 0;
    }),
  );
  return (
    <div class="unseen" aria-live="polite">
      {said()}
    </div>
  );
}
