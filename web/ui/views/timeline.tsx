import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js';
import { after, every } from '../clock.js';
import { bringEvents, bringEventsBetween } from '../live/events.js';
import { go, here } from '../live/here.js';
import {
  clock,
  eventsOf,
  isFresh,
  maglevds,
  shapeOf,
  shownName,
  siteOf,
  syncsOf,
  time,
} from '../live/store.js';
import { spanText, timeText } from '../model/figures.js';
import { type Dot, laneNames, marksOf } from '../model/lanes.js';
import { spans } from '../model/place.js';
import { RowOffsets } from '../model/row-offsets.js';
import { Glyph } from '../parts/icons.jsx';
import { moveBy } from '../parts/list-keys.js';
import { narrow } from '../parts/theme.js';
import { VirtualList } from '../parts/virtual-list.jsx';
import { LaneChart, ToneShape } from './lane-chart.jsx';
import { MarkPanel } from './mark-panel.jsx';

/** New marks are drawn some times a second, however many there are, ms. */
const BEAT_MS = 250;

/** What happened, in lanes over time: to see what caused what. */
export function TimelineView(): JSX.Element {
  const shown = createMemo(
    () => {
      const { maglevd } = here();
      const ids = maglevds().map(({ id }) => id);
      return maglevd !== null && ids.includes(maglevd) ? [maglevd] : ids;
    },
    undefined,
    { equals: (a, b) => a.join('\n') === b.join('\n') },
  );
  const span = () => here().minutes * 60_000;
  const end = createMemo(() => here().at ?? time() + (clock()?.offset ?? 0));
  const from = () => end() - span();

  // Each change of events asks for a new picture, which is made at the next beat.
  const [beat, setBeat] = createSignal(0);
  let stirred = true;
  createEffect(() => {
    for (const id of shown()) {
      eventsOf(id);
      syncsOf(id);
    }
    stirred = true;
  });
  onCleanup(
    every(BEAT_MS, () => {
      if (stirred) setBeat((n) => n + 1);
      stirred = false;
    }),
  );
  createEffect(() => shown().forEach(bringEvents));
  // What lies before is asked for when somebody looks at it.
  createEffect(
    on([shown, () => here().at, () => here().minutes], ([ids, at, minutes]) => {
      if (at === null && minutes <= 15) return;
      const cancel = after(150, () => {
        for (const id of ids) {
          const skew = siteOf(id)?.row.clock?.skewMs ?? 0;
          void bringEventsBetween(id, from() + skew, end() + skew);
        }
      });
      onCleanup(cancel);
    }),
  );

  const known = new Map<string, Dot>();
  const dots = createMemo(() => {
    beat();
    const all = shown().flatMap((id, lane) => {
      const site = siteOf(id);
      const skew = site?.row.clock?.skewMs ?? 0;
      const marks = site === undefined ? [] : marksOf(site, from() + skew, end() + skew, here().frontend);
      return marks.map((mark): Dot => {
        const before = known.get(mark.key);
        if (before !== undefined && before.mark.text === mark.text && before.lane === lane) return before;
        return { key: mark.key, mark, at: mark.at - skew, lane };
      });
    });
    known.clear();
    for (const dot of all) known.set(dot.key, dot);
    return all.sort((a, b) => b.at - a.at);
  });
  const offsets = createMemo(() => {
    const pixels = narrow() ? 52 : 32;
    return new RowOffsets(dots().length, () => pixels);
  });
  const [chosenKey, setChosenKey] = createSignal<string | null>(null);
  const chosen = createMemo(() => dots().find(({ key }) => key === chosenKey()) ?? null);
  const index = createMemo(() => dots().findIndex(({ key }) => key === chosenKey()));

  const shift = (direction: number) => {
    const to = end() + (direction * span()) / 3;
    const present = time() + (clock()?.offset ?? 0);
    go({ at: to >= present ? null : to });
  };
  const zoom = (by: number) => {
    const place = spans.indexOf(here().minutes as (typeof spans)[number]);
    go({ minutes: spans[Math.max(0, Math.min(spans.length - 1, place + by))] ?? 15 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moveBy(event.key, index(), dots().length);
    if (to !== null) setChosenKey(dots()[to]?.key ?? null);
    else if (event.key === 'ArrowLeft') shift(-1);
    else if (event.key === 'ArrowRight') shift(1);
    else if (event.key === '+') zoom(-1);
    else if (event.key === '-') zoom(1);
    else if (event.key === 'Escape') setChosenKey(null);
    else return;
    event.preventDefault();
  };
  const frontends = createMemo(() => {
    const names = shown().flatMap((id) => [...(shapeOf(id)?.frontends.keys() ?? [])]);
    return [...new Set(names)];
  });
  /** null: all of what is shown is known. */
  const unknownBefore = createMemo(() => {
    beat();
    const sinces = shown().map((id) => {
      const site = siteOf(id);
      return site === undefined ? 0 : site.log.since - (site.row.clock?.skewMs ?? 0);
    });
    const since = Math.max(...sinces, 0);
    // Until it was asked nothing is to be said about it.
    return Number.isFinite(since) && since > from() ? since : null;
  });
  const stale = () => maglevds().some((row) => shown().includes(row.id) && !isFresh(row));

  return (
    <div class="split" classList={{ 'split-open': chosen() !== null }}>
      <section class="card split-list" classList={{ stale: stale() }} aria-label="What happened">
        <div class="tools">
          <select
            aria-label="only what is about"
            onChange={(event) =>
              go({ frontend: event.currentTarget.value === '' ? null : event.currentTarget.value })
            }
          >
            <option value="" selected={here().frontend === null}>
              all frontends
            </option>
            <For each={frontends()}>
              {(name) => (
                <option value={name} selected={here().frontend === name}>
                  {name}
                </option>
              )}
            </For>
          </select>
          <span class="group" role="group" aria-label="how much time">
            <For each={spans}>
              {(minutes) => (
                <button
                  type="button"
                  aria-pressed={here().minutes === minutes}
                  onClick={() => go({ minutes })}
                >
                  {spanText(minutes * 60_000).replace(/00[sm]$/, '')}
                </button>
              )}
            </For>
          </span>
          <span class="group" role="group" aria-label="when">
            <button type="button" aria-label="earlier" onClick={() => shift(-1)}>
              <Glyph name="left" />
            </button>
            <button type="button" aria-label="later" disabled={here().at === null} onClick={() => shift(1)}>
              <Glyph name="right" />
            </button>
            <button type="button" aria-pressed={here().at === null} onClick={() => go({ at: null })}>
              now
            </button>
          </span>
          <CopyLink at={end()} />
        </div>
        <LaneChart
          dots={dots()}
          count={shown().length}
          from={from()}
          to={end()}
          gaps={shown().flatMap((id) => siteOf(id)?.log.gaps ?? [])}
          chosen={chosen()}
          choose={(dot) => setChosenKey(dot.key)}
        />
        <Show when={unknownBefore()}>
          {(since) => (
            <p class="notice lane-notice">
              {since() >= end()
                ? 'Not everything of this time is known.'
                : `Before ${timeText(since())} not everything is known.`}
            </p>
          )}
        </Show>
        <Show
          when={dots().length > 0}
          fallback={
            <p class="hint">
              Nothing was told from {timeText(from())} to {timeText(end())}.
            </p>
          }
        >
          <VirtualList
            rows={dots()}
            offsets={offsets()}
            selected={index()}
            label="what happened, newest first"
            onKeyDown={onKeyDown}
            onChoose={(row) => setChosenKey(dots()[row]?.key ?? null)}
          >
            {(dot, row) => (
              <div
                id={`row-${row()}`}
                class="row row-mark"
                classList={{ 'row-several': shown().length > 1 }}
                role="treeitem"
                aria-level={1}
                aria-selected={dot.key === chosenKey()}
                tabIndex={-1}
                data-index={row()}
              >
                <span class="muted">{timeText(dot.at)}</span>
                <span class={`mark-lane tone-${dot.mark.tone}`}>
                  <ToneShape tone={dot.mark.tone} />
                  {laneNames[dot.mark.lane]}
                </span>
                <Show when={shown().length > 1}>
                  <span class="mark-site">{nameOf(dot.mark.maglevd)}</span>
                </Show>
                <span class="mark-text">{dot.mark.text}</span>
              </div>
            )}
          </VirtualList>
        </Show>
      </section>
      <Show when={chosen()}>{(dot) => <MarkPanel dot={dot()} close={() => setChosenKey(null)} />}</Show>
    </div>
  );
}

function nameOf(id: string): string {
  const row = siteOf(id)?.row;
  return row === undefined ? id : shownName(row);
}

/** A link that shows the same minutes to whoever gets it. */
function CopyLink(props: { readonly at: number }): JSX.Element {
  const [copied, setCopied] = createSignal(false);
  const copy = () => {
    // A moment that moves on would show something else tomorrow.
    if (here().at === null) go({ at: props.at });
    void navigator.clipboard?.writeText(location.href).then(() => {
      setCopied(true);
      after(2000, () => setCopied(false));
    });
  };
  return (
    <button type="button" onClick={copy}>
      <Glyph name="link" />
      <span aria-live="polite">{copied() ? 'copied' : 'copy link'}</span>
    </button>
  );
}
