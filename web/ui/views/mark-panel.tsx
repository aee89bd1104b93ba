import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { Sync, SyncAnswer } from '../../contract.js';
import { get, path, type Result, viewApi } from '../live/api.js';
import { durationText, momentText } from '../model/figures.js';
import { type Dot, laneNames } from '../model/lanes.js';
import { Glyph } from '../parts/icons.jsx';
import { Num } from '../parts/numbers.jsx';
import { ToneShape } from './lane-chart.jsx';

/** All about one mark: the fields of the event, or what a sync planned and what became of it. */
export function MarkPanel(props: { readonly dot: Dot; readonly close: () => void }): JSX.Element {
  const mark = () => props.dot.mark;
  return (
    <aside class="card panel" tabIndex={-1} aria-label="about what is chosen">
      <div class="panel-head">
        <div>
          <h2 class={`mark-lane tone-${mark().tone}`}>
            <ToneShape tone={mark().tone} />
            {laneNames[mark().lane]}
          </h2>
          <p class="muted">
            {momentText(props.dot.at)}, {mark().maglevd}
          </p>
        </div>
        <button type="button" class="quiet" aria-label="close" onClick={() => props.close()}>
          <Glyph name="close" />
        </button>
      </div>
      <p class="panel-cause">{mark().text}</p>
      <Show when={mark().event}>
        {(event) => (
          <dl class="facts">
            <dt>event</dt>
            <dd>
              <code>{event().msg}</code> {event().level}
            </dd>
            <For each={Object.entries(event().attrs)}>
              {([key, value]) => (
                <>
                  <dt>{key}</dt>
                  <dd>{value}</dd>
                </>
              )}
            </For>
          </dl>
        )}
      </Show>
      <Show when={mark().sync}>{(sync) => <SyncFacts maglevd={mark().maglevd} sync={sync()} />}</Show>
    </aside>
  );
}

function SyncFacts(props: { readonly maglevd: string; readonly sync: Sync }): JSX.Element {
  const [answer, setAnswer] = createSignal<Result<SyncAnswer> | null>(null);
  createEffect(
    on([() => props.maglevd, () => props.sync.id], ([maglevd, id]) => {
      setAnswer(null);
      void get<SyncAnswer>(path(`${viewApi}/sync`, maglevd, { sync: String(id) })).then((result) => {
        if (props.sync.id === id) setAnswer(result);
      });
    }),
  );
  const known = () => {
    const result = answer();
    return result?.ok === true ? result.value : null;
  };
  const failure = () => {
    const result = answer();
    return result?.ok === false ? result.failure.message : null;
  };
  return (
    <>
      <dl class="facts">
        <dt>sync</dt>
        <dd>
          {props.sync.id}, cause {props.sync.cause}
        </dd>
        <dt>took</dt>
        <dd>
          <Num source="syncTime" focusable>
            {durationText(props.sync.durationMs)}
          </Num>
        </dd>
      </dl>
      <h3>Planned, and what became of it</h3>
      <Show when={failure()}>{(text) => <p class="notice notice-bad">{text()}</p>}</Show>
      <ul class="operations">
        <For
          each={known()?.operations}
          fallback={<li class="muted">{known() === null ? 'asking …' : 'nothing to write'}</li>}
        >
          {(one) => (
            <li>
              <span class={`chip tone-${one.outcome === 'done' ? 'good' : 'bad'}`}>{one.outcome}</span>{' '}
              {one.operation}
              <span class="muted"> {one.message === '' ? one.reason : `${one.code} ${one.message}`}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={(known()?.omitted ?? 0) > 0}>
        <p class="muted">{known()?.omitted} more are not kept any more</p>
      </Show>
      <For each={props.sync.unverified}>{(text) => <p class="notice">{text}</p>}</For>
    </>
  );
}
