import { createMemo, type JSX, Show } from 'solid-js';
import { go, here } from '../live/here.js';
import { backendOf, shapeOf } from '../live/store.js';
import { RowOffsets } from '../model/row-offsets.js';
import { moveBy } from '../parts/list-keys.js';
import { StateWord } from '../parts/numbers.jsx';
import { SearchBox } from '../parts/search-box.jsx';
import { VirtualList } from '../parts/virtual-list.jsx';

/** As the style sheet has it. */
const HEIGHT = 36;

interface Entry {
  readonly name: string;
}

/** All backends of a maglevd, to choose one of them. */
export function BackendList(props: {
  readonly maglevd: string;
  readonly chosen: string | null;
}): JSX.Element {
  let made: ReadonlyMap<string, Entry> = new Map();
  const entries = createMemo(() => {
    const wanted = here().search.toLowerCase();
    const all = [...(shapeOf(props.maglevd)?.backends.values() ?? [])];
    made = new Map(all.map(({ name }) => [name, made.get(name) ?? { name }]));
    return all
      .filter(({ name, address }) => name.toLowerCase().includes(wanted) || address.includes(wanted))
      .map(({ name }) => made.get(name) ?? { name });
  });
  const offsets = createMemo(() => new RowOffsets(entries().length, () => HEIGHT));
  const index = createMemo(() => entries().findIndex(({ name }) => name === props.chosen));
  const choose = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    const frontend = shapeOf(props.maglevd)?.backends.get(entry.name)?.frontends[0] ?? null;
    go({ maglevd: props.maglevd, backend: entry.name, frontend });
  };
  return (
    <section class="card split-list backend-list" aria-label="Backends">
      <div class="tools">
        <SearchBox label="search backends" />
      </div>
      <Show when={entries().length > 0} fallback={<p class="hint">No backend is like that.</p>}>
        <VirtualList
          rows={entries()}
          offsets={offsets()}
          selected={index()}
          label="backends"
          onKeyDown={(event) => {
            const to = moveBy(event.key, index(), entries().length);
            if (to === null) return;
            choose(entries()[to]);
            event.preventDefault();
          }}
          onChoose={(at) => choose(entries()[at])}
        >
          {({ name }, at) => (
            <div
              id={`row-${at()}`}
              class="row row-backend"
              role="treeitem"
              aria-level={1}
              aria-selected={name === props.chosen}
              tabIndex={-1}
              data-index={at()}
            >
              <span class="row-backend-name">{name}</span>
              <StateWord
                state={backendOf(props.maglevd, name)?.state ?? 'unknown'}
                doubt={backendOf(props.maglevd, name)?.doubt != null}
              />
            </div>
          )}
        </VirtualList>
      </Show>
    </section>
  );
}

/** The backend of the address, or the first one that there is. */
export function chosenBackend(maglevd: string): string | null {
  const backends = shapeOf(maglevd)?.backends;
  const { backend } = here();
  if (backend !== null && backends?.has(backend) === true) return backend;
  return backends?.keys().next().value ?? null;
}
