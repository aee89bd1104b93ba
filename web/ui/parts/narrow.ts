import { createSignal } from 'solid-js';

/** As the style sheet has it. */
const query = window.matchMedia('(max-width: 760px)');
const [narrow, setNarrow] = createSignal(query.matches);
query.addEventListener('change', () => setNarrow(query.matches));

/** Is the window that of a phone? */
export { narrow };
