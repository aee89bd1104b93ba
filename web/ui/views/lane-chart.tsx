import { For, type JSX } from 'solid-js';
import type { Gap } from '../model/event-log.js';
import { type Dot, laneNames, lanes, type Tone } from '../model/lanes.js';
import { type TimeAxis, ticksOf, xOf } from '../model/time-axis.js';
import { Canvas, type Pen } from '../parts/canvas.jsx';

const LANE = 34;
const AXIS = 22;
const HEIGHT = lanes.length * LANE + AXIS;
/** A mark is meant when the pointer is so near, pixels. */
const NEAR = 10;

const toneColours: Readonly<Record<Tone, string>> = { good: 'good', bad: 'bad', odd: 'odd', plain: 'muted' };

/** The lanes as a picture; the list below has the same in words. */
export function LaneChart(props: {
  readonly dots: readonly Dot[];
  /** Maglevds that are shown: each has its line in each lane. */
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly gaps: readonly Gap[];
  readonly chosen: Dot | null;
  readonly choose: (dot: Dot) => void;
}): JSX.Element {
  const axis = (width: number): TimeAxis => ({ from: props.from, to: props.to, width });
  const yOf = ({ mark, lane }: Dot) =>
    lanes.indexOf(mark.lane) * LANE + (LANE * (lane + 1)) / (props.count + 1);
  let width = 0;

  const draw = (pen: Pen) => {
    const { context, colour } = pen;
    width = pen.width;
    const line = colour('line');
    context.font = '11px system-ui, sans-serif';
    for (let i = 0; i <= lanes.length; i++) {
      context.fillStyle = line;
      context.fillRect(0, i * LANE, width, 1);
    }
    for (const { at, text } of ticksOf(axis(width))) {
      const x = Math.round(xOf(axis(width), at));
      context.fillStyle = line;
      context.fillRect(x, 0, 1, HEIGHT - AXIS);
      context.fillStyle = colour('muted');
      context.fillText(text, Math.min(Math.max(0, x - 16), width - 52), HEIGHT - 7);
    }
    context.fillStyle = colour('odd-back');
    for (const { at } of props.gaps) context.fillRect(xOf(axis(width), at) - 2, 0, 5, HEIGHT - AXIS);
    if (props.chosen !== null) {
      context.fillStyle = colour('accent');
      context.fillRect(Math.round(xOf(axis(width), props.chosen.at)), 0, 1, HEIGHT - AXIS);
    }
    // The worst are drawn last: nothing hides them.
    const order: readonly Tone[] = ['plain', 'good', 'odd', 'bad'];
    for (const tone of order) {
      context.fillStyle = colour(toneColours[tone]);
      for (const dot of props.dots) if (dot.mark.tone === tone) drawDot(context, dot, axis(width), yOf(dot));
    }
    if (props.chosen !== null) {
      context.strokeStyle = colour('accent');
      context.lineWidth = 2;
      context.beginPath();
      context.arc(xOf(axis(width), props.chosen.at), yOf(props.chosen), 9, 0, 7);
      context.stroke();
    }
  };
  const onPoint = (x: number, y: number, chosen: boolean) => {
    if (!chosen) return;
    let best: { readonly dot: Dot; readonly far: number } | null = null;
    for (const dot of props.dots) {
      const far = Math.hypot(xOf(axis(width), dot.at) - x, yOf(dot) - y);
      if (far < NEAR && far < (best?.far ?? Number.POSITIVE_INFINITY)) best = { dot, far };
    }
    if (best !== null) props.choose(best.dot);
  };
  return (
    <div class="lanes">
      <ul class="lane-names" aria-hidden="true">
        <For each={lanes}>{(lane) => <li>{laneNames[lane]}</li>}</For>
      </ul>
      <Canvas
        height={HEIGHT}
        label={`${props.dots.length} marks in ${lanes.length} lanes`}
        draw={draw}
        onPoint={onPoint}
      />
    </div>
  );
}

/** Good is a disc, bad a triangle, odd a diamond, plain a small disc; what lasts has a tail. */
function drawDot(context: CanvasRenderingContext2D, { mark, at }: Dot, axis: TimeAxis, y: number): void {
  const x = xOf(axis, at);
  if (mark.lasts > 0) {
    context.globalAlpha = 0.35;
    context.fillRect(x, y - 3, Math.max(2, xOf(axis, at + mark.lasts) - x), 6);
    context.globalAlpha = 1;
  }
  context.beginPath();
  if (mark.tone === 'bad') {
    context.moveTo(x, y - 6);
    context.lineTo(x + 6, y + 5);
    context.lineTo(x - 6, y + 5);
  } else if (mark.tone === 'odd') {
    context.moveTo(x, y - 6);
    context.lineTo(x + 6, y);
    context.lineTo(x, y + 6);
    context.lineTo(x - 6, y);
  } else context.arc(x, y, mark.tone === 'good' ? 5 : 3, 0, 7);
  context.fill();
}

const shapes: Readonly<Record<Tone, string>> = {
  good: 'M8 3a5 5 0 1 0 .01 0z',
  bad: 'M8 2l6.5 11h-13z',
  odd: 'M8 1.5L14.5 8 8 14.5 1.5 8z',
  plain: 'M8 5a3 3 0 1 0 .01 0z',
};

export function ToneShape(props: { readonly tone: Tone }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[props.tone]} fill="currentColor" />
    </svg>
  );
}
