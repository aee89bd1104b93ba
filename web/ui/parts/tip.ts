import { onCleanup, onMount } from 'solid-js';

/**
 * Shows an element's `title` at once, under the pointer as well as under the focus. The attribute stays what screen readers
 * read; it is taken away only while our own tip shows it, so that the browser does not show it a second time.
 */
export function showTips(): void {
  onMount(() => {
    const tip = document.createElement('div');
    tip.className = 'tip';
    tip.setAttribute('aria-hidden', 'true');
    document.body.append(tip);
    let shown: { readonly element: Element; readonly text: string } | null = null;

    const hide = () => {
      if (shown === null) return;
      if (!shown.element.hasAttribute('title')) shown.element.setAttribute('title', shown.text);
      shown = null;
      tip.classList.remove('shown');
    };
    const show = (event: Event) => {
      const { target } = event;
      const element = target instanceof Element ? target.closest('[title]') : null;
      if (shown !== null && target instanceof Node && shown.element.contains(target)) return;
      hide();
      const text = element?.getAttribute('title') ?? '';
      if (element === null || text === '') return;
      shown = { element, text };
      element.removeAttribute('title');
      tip.textContent = text;
      // A dialog covers everything that is not in it.
      (element.closest('dialog') ?? document.body).append(tip);
      tip.classList.add('shown');
      placeAt(tip, element.getBoundingClientRect());
    };
    const listeners: readonly [string, (event: Event) => void][] = [
      ['pointerover', show],
      ['focusin', show],
      ['pointerdown', hide],
      ['focusout', hide],
      ['keydown', hide],
    ];
    for (const [name, listener] of listeners) document.addEventListener(name, listener);
    document.addEventListener('scroll', hide, true);
    document.documentElement.addEventListener('pointerleave', hide);
    onCleanup(() => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener);
      document.removeEventListener('scroll', hide, true);
      document.documentElement.removeEventListener('pointerleave', hide);
      tip.remove();
    });
  });
}

/** Below the element, or above where there is no room; inside the window in any case. */
function placeAt(tip: HTMLElement, around: DOMRect): void {
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(around.left, window.innerWidth - width - 8));
  const below = around.bottom + 6;
  const top = below + height > window.innerHeight - 8 ? around.top - height - 6 : below;
  tip.style.left = `${left}px`;
  tip.style.top = `${Math.max(8, top)}px`;
}
