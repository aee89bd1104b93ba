import type { Exemplar } from '../domain/histogram.js';
import { type MetricName, metricCatalogue } from './catalogue.js';
import type { Family, Pen } from './family.js';
import type { Metric } from './metric.js';

/** text: Prometheus text 0.0.4. openmetrics: OpenMetrics 1.0.0, with exemplars. */
export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Characters of one piece: it takes well under a millisecond to write, and is worth a call. */
const PIECE = 64 * 1024;

/** The whole exposition in pieces, one when it is asked for. Families without samples are left out. */
export function* exposition(families: Iterable<Family>, format: Format): Generator<string, void> {
  const sheet = new Sheet(format);
  for (const { name, rows, write } of families) {
    sheet.begin(name);
    for (let row = 0; row < rows; row++) {
      write(row, sheet);
      if (sheet.text.length >= PIECE) yield sheet.take();
    }
  }
  if (format === 'openmetrics') sheet.text += '# EOF\n';
  if (sheet.text !== '') yield sheet.take();
}

/** Writes the lines of one family after the other. */
class Sheet implements Pen {
  text = '';
  readonly #format: Format;
  #name = '';
  /** Is written in front of the first sample: a family without any has none. */
  #head = '';
  /** What stands in front of the value of each label: `{backend="`, `",state="`. */
  #gaps: readonly string[] = [];

  constructor(format: Format) {
    this.#format = format;
  }

  begin(name: MetricName): void {
    const metric: Metric = metricCatalogue[name];
    this.#name = name;
    this.#gaps = metric.labels.map((label, i) => `${i === 0 ? '{' : '",'}${label}="`);
    this.#head = headOf(name, metric, this.#format);
  }

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }

  readonly value: Pen['value'] = (labels, value, exemplar) => {
    const tail = exemplar === undefined ? '\n' : this.#exemplar(exemplar);
    this.#open();
    const labelled = this.#labels(labels);
    this.text += `${this.#name}${labelled}${labelled === '' ? ' ' : '"} '}${numberText(value)}${tail}`;
  };

  readonly histogram: Pen['histogram'] = (labels, { bounds, counts, sum, exemplars }) => {
    this.#open();
    const labelled = this.#labels(labels);
    const before = `${this.#name}_bucket${labelled === '' ? '{' : `${labelled}",`}le="`;
    let total = 0;
    let lines = '';
    for (let i = 0; i <= bounds.length; i++) {
      total += counts[i] ?? 0;
      const exemplar = exemplars[i];
      const tail = exemplar === undefined ? '\n' : this.#exemplar(exemplar);
      lines += `${before}${boundText(bounds[i], this.#format)}"} ${total}${tail}`;
    }
    const after = labelled === '' ? ' ' : `${labelled}"} `;
    this.text += `${lines}${this.#name}_sum${after}${numberText(sum)}\n${this.#name}_count${after}${total}\n`;
  };

  #open(): void {
    if (this.#head === '') return;
    this.text += this.#head;
    this.#head = '';
  }

  /** Without the quote and the brace at the end. */
  #labels(labels: readonly string[]): string {
    const gaps = this.#gaps;
    let text = '';
    for (let i = 0; i < gaps.length; i++) text += gaps[i] + labelText(labels[i] ?? '');
    return text;
  }

  #exemplar({ labels, value, at }: Exemplar): string {
    if (this.#format === 'text') return '\n';
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${labelText(text)}"`);
    return ` # {${pairs.join(',')}} ${numberText(value)} ${numberText(at / 1000)}\n`;
  }
}

/** In OpenMetrics a counter is called without its `_total`, and its unit must end its name. */
function headOf(name: string, { type, unit, help }: Metric, format: Format): string {
  if (format === 'text') return `# HELP ${name} ${helpText(help)}\n# TYPE ${name} ${type}\n`;
  const base = type === 'counter' ? name.replace(/_total$/, '') : name;
  const measure = unit !== null && base.endsWith(`_${unit}`) ? `# UNIT ${base} ${unit}\n` : '';
  return `# TYPE ${base} ${type}\n${measure}# HELP ${base} ${helpText(help).replaceAll('"', '\\"')}\n`;
}

function helpText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

const special = /["\\\n]/;

function labelText(text: string): string {
  if (!special.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** OpenMetrics has bounds with a point, so that the same bound is always the same text. */
function boundText(bound: number | undefined, format: Format): string {
  if (bound === undefined) return '+Inf';
  return format === 'openmetrics' && Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
