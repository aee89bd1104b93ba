import { expect } from 'chai';
import fc from 'fast-check';
import { checkConfigText } from '../../config/check.js';
import { checkReport } from '../../config/report.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { readsAlike } from '../support/agreeing-readers.js';
import { configOf } from './config-lines.js';
import { anyConfig } from './config-samples.js';
import { renderConfig, type Style } from './render-config.js';

const anyStyle: fc.Arbitrary<Style> = fc.record({
  flow: fc.boolean(),
  terse: fc.boolean(),
  options: fc.record({
    indent: fc.integer({ min: 1, max: 6 }),
    indentSeq: fc.boolean(),
    singleQuote: fc.constantFrom(true, false, null),
    lineWidth: fc.constantFrom(0, 40),
    collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  }),
});

const anyFile = fc.tuple(anyConfig(), anyStyle).map(([config, style]) => renderConfig(config, style));

/** What holds for the verdict on any text; and both ways to read it agree. */
function checkAny(text: string): void {
  readsAlike(text);
  checkVerdict(text, checkConfigText(text, 'f'));
}

function checkVerdict(text: string, verdict: ConfigVerdict): void {
  const { lines, exitCode } = checkReport(verdict);
  expect(exitCode).to.equal(verdict.ok ? 0 : verdict.stage === 'semantic' ? 2 : 1);
  expect(lines.join('\n')).not.to.match(/undefined|\[object|NaN/);
  if (!verdict.ok) expect(verdict.issues).not.to.deep.equal([]);
  const rows = text.replace(/^\ufeff/, '').split('\n');
  for (const { place, message } of [...(verdict.ok ? [] : verdict.issues), ...verdict.warnings]) {
    expect(place.file).to.equal('f');
    expect(message).not.to.equal('');
    expect(place.line).to.be.within(1, rows.length);
    expect(place.column).to.be.within(1, (rows[place.line - 1] ?? '').length + 1);
  }
}

describe('config: any config', () => {
  it('is read as what was written, however it is written', () => {
    fc.assert(
      fc.property(anyConfig(), anyStyle, (config, style) => {
        const read = configOf(renderConfig(config, style));
        expect(read).to.deep.equal(config);
        expect([...read.frontends.keys()]).to.deep.equal([...config.frontends.keys()]);
      }),
      { numRuns: 80 },
    );
  });

  it('is read the same after any series of edits that take it back', () => {
    const edits = fc.array(fc.tuple(fc.constantFrom('frontends', 'backends', 'healthchecks'), fc.nat()), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(anyConfig(), anyStyle, edits, (config, style, list) => {
        let current = config;
        for (const [section, at] of list) {
          current = removeOne(current, section as 'frontends' | 'backends' | 'healthchecks', at);
          expect(configOf(renderConfig(current, style))).to.deep.equal(current);
        }
        expect(configOf(renderConfig(config, style))).to.deep.equal(config);
      }),
      { numRuns: 15 },
    );
  });
});

/** The config without one of its parts and without what names it. */
function removeOne(
  config: MaglevConfig,
  section: 'frontends' | 'backends' | 'healthchecks',
  at: number,
): MaglevConfig {
  const names = [...config[section].keys()];
  const gone = names[at % Math.max(names.length, 1)];
  if (gone === undefined) return config;
  const without = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => name !== gone));
  if (section === 'frontends') return { ...config, frontends: without(config.frontends) };
  if (section === 'healthchecks') {
    const backends = new Map(
      [...config.backends].map(([name, backend]) => [
        name,
        backend.healthcheck === gone ? { ...backend, healthcheck: null } : backend,
      ]),
    );
    return { ...config, healthchecks: without(config.healthchecks), backends };
  }
  const frontends = new Map(
    [...config.frontends].map(([name, frontend]) => {
      const pools = frontend.pools.map((pool) => ({
        ...pool,
        backends: pool.backends.filter((backend) => backend.name !== gone),
      }));
      return [name, { ...frontend, pools }];
    }),
  );
  return { ...config, backends: without(config.backends), frontends };
}

describe('config: any text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'{}[]:,-?&*!|>\'"%@`#~\n\t \\\0\u2028\ufeff',
      ': ',
      '- ',
      '\n  ',
      '<<: ',
      '*a ',
      '&a ',
      '---\n',
      '...\n',
    ),
    fc.constantFrom(
      'maglev',
      'backends',
      'null',
      'true',
      '0',
      '-1',
      '1s',
      '::1',
      'weight',
      'type: http',
      'pools: []',
    ),
    fc.string({ maxLength: 5 }),
  );

  it('gets a verdict when a valid file is changed in one place', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(), fc.nat({ max: 30 }), piece, (text, at, length, insert) => {
        const start = at % (text.length + 1);
        const changed = text.slice(0, start) + insert + text.slice(start + length);
        checkAny(changed);
      }),
      { numRuns: 150 },
    );
  });

  it('gets a verdict when two of its lines are exchanged, doubled or lost', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('swap', 'double', 'lose'),
        (text, a, b, kind) => {
          const lines = text.split('\n');
          const [i, j] = [a % lines.length, b % lines.length];
          const [first = '', second = ''] = [lines[i], lines[j]];
          if (kind === 'swap') lines.splice(i, 1, second);
          lines.splice(j, kind === 'double' ? 0 : 1, ...(kind === 'lose' ? [] : [first]));
          const changed = lines.join('\n');
          checkAny(changed);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('gets a verdict when it is made of pieces of YAML, or of anything', () => {
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((list) => list.join('')),
      fc.string(),
    );
    fc.assert(fc.property(texts, checkAny), { numRuns: 500 });
  });
});
