import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { ActAnswer, PlanAnswer } from '../../contract.js';
import { adminApi, path, post, type Result } from '../live/api.js';
import { shownName, siteOf } from '../live/store.js';
import { type Asked, describe } from '../model/actions.js';
import { durationText, percentText, shortNumber } from '../model/figures.js';
import { Dialog } from '../parts/dialog.jsx';
import { Num } from '../parts/numbers.jsx';

/** Operations that are listed of each VIP; the rest is counted. */
const LISTED = 6;

/** Shows what an action would change, does it when that is confirmed, and shows what VPP has acknowledged. */
export function ActionDialog(props: {
  readonly asked: Asked | null;
  readonly close: () => void;
}): JSX.Element {
  const [plan, setPlan] = createSignal<Result<PlanAnswer> | null>(null);
  const [done, setDone] = createSignal<Result<ActAnswer> | 'under way' | null>(null);
  createEffect(
    on(
      () => props.asked,
      (asked) => {
        setPlan(null);
        setDone(null);
        if (asked === null) return;
        void post<PlanAnswer>(path(`${adminApi}/plan`, asked.maglevd), asked.action).then((answer) => {
          if (props.asked === asked) setPlan(answer);
        });
      },
    ),
  );
  const act = async (asked: Asked) => {
    setDone('under way');
    const answer = await post<ActAnswer>(path(`${adminApi}/act`, asked.maglevd), asked.action);
    if (props.asked === asked) setDone(answer);
  };
  const result = () => {
    const state = done();
    return state === null || state === 'under way' ? null : state;
  };
  const planned = () => {
    const answer = plan();
    return answer?.ok === true ? answer.value : null;
  };
  return (
    <Dialog
      open={props.asked !== null}
      title={props.asked === null ? '' : describe(props.asked.action).title}
      close={props.close}
    >
      <Show when={props.asked} keyed>
        {(asked) => (
          <div class="action">
            <p>
              On <strong>{nameOf(asked.maglevd)}</strong>. {describe(asked.action).does}
            </p>
            <Show when={result() === null}>
              <Show when={plan()} fallback={<p class="hint">asking what it would change …</p>}>
                {(answer) => <PlanFacts answer={answer()} />}
              </Show>
            </Show>
            <div aria-live="polite">
              <Show when={result()}>{(answer) => <Outcome answer={answer()} />}</Show>
            </div>
            <div class="dialog-end">
              <Show when={planned()}>{(known) => <code class="command">{known().command}</code>}</Show>
              <button type="button" onClick={() => props.close()}>
                {result() === null ? 'Cancel' : 'Close'}
              </button>
              <Show when={result() === null}>
                <button
                  type="button"
                  class="primary"
                  classList={{ danger: isDangerous(planned()) }}
                  disabled={plan() === null || done() !== null}
                  onClick={() => void act(asked)}
                >
                  {done() === 'under way' ? 'waiting for VPP …' : confirmText(plan())}
                </button>
              </Show>
            </div>
          </div>
        )}
      </Show>
    </Dialog>
  );
}

function nameOf(id: string): string {
  const row = siteOf(id)?.row;
  return row === undefined ? id : shownName(row);
}

function confirmText(plan: Result<PlanAnswer> | null): string {
  return plan?.ok === false ? 'Do it without a plan' : 'Do it';
}

function isDangerous(plan: PlanAnswer | null): boolean {
  return plan !== null && (plan.servingNobody.length > 0 || plan.vips.some(({ anew }) => anew));
}

function PlanFacts(props: { readonly answer: Result<PlanAnswer> }): JSX.Element {
  const plan = () => (props.answer.ok ? props.answer.value : null);
  const failure = () => (props.answer.ok ? null : props.answer.failure);
  return (
    <>
      <Show when={failure()}>
        {(why) => (
          <p class="notice notice-bad">
            There is no plan: {why().message} {why().advice}
          </p>
        )}
      </Show>
      <Show when={plan()}>{(known) => <Plan plan={known()} />}</Show>
    </>
  );
}

