import { createEffect, createSignal, type JSX, onCleanup, onMount } from 'solid-js';
import { colours, coloursOf } from './theme.js';

export interface Pen {
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** A colour of the style sheet by its name. */
  readonly colour: (name: string) => string;
}

/** A drawing as wide as its place; drawn again when what `draw` reads changes, and with the window and its colours. */
export function Canvas(props: {
  readonly height: number;
  /** For who does not see it. */
  readonly label: string;
  readonly draw: (pen: Pen) => void;
  readonly onPoint?: (x: number, y: number, chosen: boolean) => void;
}): JSX.Element {
  let canvas: HTMLCanvasElement | undefined;
  const [width, setWidth] = createSignal(0);
  onMount(() => {
    const watch = new ResizeObserver(() => setWidth(canvas?.clientWidth ?? 0));
    if (canvas !== undefined) watch.observe(canvas);
    onCleanup(() => watch.disconnect());
    createEffect(() => {
      const context = canvas?.getContext('2d');
      colours();
      if (canvas === undefined || context == null || width() === 0) return;
      const scale = window.devicePixelRatio;
      canvas.width = Math.round(width() * scale);
      canvas.height = Math.round(props.height * scale);
      context.scale(scale, scale);
      props.draw({ context, width: width(), height: props.height, colour: coloursOf(canvas) });
    });
  });
  return (
    <canvas
      ref={canvas}
      class="canvas"
      role="img"
      aria-label={props.label}
      style={{ height: `${props.height}px` }}
      on:pointermove={(event) => props.onPoint?.(event.offsetX, event.offsetY, false)}
      on:pointerdown={(event) => props.onPoint?.(event.offsetX, event.offsetY, true)}
    />
  );
}
