import { type JSX, Show } from 'solid-js';
import type { Backend, Standing } from '../../contract.js';
import { maglevdOf, presentAt, readersTime } from '../live/store.js';
import { momentText, spanText } from '../model/figures.js';
import { type SourceName, sourceText } from '../model/sources.js';
import { StateIcon } from './icons.jsx';

/** A number that says where it can be had from otherwise. */
export function Num(props: {
  readonly source: SourceName;
  /** What the number is about, as a command of maglevc takes it. */
  readonly of?: string;
  /** Something to be read before the source. */
  readonly note?: string;
  /** Not where there are hundreds: who goes from one to the next with the keyboard would never arrive. */
  readonly focusable?: boolean;
  readonly class?: string;
  readonly children: JSX.Element;
}): JSX.Element {
  const text = () => {
    const source = sourceText(props.source, props.of);
    return props.note === undefined || props.note === '' ? source : `${props.note}\n${source}`;
  };
  return (
    <span
      class={`num ${props.class ?? ''}`}
      title={text()}
      role={props.focusable === true ? 'note' : undefined}
      tabIndex={props.focusable === true ? 0 : undefined}
    >
      {props.children}
    </span>
  );
}

/** Nothing is known. */
export function Nothing(): JSX.Element {
  return (
    <span class="nothing">
      <span aria-hidden="true">–</span>
      <span class="unseen">not known</span>
    </span>
  );
}

/** The state as shape, colour and word. A doubt takes the place of the shape: the state is frozen. */
export function StateWord(props: { readonly state: string; readonly doubt?: boolean }): JSX.Element {
  return (
    <span class={`state state-${props.doubt === true ? 'doubt' : props.state}`}>
      <StateIcon state={props.doubt === true ? 'doubt' : props.state} />
      {props.state}
      <Show when={props.doubt}>
        <span class="state-more">doubt</span>
      </Show>
    </span>
  );
}

const standingTones: Readonly<Record<string, string>> = {
  equal: 'good',
  unverified: 'good',
  differs: 'bad',
  pending: 'odd',
  unread: 'odd',
  unreachable: 'bad',
  disabled: 'plain',
};

/** Whether VPP equals the decision. */
export function StandingChip(props: {
  readonly standing: Standing;
  readonly source: SourceName;
  readonly of?: string;
}): JSX.Element {
  return (
    <Num source={props.source} of={props.of ?? ''} note={props.standing.differences.slice(0, 5).join('\n')}>
      <span class={`chip tone-${standingTones[props.standing.state] ?? 'odd'}`}>{props.standing.state}</span>
    </Num>
  );
}

/** Why it is in its state, in a few words. */
export function causeOf({ doubt, cause, code, override, givenUp, healthcheck, state }: Backend): string {
  if (doubt !== null) return `${doubt.code} ${doubt.detail}`;
  if (cause !== '') return cause;
  if (code !== '') return code;
  if (override !== '') return `${override} by an operator`;
  if (givenUp) return 'unknown for so long that it counts as down';
  return healthcheck === '' && state === 'up' ? 'has no health check' : '';
}

/** `for 3m12s`, and the moment under the pointer. */
export function Since(props: { readonly maglevd: string; readonly at: number | null }): JSX.Element {
  const known = () => {
    const row = maglevdOf(props.maglevd);
    return row === undefined || props.at === null ? null : { row, at: props.at };
  };
  return (
    <Show when={known()}>
      {(both) => (
        <span class="muted" title={momentText(readersTime(both().row, both().at))}>
          for {spanText(presentAt(both().row) - both().at)}
        </span>
      )}
    </Show>
  );
}
