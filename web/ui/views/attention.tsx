import { createMemo, For, type JSX, Show } from 'solid-js';
import type { Maglevd } from '../../contract.js';
import { go } from '../live/here.js';
import { backendOf, isFresh, maglevds, orderOf, presentAt, readersTime, shownName } from '../live/store.js';
import { momentText, spanText } from '../model/figures.js';
import { type Need, needsOf } from '../model/needs.js';
import { rowKey } from '../model/rows.js';
import { causeOf, Num, StateWord } from '../parts/numbers.jsx';

/** More than these nobody looks at one by one: the frontends view has all. */
const MOST = 40;

/** What is not well anywhere: one screen for the middle of the night. */
export function Attention(): JSX.Element {
  return (
    <section class="card" aria-label="What needs a look">
      <h2>Needs a look</h2>
      <For each={maglevds().map(({ id }) => id)}>
        {(id) => (
          <Show when={maglevds().find((row) => row.id === id)}>{(row) => <NeedsOf row={row()} />}</Show>
        )}
      </For>
      <Warnings />
      <Show when={maglevds().every(({ summary }) => summary !== null && isCalm(summary))}>
        <p class="calm">Nothing: every backend is up, and VPP equals the decision everywhere.</p>
      </Show>
    </section>
  );
}

/** What the checks of the running configs warned of; the same warning of several maglevds once. */
function Warnings(): JSX.Element {
  const warnings = createMemo(() => {
    const all = new Map<string, string[]>();
    for (const row of maglevds()) {
      for (const text of row.summary?.warnings ?? [])
        all.set(text, [...(all.get(text) ?? []), shownName(row)]);
    }
    return [...all].map(([text, names]) => ({ text, names }));
  });
  return (
    <Show when={warnings().length > 0}>
      <div class="needs">
        <h3>Warnings of the running config</h3>
        <ul>
          <For each={warnings()}>
            {({ text, names }) => (
              <li class="need">
                <span class="chip tone-odd">warning</span>
                <span class="need-text">{text}</span>
                <Show when={maglevds().length > 1}>
                  <span class="need-age">
                    {names.length === maglevds().length ? 'all' : names.join(', ')}
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </div>
    </Show>
  );
}

function isCalm(summary: NonNullable<Maglevd['summary']>): boolean {
  const { backendsUp, backendsTotal, doubts, holds, overrides, standing, warnings } = summary;
  const equal = standing.state === 'equal' || standing.state === 'unverified';
  return backendsUp === backendsTotal && doubts + holds + overrides + warnings.length === 0 && equal;
}

function NeedsOf(props: { readonly row: Maglevd }): JSX.Element {
  let known: ReadonlyMap<string, Need> = new Map();
  const needs = createMemo(() => {
    const site = orderOf(props.row.id);
    const all = site === undefined ? [] : needsOf(site);
    // The same object for the same thing, so that what is drawn of it stays.
    const same = all.map((need) => {
      const before = known.get(rowKey(need.kind, need.name));
      return before?.text === need.text && before.state === need.state ? before : need;
    });
    known = new Map(same.map((need) => [rowKey(need.kind, need.name), need]));
    return same;
  });
  const differences = () => props.row.summary?.standing.differences ?? [];
  const total = () => needs().length + differences().length;
  return (
    <Show when={total() > 0}>
      <div class="needs" classList={{ stale: !isFresh(props.row) }}>
        <Show when={maglevds().length > 1}>
          <h3>{shownName(props.row)}</h3>
        </Show>
        <ul>
          <For each={needs().slice(0, MOST)}>{(need) => <NeedRow row={props.row} need={need} />}</For>
          <For each={differences()}>
            {(text) => (
              <li class="need">
                <span class="chip tone-bad">differs</span>
                <span class="need-text">{text}</span>
              </li>
            )}
          </For>
        </ul>
        <Show when={needs().length > MOST}>
          <p class="hint">and {needs().length - MOST} more</p>
        </Show>
      </div>
    </Show>
  );
}

function NeedRow(props: { readonly row: Maglevd; readonly need: Need }): JSX.Element {
  const { need } = props;
  const backend = () => (need.kind === 'backend' ? backendOf(props.row.id, need.name) : undefined);
  const since = () => {
    const known = backend();
    return known === undefined ? need.since : (known.doubt?.since ?? known.since);
  };
  const open = () =>
    go({
      view: 'frontends',
      maglevd: props.row.id,
      frontend: need.frontend,
      backend: need.kind === 'backend' ? need.name : null,
    });
  const text = () => {
    const known = backend();
    return known === undefined ? need.text : causeOf(known);
  };
  return (
    <li class="need">
      <StateWord state={backend()?.state ?? need.state} doubt={need.doubt} />
      <button type="button" class="need-name" onClick={open}>
        {need.name}
      </button>
      <span class="need-kind">{need.kind === 'frontend' ? 'frontend' : need.frontend}</span>
      <span class="need-text">{text()}</span>
      <Show when={since()}>
        {(at) => (
          <Num
            source="stateAge"
            of={need.name}
            note={momentText(readersTime(props.row, at()))}
            class="need-age"
          >
            {spanText(presentAt(props.row) - at())}
          </Num>
        )}
      </Show>
    </li>
  );
}
