import { createSignal } from 'solid-js';
import { linkTo, type Place, placeOf } from '../model/place.js';

/** What the page shows, which is what its address says. */
const [here, setHere] = createSignal<Place>(placeOf(location.hash));

export { here };

export function startHere(): void {
  window.addEventListener('hashchange', () => setHere(placeOf(location.hash)));
}

/** Shows something else. Another view or another thing is a step that the browser's back button takes back; a search is none. */
export function go(change: Partial<Place>): void {
  const to = { ...here(), ...change };
  const link = linkTo(to);
  if (link === linkTo(here())) return;
  const step = 'view' in change || 'maglevd' in change;
  history[step ? 'pushState' : 'replaceState'](null, '', link);
  setHere(to);
}
