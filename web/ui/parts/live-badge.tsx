import { type JSX, Show } from 'solid-js';
import { clock, pageLink, time } from '../live/store.js';
import { spanText, timeText } from '../model/figures.js';
import { clockText } from '../model/freshness.js';

/** Whether the page hears maglevd-frontend. */
export function LiveBadge(): JSX.Element {
  return (
    <span class={`live live-${pageLink().state}`}>
      <span class="live-dot" aria-hidden="true" />
      {words()}
    </span>
  );
}

function words(): string {
  const link = pageLink();
  if (link.state === 'lost') return `lost ${spanText(time() - link.since)} ago`;
  return link.state;
}

/** A line over everything that is shown, when nothing of it is from now; and one when clocks make ages and times doubtful. */
export function LostNotice(): JSX.Element {
  const lost = () => {
    const link = pageLink();
    return link.state === 'lost' ? link : null;
  };
  const differs = () => {
    const known = clock();
    return known === null ? null : clockText(known.offset, known.error, "this machine's");
  };
  return (
    <>
      <Show when={lost()}>
        {(link) => (
          <p class="notice notice-bad" role="alert">
            <strong>Not live.</strong> {link().why} What you see is from {timeText(link().since)} and may be
            wrong by now. The page keeps trying.
          </p>
        )}
      </Show>
      <Show when={differs()}>
        {(text) => (
          <p class="notice notice-odd">The dashboard's clock is {text()}. Ages take that into account.</p>
        )}
      </Show>
    </>
  );
}