function Plan(props: { readonly plan: PlanAnswer }): JSX.Element {
  const sum = (of: (vip: PlanAnswer['vips'][number]) => number) =>
    props.plan.vips.reduce((total, vip) => total + of(vip), 0);
  const moved = () => sum(({ moved }) => moved?.moved ?? 0);
  const length = () => sum(({ moved }) => moved?.tableLength ?? 0);
  const nothing = () => props.plan.vips.length === 0 && props.plan.settings.length === 0;
  return (
    <>
      <Show when={props.plan.servingNobody.length > 0}>
        <p class="notice notice-bad" role="alert">
          <strong>Nobody would serve {props.plan.servingNobody.join(', ')}.</strong> New flows there would be
          dropped.
        </p>
      </Show>
      <For each={props.plan.refused}>{(text) => <p class="notice">{text}</p>}</For>
      <Show when={!nothing()} fallback={<p>VPP would get no write: it has all of this already.</p>}>
        <dl class="tiles">
          <div>
            <dt>buckets moved</dt>
            <dd>
              <Num source="bucketsMoved" focusable>
                {shortNumber(moved())}
              </Num>
              <Show when={length() > 0}>
                <span class="muted"> {percentText(moved() / length())}</span>
              </Show>
            </dd>
          </div>
          <div>
            <dt>flows at stake</dt>
            <dd>
              <Num source="flowsAtStake" focusable>
                {props.plan.flowsAtStake === null
                  ? 'VPP does not tell'
                  : shortNumber(props.plan.flowsAtStake)}
              </Num>
            </dd>
          </div>
          <div>
            <dt>time of VPP</dt>
            <dd>
              <Num source="applyTime" focusable>
                {durationText(props.plan.vppMs)}
              </Num>
            </dd>
          </div>
        </dl>
      </Show>
      <Show when={props.plan.begunAnew.length > 0}>
        <p>Verdicts that begin anew: {props.plan.begunAnew.join(', ')}.</p>
      </Show>
      <ul class="operations">
        <For each={props.plan.settings}>{(text) => <li>{text}</li>}</For>
        <For each={props.plan.vips}>
          {(vip) => (
            <li>
              <strong>{vip.frontend === '' ? vip.vip : vip.frontend}</strong>
              <Show when={vip.anew}>
                {' '}
                <span class="chip tone-bad">made anew: drops everything meanwhile</span>
              </Show>
              <Show when={vip.moved}>
                {(buckets) => (
                  <span class="muted">
                    {' '}
                    {buckets().moved} of {buckets().tableLength} buckets move, {buckets().collateral} of them
                    needlessly
                  </span>
                )}
              </Show>
              <ul class="operation-list">
                <For each={vip.operations.slice(0, LISTED)}>
                  {({ operation, reason }) => (
                    <li title={reason}>
                      <code>{operation}</code>
                    </li>
                  )}
                </For>
                <Show when={vip.operations.length > LISTED}>
                  <li class="muted">and {vip.operations.length - LISTED} more</li>
                </Show>
              </ul>
            </li>
          )}
        </For>
      </ul>
    </>
  );
}

function Outcome(props: { readonly answer: Result<ActAnswer> }): JSX.Element {
  const done = () => (props.answer.ok ? props.answer.value : null);
  const failure = () => (props.answer.ok ? null : props.answer.failure);
  return (
    <>
      <Show when={done()}>
        {(known) => (
          <>
            <p
              class={`notice ${known().pending.length > 0 || known().warning !== null ? '' : 'notice-good'}`}
            >
              {known().summary}
            </p>
            <Show when={known().warning}>{(text) => <p class="notice">{text()}</p>}</Show>
            <For each={known().pending}>{(text) => <p class="notice notice-bad">{text}</p>}</For>
          </>
        )}
      </Show>
      <Show when={failure()}>
        {(why) => (
          <p class="notice notice-bad">
            {why().message} {why().advice}
          </p>
        )}
      </Show>
    </>
  );
}
