import type { JSX } from 'solid-js';

/**
 * What each state looks like. Colour is never alone: every state has a shape of its own, and its word beside it wherever
 * there is room.
 */
const shapes: Readonly<Record<string, () => JSX.Element>> = {
  up: () => (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.8 8.3l2.2 2.2 4.2-4.6" class="icon-cut" />
    </>
  ),
  down: () => (
    <>
      <path d="M8 1.2L15.4 14.6H.6z" fill="currentColor" />
      <path d="M8 6v4.2M8 12v.6" class="icon-cut" />
    </>
  ),
  unknown: () => (
    <>
      <circle cx="8" cy="8" r="6.2" class="icon-line" />
      <path d="M6.2 6.4a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.6-.9 1.3M8 11.6v.2" class="icon-line" />
    </>
  ),
  paused: () => (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor" />
      <path d="M6 4.8v6.4M10 4.8v6.4" class="icon-cut" />
    </>
  ),
  disabled: () => (
    <>
      <circle cx="8" cy="8" r="6.2" class="icon-line" />
      <path d="M3.8 12.2l8.4-8.4" class="icon-line" />
    </>
  ),
  removed: () => <path d="M3 8h10" class="icon-line" />,
  doubt: () => (
    <>
      <path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor" />
      <path d="M8 4.8v4M8 10.8v.4" class="icon-cut" />
    </>
  ),
};

/** Beside a word that says the same, or with a label. */
export function StateIcon(props: { readonly state: string; readonly label?: string }): JSX.Element {
  return (
    <svg
      class={`icon state-${props.state}`}
      viewBox="0 0 16 16"
      role={props.label === undefined ? 'presentation' : 'img'}
      aria-hidden={props.label === undefined ? 'true' : undefined}
      aria-label={props.label}
    >
      {(shapes[props.state] ?? shapes['unknown'])?.()}
    </svg>
  );
}

const glyphs = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14',
  chevron: 'M6 3.5L10.5 8 6 12.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3.1 3.1l1.1 1.1M11.8 11.8l1.1 1.1M12.9 3.1l-1.1 1.1M4.2 11.8l-1.1 1.1',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5 6 6 0 1 0 13.5 9.6z',
  half: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M10 3v10M12 4.8v6.4',
  link: 'M6.5 9.5l3-3M7.3 4.6l1-1a2.9 2.9 0 0 1 4.1 4.1l-1 1M8.7 11.4l-1 1a2.9 2.9 0 0 1-4.1-4.1l1-1',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
} as const;

export function Glyph(props: { readonly name: keyof typeof glyphs }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
      <path d={glyphs[props.name]} class="icon-line" />
    </svg>
  );
}
