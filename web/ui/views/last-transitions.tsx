import { createEffect, createMemo, For, type JSX, Show } from 'solid-js';
import { bringEvents } from '../live/events.js';
import { go, here } from '../live/here.js';
import { eventsOf, maglevdOf, presentAt, readersTime } from '../live/store.js';
import { momentText, spanText } from '../model/figures.js';
import { eventText } from '../model/lanes.js';

const SHOWN = 12;

/** The last changes of state of a frontend and its servers, or of one server, newest first. */
export function LastTransitions(props: {
  readonly maglevd: string;
  readonly frontend: string;
  readonly backend: string | null;
}): JSX.Element {
  createEffect(() => bringEvents(props.maglevd));
  const events = createMemo(() => {
    const site = eventsOf(props.maglevd);
    if (site === undefined) return [];
    const members =
      site.frontends.get(props.frontend)?.pools.flatMap(({ members }) => [...members.keys()]) ?? [];
    const names = new Set(props.backend === null ? members : [props.backend]);
    const shown = [];
    for (let i = site.log.events.length - 1; i >= 0 && shown.length < SHOWN; i--) {
      const event = site.log.events[i];
      if (event === undefined) continue;
      const { msg, attrs } = event;
      const ofBackend = msg === 'backend-transition' && names.has(attrs['backend'] ?? '');
      const ofFrontend =
        msg === 'frontend-transition' && props.backend === null && attrs['frontend'] === props.frontend;
      if (ofBackend || ofFrontend) shown.push(event);
    }
    return shown;
  });
  return (
    <Show when={maglevdOf(props.maglevd)}>
      {(row) => (
        <section aria-label="last transitions">
          <h3>Last transitions</h3>
          <ul class="transitions">
            <For each={events()} fallback={<li class="muted">none that is still known</li>}>
              {(event) => (
                <li>
                  <button
                    type="button"
                    class="when"
                    title={momentText(readersTime(row(), event.at))}
                    onClick={() => {
                      go({
                        ...here(),
                        view: 'timeline',
                        at: Math.min(event.at + 60_000, presentAt(row())),
                        minutes: 5,
                      });
                    }}
                  >
                    {spanText(presentAt(row()) - event.at)} ago
                  </button>
                  <span class={`transition-to state-${event.attrs['to'] ?? 'unknown'}`}>
                    {eventText(event)}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </section>
      )}
    </Show>
  );
}
