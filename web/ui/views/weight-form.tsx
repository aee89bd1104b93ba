import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import type { Action } from '../../contract.js';
import { memberOf } from '../live/store.js';
import { Weights } from './frontend-rows.jsx';

/** Another weight of a backend in one pool of one frontend. */
export function WeightForm(props: {
  readonly maglevd: string;
  readonly frontend: string;
  readonly pool: string;
  readonly backend: string;
  readonly may: boolean;
  readonly ask: (action: Action) => void;
}): JSX.Element {
  const member = createMemo(() => memberOf(props.maglevd, props.frontend, props.pool, props.backend));
  const [weight, setWeight] = createSignal<number | null>(null);
  const [flush, setFlush] = createSignal(false);
  const wanted = () => weight() ?? member()?.weight ?? 0;
  const valid = () => Number.isInteger(wanted()) && wanted() >= 0 && wanted() <= 100;
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (!valid()) return;
    const { frontend, pool, backend } = props;
    props.ask({ do: 'weight', frontend, pool, backend, weight: wanted(), flush: flush() });
  };
  return (
    <form class="weight" onSubmit={send}>
      <span class="names">
        <strong>{props.frontend}</strong>
        <span class="address">pool {props.pool}</span>
      </span>
      <Show when={member()}>
        {(known) => (
          <Weights
            frontend={props.frontend}
            weight={known().weight}
            configured={known().configuredWeight}
            effective={known().effectiveWeight}
            vpp={known().vppWeight}
          />
        )}
      </Show>
      <input
        type="number"
        min="0"
        max="100"
        aria-label={`weight in ${props.frontend}, pool ${props.pool}`}
        value={wanted()}
        onInput={(event) => setWeight(event.currentTarget.valueAsNumber)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={flush()}
          onChange={(event) => setFlush(event.currentTarget.checked)}
        />
        cut its flows
      </label>
      <button
        type="submit"
        aria-label={`set weight in ${props.frontend}, pool ${props.pool}`}
        disabled={!props.may || !valid()}
      >
        set weight …
      </button>
    </form>
  );
}
