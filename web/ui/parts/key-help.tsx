import { For, type JSX } from 'solid-js';
import { Dialog } from './dialog.jsx';

const keys: readonly (readonly [string, string])[] = [
  ['1 … 5', 'overview, frontends, timeline, probes, admin'],
  ['j k or ↓ ↑', 'the next one, the one before'],
  ['g G', 'the first one, the last one'],
  ['Enter', 'open, or fold a frontend'],
  ['← →', 'fold and unfold; earlier and later on the timeline'],
  ['+ −', 'less and more time on the timeline'],
  ['/', 'search'],
  ['Esc', 'close what is open, empty the search'],
  ['?', 'this'],
];

export function KeyHelp(props: { readonly open: boolean; readonly close: () => void }): JSX.Element {
  return (
    <Dialog open={props.open} title="Keys" close={props.close}>
      <dl class="keys">
        <For each={keys}>
          {([key, does]) => (
            <>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </>
          )}
        </For>
      </dl>
      <p class="hint">Every number says under the pointer where maglevc and the metrics have it.</p>
    </Dialog>
  );
}
