export type MetricType = 'gauge' | 'counter' | 'histogram';

/** What a value is measured in; null = it counts things, or is one of few values that `help` names. */
export type Unit = 'seconds' | 'bytes' | 'packets' | 'ratio' | null;

/** One family of metrics: everything that docs/metrics.md and the exposition have to know of it. */
export interface Metric<T extends MetricType = MetricType, L extends readonly string[] = readonly string[]> {
  readonly type: T;
  /** In the order in which they are written. */
  readonly labels: L;
  readonly unit: Unit;
  /** What it tells, a sentence without a full stop. */
  readonly help: string;
  /** reference: it is called as in the reference implementation, so that its dashboards go on. */
  readonly origin: 'reference' | 'ours';
  /** When somebody should look, for docs/metrics.md; '' = nobody has to. */
  readonly alert: string;
}

interface Rest {
  readonly help: string;
  readonly unit?: Unit;
  readonly origin?: Metric['origin'];
  readonly alert?: string;
}

/** What is so now. */
export function gauge<const L extends readonly string[]>(labels: L, rest: Rest): Metric<'gauge', L> {
  return { type: 'gauge', labels, ...completed(rest) };
}

/** What only rises, from 0 at the start of whoever counts. Its name ends with `_total`. */
export function counter<const L extends readonly string[]>(labels: L, rest: Rest): Metric<'counter', L> {
  return { type: 'counter', labels, ...completed(rest) };
}

/** How often something took how long. */
export function histogram<const L extends readonly string[]>(labels: L, rest: Rest): Metric<'histogram', L> {
  return { type: 'histogram', labels, ...completed(rest) };
}

function completed({ help, unit = null, origin = 'ours', alert = '' }: Rest) {
  return { help, unit, origin, alert };
}
