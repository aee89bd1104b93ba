import { For, type JSX, Show } from 'solid-js';
import type { Maglevd } from '../../contract.js';
import { go, here } from '../live/here.js';
import { maglevds, readersTime, shownName } from '../live/store.js';
import { timeText } from '../model/figures.js';

/** Which maglevd a view is about. One that is lost says since when. */
export function MaglevdTabs(props: { readonly chosen: string | null; readonly all: boolean }): JSX.Element {
  const choose = (maglevd: string | null) => {
    // Another load balancer has other things by the same name, or none.
    if (maglevd !== here().maglevd) go({ maglevd });
  };
  return (
    <nav class="sites" aria-label="Load balancers">
      <Show when={props.all}>
        <button type="button" class="site" aria-pressed={props.chosen === null} onClick={() => choose(null)}>
          All
        </button>
      </Show>
      <For each={maglevds().map(({ id }) => id)}>
        {(id) => {
          const row = () => maglevds().find((one) => one.id === id);
          return (
            <Show when={row()}>
              {(known) => (
                <button
                  type="button"
                  class="site"
                  classList={{ 'site-lost': known().link.state !== 'connected' }}
                  aria-pressed={props.chosen === id}
                  title={known().address}
                  onClick={() => choose(id)}
                >
                  {shownName(known())}
                  <Show when={linkWords(known())}>{(words) => <span class="site-more">{words()}</span>}</Show>
                </button>
              )}
            </Show>
          );
        }}
      </For>
    </nav>
  );
}

/** '' when it is connected. */
export function linkWords(row: Maglevd): string {
  if (row.link.state === 'connecting') return 'connecting';
  if (row.link.state === 'connected') return '';
  return `lost at ${timeText(lostAt(row))}`;
}

/** When a maglevd was lost, by the clock of the reader. */
function lostAt(row: Maglevd): number {
  // The time of a link is by the clock of maglevd-frontend: the skew of the maglevd itself is not in it.
  return row.link.state === 'lost' ? readersTime({ ...row, clock: null }, row.link.since) : 0;
}
