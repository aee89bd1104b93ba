import { For, type JSX, Show } from 'solid-js';
import type { Maglevd, Summary, VppState } from '../../contract.js';
import { go } from '../live/here.js';
import { isFresh, maglevds, presentAt, readersTime, shownName } from '../live/store.js';
import { momentText, percentText, spanText } from '../model/figures.js';
import { clockText } from '../model/freshness.js';
import { StateIcon } from '../parts/icons.jsx';
import { linkWords } from '../parts/maglevd-tabs.jsx';
import { Nothing, Num, StandingChip } from '../parts/numbers.jsx';
import { Attention } from './attention.jsx';

/** All load balancers, a row each, and below what of them needs a look. */
export function OverviewView(): JSX.Element {
  return (
    <div class="page">
      <section class="card" aria-label="Load balancers">
        <table class="fleet">
          <thead>
            <tr>
              <th scope="col">Load balancer</th>
              <th scope="col">VPP</th>
              <th scope="col">Decision</th>
              <th scope="col" class="right">
                Frontends
              </th>
              <th scope="col" class="right">
                Backends
              </th>
              <th scope="col" class="right">
                Down
              </th>
              <th scope="col" class="right">
                Doubted
              </th>
              <th scope="col" class="right">
                Held
              </th>
              <th scope="col" class="right">
                Overridden
              </th>
              <th scope="col" class="right">
                Untracked
              </th>
              <th scope="col">Table</th>
            </tr>
          </thead>
          <tbody>
            <For each={maglevds().map(({ id }) => id)}>
              {(id) => (
                <Show when={maglevds().find((row) => row.id === id)}>{(row) => <SiteRow row={row()} />}</Show>
              )}
            </For>
          </tbody>
        </table>
      </section>
      <Attention />
    </div>
  );
}

function SiteRow(props: { readonly row: Maglevd }): JSX.Element {
  const open = () => go({ view: 'frontends', maglevd: props.row.id, frontend: null, backend: null });
  return (
    <tr class="fleet-row" classList={{ stale: !isFresh(props.row) || props.row.readError !== null }}>
      <th scope="row" class="fleet-name">
        <button type="button" class="fleet-link" onClick={open}>
          {shownName(props.row)}
        </button>
        <SiteNotes row={props.row} />
      </th>
      <Show
        when={props.row.summary}
        fallback={
          <td colSpan={10} class="muted">
            not heard yet
          </td>
        }
      >
        {(summary) => <SummaryCells row={props.row} summary={summary()} />}
      </Show>
    </tr>
  );
}

/** What makes a load balancer's figures doubtful. */
function SiteNotes(props: { readonly row: Maglevd }): JSX.Element {
  const skew = () => {
    const { clock } = props.row;
    return clock === null ? null : clockText(clock.skewMs, clock.error, "the dashboard's");
  };
  const twin = () => maglevds().find(({ id }) => id === props.row.sameAs);
  return (
    <span class="fleet-notes">
      <Show when={linkWords(props.row)}>
        {(words) => (
          <span class="chip tone-bad" title={failureOf(props.row)}>
            {words()}
          </span>
        )}
      </Show>
      <Show when={props.row.link.state === 'connected' && props.row.readError}>
        {(error) => (
          <span class="chip tone-odd" title={`its status could not be read: ${error().message}`}>
            status is old
          </span>
        )}
      </Show>
      <Show when={skew()}>
        {(text) => (
          <span class="chip tone-odd" title={`its clock is ${text()}`}>
            clock {text().replace(/ (?:of|the) .*$/, '')}
          </span>
        )}
      </Show>
      <Show when={twin()}>
        {(other) => <span class="chip tone-plain">same as {shownName(other())}</span>}
      </Show>
      <Show when={linkWords(props.row) === '' && props.row.summary}>
        {(summary) => (
          <Num
            source="version"
            note={`started ${momentText(readersTime(props.row, summary().startedAt))}`}
            class="muted"
          >
            {summary().version}, {spanText(presentAt(props.row) - summary().startedAt)}
          </Num>
        )}
      </Show>
    </span>
  );
}

function failureOf({ link }: Maglevd): string {
  return link.state === 'lost' ? [link.error.message, link.error.advice].filter(Boolean).join(' ') : '';
}

