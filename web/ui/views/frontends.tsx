import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import { go, here } from '../live/here.js';
import { isFresh, maglevdOf, orderOf, shapeOf } from '../live/store.js';
import { type Sort, sorts } from '../model/place.js';
import { RowOffsets } from '../model/row-offsets.js';
import { isMoving, marks, type Row, RowBook, rowKey } from '../model/rows.js';
import { moveBy } from '../parts/list-keys.js';
import { SearchBox } from '../parts/search-box.jsx';
import { narrow } from '../parts/theme.js';
import { VirtualList } from '../parts/virtual-list.jsx';
import { DetailPanel } from './detail-panel.jsx';
import { FrontendRow, MemberRow, PoolRow, RowHead } from './frontend-rows.jsx';

/** Pixels of the rows, as the style sheet has them. */
const heights = {
  wide: { frontend: 60, pool: 26, member: 40 },
  narrow: { frontend: 84, pool: 26, member: 62 },
};

const sortNames: Readonly<Record<Sort, string>> = {
  config: 'as in the config',
  name: 'by name',
  state: 'worst state first',
  age: 'latest change first',
  share: 'greatest share first',
  packets: 'most packets first',
};

const states = ['up', 'down', 'unknown', 'paused', 'disabled', ...marks];

/** The frontends of a maglevd with their pools and servers, and beside them all about the one that is chosen. */
export function FrontendsView(props: { readonly maglevd: string }): JSX.Element {
  const book = new RowBook();
  const [folded, setFolded] = createSignal<ReadonlySet<string>>(new Set());
  const choice = createMemo(() => {
    const { search, state, sort } = here();
    return { search, state, sort, folded: folded() };
  });
  const rows = createMemo(() => {
    const site = isMoving(choice()) ? orderOf(props.maglevd) : shapeOf(props.maglevd);
    return site === undefined ? [] : book.rows(site, choice());
  });
  const offsets = createMemo(() => {
    const pixels = heights[narrow() ? 'narrow' : 'wide'];
    const list = rows();
    return new RowOffsets(list.length, (i) => pixels[list[i]?.kind ?? 'member']);
  });
  const [selectedKey, setSelectedKey] = createSignal<string | null>(null);
  // A link names a frontend, or a backend in it; the row that is chosen here says the pool too.
  createEffect(
    on(
      () => [here().frontend, here().backend, rows()] as const,
      ([frontend, backend, list]) => {
        const chosen = list.find(({ key }) => key === selectedKey());
        if (frontend === null || (chosen !== undefined && isOf(chosen, frontend, backend))) return;
        setSelectedKey(list.find((row) => isOf(row, frontend, backend))?.key ?? null);
      },
    ),
  );
  const selected = createMemo(() => rows().findIndex(({ key }) => key === selectedKey()));
  const choose = (row: Row | undefined) => {
    if (row === undefined || row.kind === 'pool') return;
    setSelectedKey(row.key);
    go({
      maglevd: props.maglevd,
      frontend: row.frontend,
      backend: row.kind === 'member' ? row.backend : null,
    });
  };
  const close = () => {
    setSelectedKey(null);
    go({ frontend: null, backend: null });
  };
  const fold = (frontend: string, closed: boolean) => {
    const next = new Set(folded());
    if (closed) next.add(frontend);
    else next.delete(frontend);
    setFolded(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const list = rows();
    const row = list[selected()];
    const to = moveBy(event.key, selected(), list.length, (i) => list[i]?.kind !== 'pool');
    if (to !== null) choose(list[to]);
    else if (event.key === 'Escape') close();
    else if (row === undefined) return;
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      if (event.key === 'ArrowLeft') choose(list.find(({ key }) => key === rowKey(row.frontend)));
      fold(row.frontend, event.key === 'ArrowLeft');
    } else if (event.key === 'Enter') {
      if (row.kind === 'frontend') fold(row.frontend, !folded().has(row.frontend));
      else document.querySelector<HTMLElement>('.panel')?.focus();
    } else return;
    event.preventDefault();
  };
  const stale = () => {
    const row = maglevdOf(props.maglevd);
    return row !== undefined && !isFresh(row);
  };

  return (
    <div class="split" classList={{ 'split-open': here().frontend !== null }}>
      <section
        class="card split-list"
        classList={{ stale: stale() }}
        aria-label="Frontends and their servers"
      >
        <div class="tools">
          <SearchBox label="search frontends and servers" />
          <select
            aria-label="only servers that are"
            onChange={(event) =>
              go({ state: event.currentTarget.value === '' ? null : event.currentTarget.value })
            }
          >
            <option value="" selected={here().state === null}>
              all states
            </option>
            <For each={states}>
              {(state) => (
                <option value={state} selected={here().state === state}>
                  {state}
                </option>
              )}
            </For>
          </select>
          <select
            aria-label="order"
            onChange={(event) =>
              go({ sort: sorts.find((sort) => sort === event.currentTarget.value) ?? 'config' })
            }
          >
            <For each={sorts}>
              {(sort) => (
                <option value={sort} selected={here().sort === sort}>
                  {sortNames[sort]}
                </option>
              )}
            </For>
          </select>
          <button
            type="button"
            onClick={() => {
              const names = [...(shapeOf(props.maglevd)?.frontends.keys() ?? [])];
              setFolded(folded().size > 0 ? new Set<string>() : new Set(names));
            }}
          >
            {folded().size > 0 ? 'unfold all' : 'fold all'}
          </button>
          <span class="tools-count" role="status">
            {rows().filter(({ kind }) => kind === 'frontend').length} frontends
          </span>
        </div>
        <RowHead />
        <Show
          when={rows().length > 0}
          fallback={
            <p class="hint">
              {shapeOf(props.maglevd)?.known === true ? 'Nothing is like that.' : 'Not heard yet.'}
            </p>
          }
        >
          <VirtualList
            rows={rows()}
            offsets={offsets()}
            selected={selected()}
            label="frontends, pools and servers"
            onKeyDown={onKeyDown}
            onChoose={(index) => choose(rows()[index])}
          >
            {(row, index) => {
              const common = {
                maglevd: props.maglevd,
                get index() {
                  return index();
                },
                get selected() {
                  return row.key === selectedKey();
                },
              };
              switch (row.kind) {
                case 'frontend':
                  return (
                    <FrontendRow
                      {...common}
                      frontend={row.frontend}
                      folded={folded().has(row.frontend)}
                      fold={(closed) => fold(row.frontend, closed)}
                    />
                  );
                case 'pool':
                  return <PoolRow {...common} frontend={row.frontend} pool={row.pool} />;
                case 'member':
                  return (
                    <MemberRow {...common} frontend={row.frontend} pool={row.pool} backend={row.backend} />
                  );
              }
            }}
          </VirtualList>
        </Show>
      </section>
      <Show when={here().frontend}>
        {(frontend) => (
          <DetailPanel maglevd={props.maglevd} frontend={frontend()} backend={here().backend} close={close} />
        )}
      </Show>
    </div>
  );
}

function isOf(row: Row, frontend: string, backend: string | null): boolean {
  if (row.frontend !== frontend) return false;
  return backend === null ? row.kind === 'frontend' : row.kind === 'member' && row.backend === backend;
}
