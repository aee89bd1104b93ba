import { createEffect, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js';
import type { HistoryAnswer } from '../../contract.js';
import { every } from '../clock.js';
import { historyOf } from '../live/histories.js';
import { frontendOf, pageLink } from '../live/store.js';
import { shortNumber } from '../model/figures.js';
import { letterAt, placeIn, TINTS } from '../model/segments.js';
import { sourceText } from '../model/sources.js';
import { type TimeAxis, ticksOf, xOf } from '../model/time-axis.js';
import { type Curve, curvesOf, levelsOf } from '../model/traffic.js';
import { Canvas, type Pen } from './canvas.jsx';

const HEIGHT = 136;
/** Room for the words around the drawing, pixels. */
const LEFT = 46;
const ABOVE = 8;
const BELOW = 20;
/** How often the last 15 minutes are asked for again, ms. */
const AGAIN_MS = 5000;

/** Packets a second of the last 15 minutes: of one server, or of each server of a frontend. */
export function TrafficChart(props: {
  readonly maglevd: string;
  readonly frontend: string;
  readonly backend: string | null;
}): JSX.Element {
  const [history, setHistory] = createSignal<HistoryAnswer | null>(null);
  const ask = async () => {
    const answer = await historyOf(props.maglevd, props.frontend);
    // What was known stays: that it is old, the whole page says.
    if (answer !== null) setHistory(answer);
  };
  createEffect(on([() => props.maglevd, () => props.frontend], () => void ask()));
  onCleanup(every(AGAIN_MS, () => pageLink().state === 'live' && void ask()));
  const curves = () => {
    const known = history();
    return known === null ? [] : curvesOf(known, props.backend);
  };
  return (
    <section class="chart" aria-label="packets a second in the last 15 minutes">
      <h3 title={sourceText('packets', props.frontend)}>Packets/s, last 15 minutes</h3>
      <Show
        when={curves().length > 0 ? history() : null}
        fallback={<p class="hint">No counters were read yet.</p>}
      >
        {(known) => (
          <>
            <Plot
              history={known()}
              curves={curves()}
              tintOf={(name) => tintOf(props.maglevd, props.frontend, name)}
            />
            <Show when={curves().length > 1}>
              <ul class="legend">
                <For each={curves()}>
                  {({ name }) => {
                    const place = () => placeOfServer(props.maglevd, props.frontend, name);
                    return (
                      <li>
                        <span
                          class={`letter tint-${tintOf(props.maglevd, props.frontend, name)}`}
                          aria-hidden="true"
                        >
                          {letterAt(place())}
                        </span>
                        {name}
                      </li>
                    );
                  }}
                </For>
              </ul>
            </Show>
          </>
        )}
      </Show>
    </section>
  );
}

function placeOfServer(maglevd: string, frontend: string, backend: string): number {
  const node = frontendOf(maglevd, frontend);
  const pools = node?.pools ?? [];
  return node === undefined ? -1 : Math.max(...pools.map(({ name }) => placeIn(node, name, backend)), -1);
}

function tintOf(maglevd: string, frontend: string, backend: string): number {
  const place = placeOfServer(maglevd, frontend, backend);
  return place < 0 ? TINTS : place % TINTS;
}

function Plot(props: {
  readonly history: HistoryAnswer;
  readonly curves: readonly Curve[];
  readonly tintOf: (name: string) => number;
}): JSX.Element {
  const words = () =>
    props.curves
      .map(({ name, last }) => `${name} ${last === null ? 'not known' : shortNumber(last)}`)
      .join(', ');
  const draw = ({ context, width, height, colour }: Pen) => {
    const { end, stepMs } = props.history;
    const count = Math.max(...props.curves.map(({ values }) => values.length), 1);
    const axis: TimeAxis = { from: end - (count - 1) * stepMs, to: end, width: width - LEFT };
    const floor = height - BELOW;
    const levels = levelsOf(
      Math.max(...props.curves.flatMap(({ values }) => values.map((value) => value ?? 0))),
    );
    const most = levels.at(-1) ?? 1;
    const yOf = (value: number) => floor - (value / most) * (floor - ABOVE);
    context.font = '11px system-ui, sans-serif';
    context.fillStyle = colour('muted');
    context.strokeStyle = colour('line');
    for (const level of levels) {
      const y = Math.round(yOf(level)) + 0.5;
      context.textAlign = 'right';
      context.fillText(shortNumber(level), LEFT - 7, y + 4);
      context.strokeRect(LEFT, y, axis.width, 0);
    }
    context.textAlign = 'center';
    for (const { at, text } of ticksOf(axis)) {
      const x = LEFT + xOf(axis, at);
      if (x > LEFT + 14 && x < width - 14) context.fillText(text, x, height - 3);
    }
    context.lineWidth = 1.75;
    context.lineJoin = 'round';
    for (const { name, values } of props.curves) {
      context.strokeStyle = colour(`tint-${props.tintOf(name)}`);
      context.beginPath();
      let pen = false;
      values.forEach((value, i) => {
        // A gap stays a gap: nothing was read there.
        if (value !== null) {
          const x = LEFT + xOf(axis, end - (values.length - 1 - i) * stepMs);
          if (pen) context.lineTo(x, yOf(value));
          else context.moveTo(x, yOf(value));
        }
        pen = value !== null;
      });
      context.stroke();
    }
  };
  return <Canvas height={HEIGHT} label={`packets a second now: ${words()}`} draw={draw} />;
}
