import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
import type { ExplainAnswer } from '../../contract.js';
import { get, path, type Result, viewApi } from '../live/api.js';
import { go, here } from '../live/here.js';
import {
  backendOf,
  countersOf,
  debtsOf,
  frontendOf,
  isFresh,
  maglevdOf,
  sharesOf,
  version,
} from '../live/store.js';
import { percentText, shortBytes, shortNumber } from '../model/figures.js';
import { linkTo } from '../model/place.js';
import { serverOf } from '../model/rows.js';
import { segmentsOf } from '../model/segments.js';
import { Glyph } from '../parts/icons.jsx';
import { causeOf, Nothing, Num, Since, StandingChip, StateWord } from '../parts/numbers.jsx';
import { ShareBar } from '../parts/share-bar.jsx';
import { TrafficChart } from '../parts/traffic-chart.jsx';
import { vipText, Weights } from './frontend-rows.jsx';
import { LastTransitions } from './last-transitions.jsx';

interface PanelProps {
  readonly maglevd: string;
  readonly frontend: string;
  readonly backend: string | null;
  readonly close: () => void;
}

/** All about the frontend, or the server in it, that is chosen. */
export function DetailPanel(props: PanelProps): JSX.Element {
  const stale = () => {
    const row = maglevdOf(props.maglevd);
    return row !== undefined && !isFresh(row);
  };
  return (
    <aside
      class="card panel"
      classList={{ stale: stale() }}
      tabIndex={-1}
      aria-label={`about ${props.backend ?? props.frontend}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        props.close();
        document.querySelector<HTMLElement>('.list')?.focus();
      }}
    >
      <div class="panel-head">
        <div>
          <h2>{props.backend ?? props.frontend}</h2>
          <p class="muted">{props.backend === null ? 'frontend' : `server in ${props.frontend}`}</p>
        </div>
        <button type="button" class="quiet" aria-label="close" onClick={() => props.close()}>
          <Glyph name="close" />
        </button>
      </div>
      <Show when={props.backend} fallback={<AboutFrontend {...props} />} keyed>
        {(backend) => <AboutServer {...props} backend={backend} />}
      </Show>
    </aside>
  );
}

function AboutFrontend(props: PanelProps): JSX.Element {
  const node = createMemo(() => frontendOf(props.maglevd, props.frontend));
  const counters = createMemo(() => countersOf(props.maglevd, props.frontend));
  const segments = createMemo(() => {
    const known = sharesOf(props.maglevd, props.frontend);
    return known === undefined ? [] : segmentsOf(known);
  });
  const debts = () =>
    debtsOf(props.maglevd)?.debts.filter(({ frontend }) => frontend === props.frontend) ?? [];
  return (
    <Show when={node()} fallback={<p class="hint">There is no such frontend.</p>}>
      {(known) => (
        <>
          <div class="panel-state">
            <StateWord state={known().head.state} />
            <StandingChip standing={known().head.standing} source="frontendStanding" of={props.frontend} />
            <Since maglevd={props.maglevd} at={known().head.since} />
          </div>
          <Show when={known().head.description}>{(text) => <p>{text()}</p>}</Show>
          <For each={known().head.standing.differences}>
            {(text) => <p class="notice notice-bad">{text}</p>}
          </For>
          <ShareBar frontend={props.frontend} segments={segments()} />
          <dl class="facts">
            <dt>address</dt>
            <dd>
              <code>{vipText(known().head)}</code>
            </dd>
            <dt>active pool</dt>
            <dd>{known().head.activePool ?? 'none'}</dd>
            <dt>flows</dt>
            <dd>
              {known().head.srcIpSticky ? 'sticky by client address' : 'by addresses and ports'}
              {known().head.flushOnDown ? ', cut when a server goes down' : ', kept when a server goes down'}
            </dd>
            <dt>packets</dt>
            <dd>
              <Show when={counters()} fallback={<Nothing />}>
                {(read) => (
                  <>
                    <Num source="vipPackets" of={props.frontend} focusable>
                      {shortNumber(read().packetsPerSecond ?? 0)}/s
                    </Num>
                    {', new flows '}
                    <Num source="vipFlows" of={props.frontend} focusable>
                      {shortNumber(read().flowsPerSecond ?? 0)}/s
                    </Num>
                  </>
                )}
              </Show>
            </dd>
            <dt>table</dt>
            <dd>
              <Num source="tableLength" of={props.frontend} focusable>
                {known().head.tableLength ?? '–'} buckets
              </Num>
              <Show when={known().head.digest}>
                {(digest) => (
                  <>
                    {', digest '}
                    <Num source="digest" note={digest()} focusable>
                      <code>{digest().slice(0, 8)}</code>
                    </Num>
                  </>
                )}
              </Show>
              <Show when={known().head.shareError !== null}>
                {', shares off by '}
                <Num source="shareError" of={props.frontend} focusable>
                  {(known().head.shareError ?? 0).toFixed(2)} %
                </Num>
              </Show>
            </dd>
            <For each={debts()}>
              {(debt) => (
                <>
                  <dt>failover debt</dt>
                  <dd>
                    <Num source="debt" of={props.frontend} focusable>
                      {shortNumber(debt.certain)} to {shortNumber(debt.most)} of {shortNumber(debt.flows)}{' '}
                      flows
                    </Num>
                  </dd>
                </>
              )}
            </For>
          </dl>
          <TrafficChart maglevd={props.maglevd} frontend={props.frontend} backend={null} />
          <PanelLinks backend={null} />
          <LastTransitions maglevd={props.maglevd} frontend={props.frontend} backend={null} />
        </>
      )}
    </Show>
  );
}

function AboutServer(props: PanelProps & { readonly backend: string }): JSX.Element {
  const backend = createMemo(() => backendOf(props.maglevd, props.backend));
  const places = createMemo(() => {
    const known = sharesOf(props.maglevd, props.frontend);
    return (known?.pools ?? []).flatMap(({ name, members }) => {
      const member = members.get(props.backend);
      return member === undefined ? [] : [{ pool: name, member }];
    });
  });
  const server = createMemo(() => serverOf(countersOf(props.maglevd, props.frontend), props.backend));
  return (
    <Show when={backend()} fallback={<p class="hint">There is no such server.</p>}>
      {(known) => (
        <>
          <div class="panel-state">
            <StateWord state={known().state} doubt={known().doubt !== null} />
            <Since maglevd={props.maglevd} at={known().doubt?.since ?? known().since} />
          </div>
          <Show when={causeOf(known())}>{(cause) => <p class="panel-cause">{cause()}</p>}</Show>
          <dl class="facts">
            <dt>address</dt>
            <dd>
              <code>{known().address}</code>
            </dd>
            <dt>health check</dt>
            <dd>{known().healthcheck === '' ? 'none: counts as up' : known().healthcheck}</dd>
            <For each={places()}>
              {({ pool, member }) => (
                <>
                  <dt>pool {pool}</dt>
                  <dd>
                    <Weights
                      frontend={props.frontend}
                      weight={member.weight}
                      configured={member.configuredWeight}
                      effective={member.effectiveWeight}
                      vpp={member.vppWeight}
                    />
                    <span class="muted"> {member.reason}</span>
                  </dd>
                  <dt>share</dt>
                  <dd>
                    <Num source="shareGiven" of={props.frontend} focusable>
                      {member.shareGiven === null ? '–' : percentText(member.shareGiven)}
                    </Num>
                    {' of new flows, asked '}
                    <Num source="shareAsked" of={props.frontend} focusable>
                      {member.shareAsked === null ? '–' : percentText(member.shareAsked)}
                    </Num>
                    {', '}
                    <Num source="buckets" of={props.frontend} focusable>
                      {member.buckets ?? '–'} buckets
                    </Num>
                  </dd>
                </>
              )}
            </For>
            <dt>traffic</dt>
            <dd>
              <Show when={server()} fallback={<Nothing />}>
                {(read) => (
                  <>
                    <Num source="packets" of={props.frontend} focusable>
                      {read().packetsPerSecond === null ? '–' : shortNumber(read().packetsPerSecond ?? 0)}{' '}
                      packets/s
                    </Num>
                    {', '}
                    <Num source="bytes" of={props.frontend} focusable>
                      {read().bytesPerSecond === null ? '–' : shortBytes(read().bytesPerSecond ?? 0)}/s
                    </Num>
                  </>
                )}
              </Show>
            </dd>
          </dl>
          <TrafficChart maglevd={props.maglevd} frontend={props.frontend} backend={props.backend} />
          <Why maglevd={props.maglevd} backend={props.backend} />
          <PanelLinks backend={props.backend} />
          <LastTransitions maglevd={props.maglevd} frontend={props.frontend} backend={props.backend} />
        </>
      )}
    </Show>
  );
}

/** The answer of `maglevc explain backend`, asked for when somebody wants it, and again when it must have changed. */
function Why(props: { readonly maglevd: string; readonly backend: string }): JSX.Element {
  const [asked, setAsked] = createSignal(false);
  const [answer, setAnswer] = createSignal<Result<ExplainAnswer> | null>(null);
  createEffect(() => {
    const { maglevd, backend } = props;
    // Another state has another reason.
    backendOf(maglevd, backend);
    if (!asked()) return;
    let over = false;
    void get<ExplainAnswer>(path(`${viewApi}/explain`, maglevd, { backend })).then((result) => {
      if (!over) setAnswer(result);
    });
    onCleanup(() => {
      over = true;
    });
  });
  const lines = () => {
    const result = answer();
    if (result === null) return ['asking …'];
    return result.ok ? result.value.lines : [`${result.failure.message} ${result.failure.advice}`];
  };
  return (
    <div class="why">
      <button type="button" aria-expanded={asked()} onClick={() => setAsked(!asked())}>
        Why this weight?
      </button>
      <Show when={asked()}>
        <pre class="answer">
          <For each={lines()}>{(line) => <span class="answer-line">{line}</span>}</For>
        </pre>
      </Show>
    </div>
  );
}

function PanelLinks(props: { readonly backend: string | null }): JSX.Element {
  return (
    <p class="panel-links">
      <a class="button" href={linkTo({ ...here(), view: 'timeline', at: null })}>
        Timeline
      </a>
      <Show when={props.backend !== null}>
        <a class="button" href={linkTo({ ...here(), view: 'probes' })}>
          Probes
        </a>
        <Show when={version()?.admin}>
          <button type="button" onClick={() => go({ view: 'admin' })}>
            Actions
          </button>
        </Show>
      </Show>
    </p>
  );
}
