import { backendMetrics } from './catalogue/backends.js';
import { daemonMetrics } from './catalogue/daemon.js';
import { frontendMetrics } from './catalogue/frontends.js';
import { vppMetrics } from './catalogue/vpp.js';
import type { MetricType } from './metric.js';

/**
 * Everything that maglevd exports. docs/metrics.md lists it; that page's tables are written from here, and a spec holds
 * the two equal to what is exported.
 */
export const metricCatalogue = {
  ...backendMetrics,
  ...frontendMetrics,
  ...vppMetrics,
  ...daemonMetrics,
} as const;

type Catalogue = typeof metricCatalogue;

export type MetricName = keyof Catalogue;

/** The metrics of one type. */
export type MetricOf<T extends MetricType> = {
  [N in MetricName]: Catalogue[N]['type'] extends T ? N : never;
}[MetricName];

/** One text for each label, in the order of the catalogue. */
export type LabelsOf<N extends MetricName> = Texts<Catalogue[N]['labels']>;

type Texts<L extends readonly string[]> = { readonly [I in keyof L]: string };
