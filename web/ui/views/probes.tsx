import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js';
import type { Failure, ProbesAnswer } from '../../contract.js';
import { every } from '../clock.js';
import { get, path, viewApi } from '../live/api.js';
import { backendOf, isFresh, maglevdOf, pageLink, presentAt, shapeOf } from '../live/store.js';
import { durationText, roundDurationText, shortNumber, timeText } from '../model/figures.js';
import { type Probe, ProbeMemory, quantileOf } from '../model/heat.js';
import { causeOf, Num, Since, StateWord } from '../parts/numbers.jsx';
import { BackendList, chosenBackend } from './backend-list.jsx';
import { HeatStrip } from './heat-strip.jsx';

/** How often the last probes are asked for, ms: the answer has the last 64. */
const AGAIN_MS = 1000;

/** The probes of a backend: how long they took, and what came of them. */
export function ProbesView(props: { readonly maglevd: string }): JSX.Element {
  const backend = createMemo(() => chosenBackend(props.maglevd));
  return (
    <div class="split split-left">
      <BackendList maglevd={props.maglevd} chosen={backend()} />
      <Show
        when={backend()}
        fallback={
          <p class="card hint">
            {shapeOf(props.maglevd)?.known === true ? 'There is no backend.' : 'Not heard yet.'}
          </p>
        }
        keyed
      >
        {(name) => <ProbesOf maglevd={props.maglevd} backend={name} />}
      </Show>
    </div>
  );
}

function ProbesOf(props: { readonly maglevd: string; readonly backend: string }): JSX.Element {
  const memory = new ProbeMemory();
  const [answer, setAnswer] = createSignal<ProbesAnswer | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [probes, setProbes] = createSignal<readonly Probe[]>([]);
  const ask = async () => {
    const result = await get<ProbesAnswer>(
      path(`${viewApi}/probes`, props.maglevd, { backend: props.backend }),
    );
    setFailure(result.ok ? null : result.failure);
    if (!result.ok) return;
    memory.add(result.value.last);
    setProbes(memory.probes);
    setAnswer(result.value);
  };
  createEffect(on([() => props.maglevd, () => props.backend], () => void ask()));
  onCleanup(
    every(AGAIN_MS, () => {
      if (pageLink().state === 'live' && document.visibilityState === 'visible') void ask();
    }),
  );
  const known = createMemo(() => backendOf(props.maglevd, props.backend));
  const row = createMemo(() => maglevdOf(props.maglevd));
  const stale = () => {
    const site = row();
    return site !== undefined && !isFresh(site);
  };
  return (
    <section class="card probes" classList={{ stale: stale() }} aria-label={`probes of ${props.backend}`}>
      <div class="probes-head">
        <h2>{props.backend}</h2>
        <Show when={known()}>
          {(backend) => (
            <>
              <StateWord state={backend().state} doubt={backend().doubt !== null} />
              <Since maglevd={props.maglevd} at={backend().doubt?.since ?? backend().since} />
              <span class="muted">{causeOf(backend())}</span>
            </>
          )}
        </Show>
      </div>
      <Show when={failure()}>
        {(why) => (
          <p class="notice notice-bad">
            {why().message} {why().advice}
          </p>
        )}
      </Show>
      <Show when={answer()} fallback={<p class="hint">asking …</p>}>
        {(told) => (
          <Show
            when={told().results > 0}
            fallback={<p class="hint">It was not probed yet, or has no health check.</p>}
          >
            <h3>Latency of each probe: the stronger the colour, the more of them</h3>
            <Show when={row()}>
              {(site) => (
                <HeatStrip probes={probes()} now={presentAt(site())} skewMs={site().clock?.skewMs ?? 0} />
              )}
            </Show>
            <Quantiles told={told()} backend={props.backend} />
            <div class="probes-tables">
              <Codes told={told()} backend={props.backend} />
              <LastProbes probes={told().last} skewMs={row()?.clock?.skewMs ?? 0} />
            </div>
          </Show>
        )}
      </Show>
    </section>
  );
}

function Quantiles(props: { readonly told: ProbesAnswer; readonly backend: string }): JSX.Element {
  /** What is beyond all buckets is only known to be longer than this. */
  const longest = () =>
    roundDurationText(Math.max(0, ...props.told.buckets.map(({ atMostMs }) => atMostMs ?? 0)));
  const quantiles = () => [
    { what: 'median', ms: quantileOf(props.told.buckets, 0.5) },
    { what: '95 %', ms: quantileOf(props.told.buckets, 0.95) },
    { what: '99 %', ms: quantileOf(props.told.buckets, 0.99) },
  ];
  return (
    <dl class="tiles">
      <div>
        <dt>probes</dt>
        <dd>
          <Num source="probes" of={props.backend} focusable>
            {shortNumber(props.told.results)}
          </Num>
        </dd>
      </div>
      <div>
        <dt>mean</dt>
        <dd>
          <Num source="probeTime" of={props.backend} focusable>
            {durationText(props.told.durationSumMs / Math.max(1, props.told.results))}
          </Num>
        </dd>
      </div>
      <For each={quantiles()}>
        {({ what, ms }) => (
          <div>
            <dt>{what} within</dt>
            <dd>
              <Num source="probeTime" of={props.backend} focusable>
                {ms === null ? `> ${longest()}` : roundDurationText(ms)}
              </Num>
            </dd>
          </div>
        )}
      </For>
    </dl>
  );
}

/** A code that ends with OK is a pass; docs/healthchecks.md lists all. */
function isPass(code: string): boolean {
  return code.endsWith('OK');
}

function Codes(props: { readonly told: ProbesAnswer; readonly backend: string }): JSX.Element {
  const codes = () => [...props.told.byCode].sort((a, b) => b.count - a.count);
  return (
    <table class="codes">
      <caption>Results by code</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">code</th>
          <th scope="col">share</th>
          <th scope="col">count</th>
        </tr>
      </thead>
      <tbody>
        <For each={codes()}>
          {({ code, count }) => (
            <tr>
              <th scope="row" class={`state-${isPass(code) ? 'up' : 'down'}`}>
                {code}
              </th>
              <td class="codes-bar">
                <span class="meter" aria-hidden="true">
                  <span
                    class={`meter-fill tint-${isPass(code) ? 2 : 1}`}
                    style={{ width: `${(count / Math.max(1, props.told.results)) * 100}%` }}
                  />
                </span>
              </td>
              <td class="right">
                <Num source="probes" of={props.backend} focusable>
                  {shortNumber(count)}
                </Num>
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}

const verdictStates: Readonly<Record<string, string>> = { pass: 'up', fail: 'down', doubt: 'doubt' };

function LastProbes(props: { readonly probes: readonly Probe[]; readonly skewMs: number }): JSX.Element {
  return (
    <table class="codes">
      <caption>The last ones</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">when</th>
          <th scope="col">result</th>
          <th scope="col">took</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.probes.slice(0, 8)}>
          {({ at, code, durationMs, verdict }) => (
            <tr>
              <td class="muted">{timeText(at - props.skewMs)}</td>
              <td>
                <span class={`state-${verdictStates[verdict] ?? 'unknown'}`}>
                  {verdict} {code}
                </span>
              </td>
              <td class="right">{durationText(durationMs)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
