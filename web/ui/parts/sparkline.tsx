import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { after, every } from '../clock.js';
import { historyOf } from '../live/histories.js';
import { pageLink } from '../live/store.js';
import { shortNumber } from '../model/figures.js';
import { totalOf } from '../model/traffic.js';
import { Canvas, type Pen } from './canvas.jsx';

const HEIGHT = 30;
/** A row that only scrolls by asks for nothing, ms. */
const SETTLED_MS = 250;
/** ms */
const AGAIN_MS = 15_000;

/** All packets a second of a frontend in the last 15 minutes, as small as a word. */
export function Sparkline(props: { readonly maglevd: string; readonly frontend: string }): JSX.Element {
  const [values, setValues] = createSignal<readonly (number | null)[]>([]);
  const ask = async () => {
    if (pageLink().state === 'lost') return;
    const history = await historyOf(props.maglevd, props.frontend);
    if (history !== null) setValues(totalOf(history));
  };
  onCleanup(after(SETTLED_MS, () => void ask()));
  onCleanup(every(AGAIN_MS, () => void ask()));
  const most = () => values().reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  const draw = ({ context, width, height, colour }: Pen) => {
    const points = values();
    const step = width / Math.max(1, points.length - 1);
    const yOf = (value: number) => height - 2 - (value / Math.max(1, most())) * (height - 5);
    context.strokeStyle = colour('accent');
    context.fillStyle = colour('chosen');
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    let from = -1;
    for (let i = 0; i <= points.length; i++) {
      const value = points[i] ?? null;
      if (value !== null && from < 0) from = i;
      if (value !== null || from < 0) continue;
      const line = new Path2D();
      for (let at = from; at < i; at++) line.lineTo(at * step, yOf(points[at] ?? 0));
      const area = new Path2D(line);
      area.lineTo((i - 1) * step, height);
      area.lineTo(from * step, height);
      context.fill(area);
      context.stroke(line);
      from = -1;
    }
  };
  return (
    <Show when={values().some((value) => value !== null)}>
      <Canvas
        height={HEIGHT}
        label={`packets a second in the last 15 minutes, at most ${shortNumber(most())}`}
        draw={draw}
      />
    </Show>
  );
}