const vppTones: Readonly<Record<string, string>> = {
  connected: 'up',
  disconnected: 'down',
  unknown: 'unknown',
  spare: 'paused',
  paused: 'paused',
  disabled: 'disabled',
};

function SummaryCells(props: { readonly row: Maglevd; readonly summary: Summary }): JSX.Element {
  const vpp = () => props.summary.vpp;
  const since = () => vpp().since;
  return (
    <>
      <td data-label="VPP">
        <Num source="vppState" note={whyOf(vpp(), props.row)} focusable>
          <span class={`state state-${vppTones[vpp().state] ?? 'unknown'}`}>
            <StateIcon state={vppTones[vpp().state] ?? 'unknown'} />
            {vpp().state}
          </span>
        </Num>
        <Show when={since()}>
          {(at) => (
            <Num
              source="vppSince"
              note={`since ${momentText(readersTime(props.row, at()))}`}
              class="muted"
              focusable
            >
              {' '}
              {spanText(presentAt(props.row) - at())}
            </Num>
          )}
        </Show>
      </td>
      <td data-label="Decision">
        <StandingChip standing={props.summary.standing} source="standing" />
      </td>
      <td data-label="Frontends" class="right">
        <Num source="frontendsUp" focusable>
          {props.summary.frontendsUp}
          <span class="muted"> / {props.summary.frontendsTotal}</span>
        </Num>
      </td>
      <td data-label="Backends" class="right">
        <Num source="backendsUp" focusable>
          {props.summary.backendsUp}
          <span class="muted"> / {props.summary.backendsTotal}</span>
        </Num>
      </td>
      <CountCell
        label="Down"
        source="backendsDown"
        count={props.summary.backendsDown}
        tone="bad"
        icon="down"
      />
      <CountCell label="Doubted" source="doubts" count={props.summary.doubts} tone="odd" icon="doubt" />
      <CountCell label="Held" source="holds" count={props.summary.holds} tone="odd" icon="unknown" />
      <CountCell
        label="Overridden"
        source="overrides"
        count={props.summary.overrides}
        tone="odd"
        icon="paused"
      />
      <td data-label="Untracked" class="right">
        <Show when={props.summary.untrackedPackets !== null} fallback={<Nothing />}>
          <Num source="untracked" focusable>
            {percentText(props.summary.untrackedPackets ?? 0)}
          </Num>
        </Show>
      </td>
      <td data-label="Table">
        <DigestCell summary={props.summary} />
      </td>
    </>
  );
}

/** Why VPP is not governed, and until when; '' = it is. */
function whyOf({ reason, until }: VppState, row: Maglevd): string {
  return until === null ? reason : `${reason} until ${momentText(readersTime(row, until))}`;
}

function CountCell(props: {
  readonly label: string;
  readonly source: 'backendsDown' | 'doubts' | 'holds' | 'overrides';
  readonly count: number;
  readonly tone: string;
  readonly icon: string;
}): JSX.Element {
  return (
    <td data-label={props.label} class="right">
      <Num source={props.source} class={props.count > 0 ? `count tone-${props.tone}` : 'zero'} focusable>
        <Show when={props.count > 0}>
          <StateIcon state={props.icon} />
        </Show>
        {props.count}
      </Num>
    </td>
  );
}

/** The digest's first letters, and who sends new flows elsewhere. */
function DigestCell(props: { readonly summary: Summary }): JSX.Element {
  const others = () =>
    props.summary.disagrees.map(({ id, frontends }) => ({
      name: shownNameOf(id),
      frontends,
    }));
  return (
    <Show when={props.summary.digest} fallback={<Nothing />}>
      {(digest) => (
        <Num source="digest" note={digest()} focusable>
          <code>{digest().slice(0, 8)}</code>
          <Show
            when={others().length > 0}
            fallback={
              <Show when={maglevds().length > 1}>
                <span class="chip tone-good">agrees</span>
              </Show>
            }
          >
            <For each={others()}>
              {({ name, frontends }) => (
                <span class="chip tone-odd" title={frontends.join(', ')}>
                  not as {name}
                </span>
              )}
            </For>
          </Show>
        </Num>
      )}
    </Show>
  );
}

function shownNameOf(id: string): string {
  const row = maglevds().find((one) => one.id === id);
  return row === undefined ? id : shownName(row);
}
