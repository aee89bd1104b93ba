/** One sample, as it stands in an exposition. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** The text behind `# `, in OpenMetrics. */
  readonly exemplar: string | null;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string | null;
  readonly samples: readonly ReadSample[];
}

const line =
  /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)(?: # (\{.*\} \S+ \S+))?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const suffixes = /_(?:bucket|sum|count|total)$/;

/**
 * Reads an exposition as strictly as its readers may one day be, and throws for what they refuse, or worse, do not:
 * a series that stands there twice, families that are not in one piece, buckets that fall, a sample without a type.
 */
export function readExposition(text: string, openmetrics = false): Map<string, ReadFamily> {
  const families = new Map<string, ReadFamily & { readonly samples: ReadSample[] }>();
  const series = new Set<string>();
  let current: { name: string; type: string; help: string; unit: string | null; samples: ReadSample[] } = {
    name: '',
    type: '',
    help: '',
    unit: null,
    samples: [],
  };
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const lines = text.split('\n').slice(0, -1);
  if (openmetrics && lines.pop() !== '# EOF') throw new Error('no # EOF');
  for (const one of lines) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(one) ?? [];
    if (kind !== undefined) {
      if (name !== current.name) {
        if (families.has(name)) throw new Error(`${name} is in two pieces`);
        current = { name, type: '', help: '', unit: null, samples: [] };
        families.set(name, current);
      }
      if (current.samples.length > 0) throw new Error(`${name}: ${kind} behind samples`);
      if (kind === 'HELP') current.help = rest;
      else if (kind === 'TYPE') current.type = rest;
      else current.unit = rest;
      continue;
    }
    const sample = readSample(one);
    const base = baseOf(sample.name, current, openmetrics);
    if (base !== current.name) throw new Error(`${sample.name} stands behind the head of ${current.name}`);
    const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (series.has(key)) throw new Error(`${one} is there twice`);
    series.add(key);
    current.samples.push(sample);
  }
  for (const family of families.values()) check(family);
  return families;
}

function readSample(text: string): ReadSample {
  const [, name = '', labels = '', value = '', exemplar = null] = line.exec(text) ?? [];
  if (name === '') throw new Error(`not a sample: ${text}`);
  const read: Record<string, string> = {};
  for (const [, key = '', written = ''] of labels.matchAll(label)) {
    if (key in read) throw new Error(`${text}: ${key} is there twice`);
    read[key] = written.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  const number = /^[+-]Inf$/.test(value) ? Number(value.replace('Inf', 'Infinity')) : Number(value);
  if (Number.isNaN(number) && value !== 'NaN') throw new Error(`not a number: ${text}`);
  return { name, labels: read, value: number, exemplar };
}

function baseOf(name: string, { type }: { readonly type: string }, openmetrics: boolean): string {
  if (type === 'histogram') return name.replace(/_(?:bucket|sum|count)$/, '');
  if (type === 'counter') {
    if (!name.endsWith('_total')) throw new Error(`${name} is a counter without _total`);
    return openmetrics ? name.replace(suffixes, '') : name;
  }
  return name;
}

function check({ name, type, help, samples, unit }: ReadFamily): void {
  if (!['counter', 'gauge', 'histogram'].includes(type)) throw new Error(`${name} is a ${type}`);
  if (help === '') throw new Error(`${name} has no help`);
  if (samples.length === 0) throw new Error(`${name} has no samples`);
  if (unit !== null && !name.endsWith(`_${unit}`)) throw new Error(`${name} is not in ${unit}`);
  const keys = new Set(
    samples.map(({ labels }) =>
      Object.keys(labels)
        .filter((key) => key !== 'le')
        .join(),
    ),
  );
  if (keys.size > 1) throw new Error(`${name} has now these labels, now others`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is negative`);
  if (type === 'histogram') checkBuckets(name, samples);
}

function checkBuckets(name: string, samples: readonly ReadSample[]): void {
  const groups = new Map<string, { bound: number; value: number }[]>();
  const counts = new Map<string, number>();
  for (const { name: full, labels, value } of samples) {
    const { le = '', ...others } = labels;
    const key = JSON.stringify(others);
    if (full === `${name}_count`) counts.set(key, value);
    if (full !== `${name}_bucket`) continue;
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    groups.set(key, [...(groups.get(key) ?? []), { bound, value }]);
  }
  for (const [key, buckets] of groups) {
    buckets.reduce((before, one) => {
      if (!(one.bound > before.bound)) throw new Error(`${name}${key}: bounds do not rise`);
      if (one.value < before.value) throw new Error(`${name}${key}: buckets fall`);
      return one;
    });
    const last = buckets.at(-1);
    if (last?.bound !== Number.POSITIVE_INFINITY) throw new Error(`${name}${key}: no bucket +Inf`);
    if (last.value !== counts.get(key)) throw new Error(`${name}${key}: +Inf is not the count`);
  }
}

/** The value of the only series with these labels; undefined = there is none. */
export function valueIn(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${name} has ${found.length} series with ${JSON.stringify(labels)}`);
  return found[0]?.value;
}
