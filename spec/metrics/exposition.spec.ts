import { expect } from 'chai';
import fc from 'fast-check';
import { Histogram } from '../../domain/histogram.js';
import { exposition, type Format } from '../../metrics/exposition.js';
import { type Family, family, histograms, single } from '../../metrics/family.js';
import { readExposition, valueIn } from '../support/exposition-reader.js';

const written = (families: readonly Family[], format: Format = 'text') =>
  [...exposition(families, format)].join('');

const detection = () => {
  const one = new Histogram([0.5, 1, 10]);
  one.observe(1, { labels: { backend: 'a' }, at: 1_795_343_400_500 });
  one.observe(0.2);
  one.observe(99);
  return one;
};

describe('metrics/exposition', () => {
  it('writes text 0.0.4', () => {
    const text = written([
      family('maglev_backend_enabled', ['a', 'b'], (name, put) => put([name], name === 'a' ? 1 : 0)),
      single('maglev_vpp_connects_total', 3),
      histograms('maglev_probe_detection_seconds', [detection()], (one, put) => put([], one)),
    ]);
    expect(text).to.equal(
      `# HELP maglev_backend_enabled 1 when the backend is enabled, by the config or by an operator
# TYPE maglev_backend_enabled gauge
maglev_backend_enabled{backend="a"} 1
maglev_backend_enabled{backend="b"} 0
# HELP maglev_vpp_connects_total How often maglevd connected to VPP
# TYPE maglev_vpp_connects_total counter
maglev_vpp_connects_total 3
# HELP maglev_probe_detection_seconds From the beginning of the first probe that failed to the verdict that the backend is down
# TYPE maglev_probe_detection_seconds histogram
maglev_probe_detection_seconds_bucket{le="0.5"} 1
maglev_probe_detection_seconds_bucket{le="1"} 2
maglev_probe_detection_seconds_bucket{le="10"} 2
maglev_probe_detection_seconds_bucket{le="+Inf"} 3
maglev_probe_detection_seconds_sum 100.2
maglev_probe_detection_seconds_count 3
`,
    );
  });

  it('writes OpenMetrics: families of counters without _total, units, exemplars, bounds with a point, an end', () => {
    const text = written(
      [
        single('maglev_vpp_connects_total', 3),
        histograms('maglev_probe_detection_seconds', [detection()], (one, put) => put([], one)),
      ],
      'openmetrics',
    );
    const lines = text.split('\n');
    expect(lines).to.include('# TYPE maglev_vpp_connects counter');
    expect(lines).to.include('maglev_vpp_connects_total 3');
    expect(lines).to.include('# UNIT maglev_probe_detection_seconds seconds');
    expect(lines).to.include(
      'maglev_probe_detection_seconds_bucket{le="1.0"} 2 # {backend="a"} 1 1795343400.5',
    );
    expect(text.endsWith('\n# EOF\n')).to.equal(true);
    readExposition(text, true);
  });

  it('leaves out families of which there is nothing to tell', () => {
    const nothing = family('maglev_backend_health', ['a'], () => {});
    expect(written([single('maglev_vpp_connected', null), nothing])).to.equal('');
    expect(written([nothing], 'openmetrics')).to.equal('# EOF\n');
  });

  it('brings every label and number through', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\', '"', '\n', '\\n', '{a="b"}', 'ä', '# EOF'),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1, maxLength: 5 }),
        fc.double({ noNaN: true }),
        fc.constantFrom<Format>('text', 'openmetrics'),
        (names, value, format) => {
          const all = written(
            [family('maglev_frontend_pool_active', names, (name, put) => put(['f', name], value))],
            format,
          );
          const read = readExposition(all, format === 'openmetrics').get('maglev_frontend_pool_active');
          expect(read?.samples.map(({ labels }) => labels['pool'])).to.deep.equal(names);
          for (const sample of read?.samples ?? []) expect(sample.value + 0).to.equal(value + 0);
        },
      ),
    );
  });

  it('counts in whole numbers of 64 bits', () => {
    const all = written([
      family('maglev_vpp_vip_route_bytes_total', [2n ** 63n + 1n], (bytes, put) =>
        put(['192.0.2.1/32', 'tcp', '80'], bytes),
      ),
    ]);
    expect(all).to.contain(' 9223372036854775809\n');
  });

  it('comes in pieces that are quickly written, whatever there is', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `backend-${i}`);
    const pieces = [
      ...exposition([family('maglev_backend_enabled', many, (name, put) => put([name], 1))], 'text'),
    ];
    expect(pieces.length).to.be.above(10);
    for (const piece of pieces) expect(piece.length).to.be.below(80_000);
    expect(readExposition(pieces.join('')).get('maglev_backend_enabled')?.samples).to.have.length(20_000);
  });
});

describe('support/exposition-reader: what it is there to find', () => {
  const head = '# HELP m h\n# TYPE m gauge\n';
  for (const [what, text, why] of [
    ['a series twice', `${head}m{a="1"} 1\nm{a="1"} 2\n`, /twice/],
    ['a family in two pieces', `${head}m 1\n# HELP n h\n# TYPE n gauge\nn 1\n# HELP m h\n`, /two pieces/],
    ['a sample of another family', `${head}m 1\nn 1\n`, /stands behind/],
    ['a quote that is not escaped', `${head}m{a="""} 1\n`, /not a sample/],
    [
      'buckets that fall',
      '# HELP m h\n# TYPE m histogram\nm_bucket{le="1"} 2\nm_bucket{le="+Inf"} 1\nm_sum 1\nm_count 1\n',
      /fall/,
    ],
    [
      'a count that is not that of +Inf',
      '# HELP m h\n# TYPE m histogram\nm_bucket{le="1"} 1\nm_bucket{le="+Inf"} 1\nm_sum 1\nm_count 2\n',
      /is not the count/,
    ],
  ] as const) {
    it(what, () => expect(() => readExposition(text)).to.throw(why));
  }

  it('finds a value by its labels', () => {
    expect(valueIn(readExposition(`${head}m{a="1"} 1\nm{a="2"} 5\n`), 'm', { a: '2' })).to.equal(5);
  });
});
