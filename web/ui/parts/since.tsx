import { type JSX, Show } from 'solid-js';
import { maglevdOf, presentAt, readersTime } from '../live/store.js';
import { momentText, spanText } from '../model/figures.js';

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
