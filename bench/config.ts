import { parseDocument } from 'yaml';
import { checkConfigText } from '../config/check.js';
import { runPrinting } from '../program/output.js';
import { largeConfig } from './large-config.js';

// How long a large config takes, as a ratio to what the yaml library alone needs for the same text. The two take
// turns, and the quickest run of each counts, so that what else the machine does falls out.
// Run with: node out/bench/config.js

const ROUNDS = 7;

function milliseconds(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function measure(backends: number, frontends: number): void {
  const text = largeConfig({ backends, frontends });
  const checked: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    checked.push(
      milliseconds(() => {
        if (!checkConfigText(text, 'bench').ok) throw new Error('the config of the benchmark is not valid');
      }),
    );
    bare.push(milliseconds(() => void parseDocument(text, { uniqueKeys: false, prettyErrors: false })));
  }
  const [first = 0] = checked;
  const best = Math.min(...checked);
  const ratio = best / Math.min(...bare);
  console.log(
    `${backends} backends, ${frontends} frontends, ${Math.round(text.length / 1000)} kB: ` +
      `check ${best.toFixed(0)} ms (first run ${first.toFixed(0)} ms), ` +
      `yaml alone ${Math.min(...bare).toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
  );
}

process.exitCode = await runPrinting('bench', () => {
  measure(10_000, 1_000);
  measure(1_000, 100);
  measure(100, 10);
  return 0;
});
