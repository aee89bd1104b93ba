import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, onMount } from 'solid-js';
import type { RowOffsets } from '../model/row-offsets.js';

/** Rows that are kept above and below those that are seen, so that scrolling shows no gaps. */
const SPARE = 6;

/**
 * A long list, of which only what is seen exists. Rows are the same objects as long as they stand for the same thing: what
 * is drawn of them is moved then, and not made anew.
 */
export function VirtualList<Row extends object>(props: {
  readonly rows: readonly Row[];
  readonly offsets: RowOffsets;
  /** The one that is to be seen; it is scrolled to when it changes. -1 = none. */
  readonly selected: number;
  readonly label: string;
  readonly children: (row: Row, index: () => number) => JSX.Element;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** A row that says its `data-index` was clicked. */
  readonly onChoose: (index: number) => void;
}): JSX.Element {
  let box: HTMLDivElement | undefined;
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(800);
  const range = createMemo(() => props.offsets.visible(top(), height(), SPARE), undefined, {
    equals: (a, b) => a.first === b.first && a.end === b.end,
  });
  /** The element of the chosen row, `row-<index>`, while it exists. */
  const activeId = () => {
    const { selected } = props;
    return selected >= range().first && selected < range().end ? `row-${selected}` : undefined;
  };
  const seen = createMemo(() => props.rows.slice(range().first, range().end));
  onMount(() => {
    if (box === undefined) return;
    const watch = new ResizeObserver(() => setHeight(box?.clientHeight ?? 800));
    watch.observe(box);
    const choose = ({ target }: Event) => {
      // What is a control of its own does not choose the row that it is in.
      if (!(target instanceof Element) || target.closest('button, a') !== null) return;
      const row = target.closest<HTMLElement>('[data-index]');
      if (row !== null) props.onChoose(Number(row.dataset['index']));
    };
    box.addEventListener('click', choose);
    onCleanup(() => {
      watch.disconnect();
      box?.removeEventListener('click', choose);
    });
  });
  createEffect(() => {
    const { selected, offsets } = props;
    if (selected < 0 || box === undefined) return;
    const wanted = offsets.reveal(selected, box.scrollTop, box.clientHeight);
    if (wanted !== box.scrollTop) box.scrollTop = wanted;
  });
  return (
    <div
      ref={box}
      class="list"
      role="tree"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={activeId()}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={(event) => props.onKeyDown(event)}
    >
      <div class="list-space" role="presentation" style={{ height: `${props.offsets.total}px` }}>
        <div
          class="list-rows"
          role="presentation"
          style={{ transform: `translateY(${props.offsets.top(range().first)}px)` }}
        >
          <For each={seen()}>{(row, index) => props.children(row, () => range().first + index())}</For>
        </div>
      </div>
    </div>
  );
}
