import { createMemo, type JSX } from 'solid-js';
import { roundDurationText } from '../model/figures.js';
import { columnsOf, type Probe, rows } from '../model/heat.js';
import { type TimeAxis, ticksOf, xOf } from '../model/time-axis.js';
import { Canvas, type Pen } from '../parts/canvas.jsx';

const ROW = 15;
const LEFT = 64;
const ABOVE = 18;
const BELOW = 20;
const HEIGHT = ABOVE + rows.length * ROW + BELOW;
/** A column is about so wide, pixels. */
const COLUMN = 9;
/** As much time as is shown at least, and at most, ms. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = 900_000;

/** Time from left to right, latency upwards, colour: how many. What failed has a triangle above. */
export function HeatStrip(props: {
  readonly probes: readonly Probe[];
  /** By the clock of the maglevd, as the probes. */
  readonly now: number;
  readonly skewMs: number;
}): JSX.Element {
  const span = createMemo(() => {
    const oldest = Math.min(...props.probes.map(({ at }) => at), props.now);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, props.now - oldest));
  });
  const words = () => {
    const failed = props.probes.filter(({ verdict }) => verdict === 'fail').length;
    return `latency of ${props.probes.length} probes, ${failed} of which failed`;
  };
  const draw = ({ context, width, colour }: Pen) => {
    const axis: TimeAxis = { from: props.now - span(), to: props.now, width: width - LEFT };
    const count = Math.max(1, Math.floor(axis.width / COLUMN));
    const wide = axis.width / count;
    const columns = columnsOf(props.probes, axis.from, axis.to, count);
    const most = Math.max(...columns.flatMap(({ counts }) => counts), 1);
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'right';
    const floor = ABOVE + rows.length * ROW;
    rows.forEach((upTo, row) => {
      const y = floor - (row + 1) * ROW;
      context.fillStyle = colour('heat-0');
      context.fillRect(LEFT, y, axis.width, ROW - 1);
      context.fillStyle = colour('muted');
      if (row % 2 === 1) context.fillText(roundDurationText(upTo), LEFT - 7, y + 5);
    });
    columns.forEach(({ counts, failed, doubted }, i) => {
      const x = LEFT + i * wide;
      counts.forEach((hits, row) => {
        if (hits === 0) return;
        context.globalAlpha = 0.35 + 0.65 * (hits / most);
        context.fillStyle = colour(failed > 0 ? 'bad' : doubted > 0 ? 'odd' : 'heat-1');
        context.fillRect(x, floor - (row + 1) * ROW, wide - 1, ROW - 1);
      });
      context.globalAlpha = 1;
      if (failed + doubted === 0) return;
      context.fillStyle = colour(failed > 0 ? 'bad' : 'odd');
      context.beginPath();
      context.moveTo(x + wide / 2, 4);
      context.lineTo(x + wide / 2 + 5, 13);
      context.lineTo(x + wide / 2 - 5, 13);
      context.fill();
    });
    context.fillStyle = colour('muted');
    context.textAlign = 'center';
    for (const { at, text } of ticksOf({
      ...axis,
      from: axis.from - props.skewMs,
      to: axis.to - props.skewMs,
    })) {
      const x = LEFT + xOf(axis, at + props.skewMs);
      if (x > LEFT + 20 && x < width - 26) context.fillText(text, x, HEIGHT - 4);
    }
  };
  return <Canvas height={HEIGHT} label={words()} draw={draw} />;
}
