import type { JSX } from 'solid-js';
import { go, here } from '../live/here.js';
import { Glyph } from './icons.jsx';

/** What is typed is searched for at once; Esc empties it, Enter and the arrow down go to the list. */
export function SearchBox(props: { readonly label: string }): JSX.Element {
  const toList = () => document.querySelector<HTMLElement>('.list')?.focus();
  return (
    <span class="search">
      <Glyph name="search" />
      <input
        type="search"
        placeholder="search  ( / )"
        aria-label={props.label}
        value={here().search}
        onInput={(event) => go({ search: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            go({ search: '' });
            toList();
          } else if (event.key === 'Enter' || event.key === 'ArrowDown') toList();
          else return;
          event.preventDefault();
        }}
      />
    </span>
  );
}
