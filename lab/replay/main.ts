// npm run replay -- flight.jsonl [--config other.yaml]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runPrinting } from '../../program/output.js';
import { readRecording } from './recording.js';
import { configFrom, replay } from './replay.js';
import { reportOf } from './report.js';

const help = `npm run replay -- <file> [--config <other.yaml>]

Plays what a flight recording has (docs/flight-recorder.md) into maglevd's tree on virtual time: results of probes, what operators
asked for, and when VPP was away. With another config it says what would have been otherwise.
`;
const USAGE = 2;

const { values, positionals } = parseArgs({
  options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});
process.exitCode = await runPrinting('replay', async () => {
  const [file] = positionals;
  if (values.help === true || file === undefined) {
    process.stdout.write(help);
    return values.help === true ? 0 : USAGE;
  }
  const recording = readRecording(readFileSync(file, 'utf8'));
  if (typeof recording === 'string') return complain(`${file} cannot be played: ${recording}`);
  const config = configFrom(recording.configText, 'the config of the recording');
  if (typeof config === 'string') return complain(config);
  const other =
    values.config === undefined ? null : configFrom(readFileSync(values.config, 'utf8'), values.config);
  if (typeof other === 'string') return complain(other);
  const asItRan = await replay(recording, config);
  const otherwise = other === null ? null : await replay(recording, other);
  process.stdout.write(reportOf(recording, asItRan, otherwise));
  return 0;
});

function complain(text: string): number {
  process.stderr.write(`replay: ${text}\n`);
  return 1;
}
