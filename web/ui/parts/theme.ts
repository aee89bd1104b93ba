import { createSignal } from 'solid-js';

/** Light and dark; `auto` follows the machine. */
const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const KEY = 'maglev-theme';

function remembered(): Theme {
  const kept = localStorage.getItem(KEY);
  return themes.find((theme) => theme === kept) ?? 'auto';
}

const [theme, setTheme] = createSignal<Theme>(remembered());
/** Counts the changes of colours, for what is drawn on a canvas and not by the style sheet. */
const [colours, setColours] = createSignal(0);

export { colours, theme };

export function nextTheme(): void {
  const next = themes[(themes.indexOf(theme()) + 1) % themes.length] ?? 'auto';
  localStorage.setItem(KEY, next);
  setTheme(next);
  apply();
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** Has the page look as it was asked to the last time, and follow the machine from then on. */
export function startTheme(): void {
  apply();
  dark.addEventListener('change', apply);
}

function apply(): void {
  const machine = dark.matches ? 'dark' : 'light';
  document.documentElement.dataset['theme'] = theme() === 'auto' ? machine : theme();
  setColours((n) => n + 1);
}

/** Has canvases drawn again that stand on something that became stale, or fresh. */
export function coloursChanged(): void {
  setColours((n) => n + 1);
}

/** Colours of the style sheet, as an element has them now: what is stale has others. */
export function coloursOf(element: Element): (name: string) => string {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** As the style sheet has it. */
const query = window.matchMedia('(max-width: 760px)');
const [narrow, setNarrow] = createSignal(query.matches);
query.addEventListener('change', () => setNarrow(query.matches));

/** Is the window that of a phone? */
export { narrow };
