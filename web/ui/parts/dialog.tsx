import { createEffect, type JSX } from 'solid-js';
import { Glyph } from './icons.jsx';

/** A window over the page; the browser keeps the focus in it and closes it on Esc. */
export function Dialog(props: {
  readonly open: boolean;
  readonly title: string;
  readonly close: () => void;
  readonly children: JSX.Element;
}): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  createEffect(() => {
    if (props.open) dialog?.showModal();
    else dialog?.close();
  });
  return (
    <dialog ref={dialog} class="dialog" aria-label={props.title} onClose={() => props.close()}>
      <div class="dialog-head">
        <h2>{props.title}</h2>
        <button type="button" class="quiet" aria-label="close" onClick={() => props.close()}>
          <Glyph name="close" />
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
