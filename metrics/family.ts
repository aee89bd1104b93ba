import type { Exemplar, HistogramReading } from '../domain/histogram.js';
import type { LabelsOf, MetricName, MetricOf } from './catalogue.js';

/** Takes the samples of one family, one after the other. */
export interface Pen {
  readonly value: (labels: readonly string[], value: number | bigint, exemplar?: Exemplar) => void;
  readonly histogram: (labels: readonly string[], reading: HistogramReading) => void;
}

/** All samples of one metric, in rows that are written one by one: so that writing can pause between any two. */
export interface Family {
  readonly name: MetricName;
  readonly rows: number;
  readonly write: (row: number, pen: Pen) => void;
}

/** Takes one sample; its labels are those of the catalogue, in that order. */
export type Put<N extends MetricName> = (
  labels: LabelsOf<N>,
  value: number | bigint,
  exemplar?: Exemplar,
) => void;

type PutHistogram<N extends MetricName> = (labels: LabelsOf<N>, reading: HistogramReading) => void;

type ValueName = MetricOf<'gauge' | 'counter'>;

/** A gauge or a counter: `each` puts what there is to say about one row, which may be nothing. */
export function family<N extends ValueName, T>(
  name: N,
  rows: readonly T[],
  each: (row: T, put: Put<N>) => void,
): Family {
  return {
    name,
    rows: rows.length,
    write: (row, pen) => each(rows[row] as T, pen.value as Put<N>),
  };
}

/** A gauge or a counter without labels; null = it is not known. */
export function single<N extends ValueName>(name: N, value: number | null): Family {
  return family(name, value === null ? [] : [value], (one, put) => (put as Pen['value'])([], one));
}

export function histograms<N extends MetricOf<'histogram'>, T>(
  name: N,
  rows: readonly T[],
  each: (row: T, put: PutHistogram<N>) => void,
): Family {
  return {
    name,
    rows: rows.length,
    write: (row, pen) => each(rows[row] as T, pen.histogram as PutHistogram<N>),
  };
}
