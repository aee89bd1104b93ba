import { MaglevError } from '../domain/errors.js';
import type { Command } from './cli-text/command.js';
import type { CommandInput } from './cli-text/command-input.js';
import type { Packets } from './flow/packets.js';
import type { GeneratedTraffic } from './flow/traffic-request.js';
import { flowsText, trafficText } from './flow/traffic-text.js';
import { parseTime } from './time-text.js';

interface TrafficArguments {
  readonly traffic: GeneratedTraffic;
  /** null: once. */
  readonly everyMs: number | null;
}

/** Commands that no VPP has: clients that send packets through it, and what became of them. */
export function trafficCommands(packets: Packets): Command[] {
  return [
    {
      path: 'set maglev-vppsim traffic',
      run: (input, { print }) =>
        refusing(() => {
          const { traffic, everyMs } = readTraffic(input.line()?.rest() ?? '');
          const report = everyMs === null ? packets.send(traffic) : packets.keepSending(traffic, everyMs);
          print(trafficText(report.flows, packets.streams()));
        }),
    },
    {
      path: 'show maglev-vppsim traffic',
      run: (_input, { print }) => {
        print(trafficText(packets.flows(), packets.streams()));
        return null;
      },
    },
    {
      path: 'show maglev-vppsim flows',
      run: (input: CommandInput, { print }) => {
        const movedOnly = input.line()?.literal('moved') ?? false;
        print(flowsText(packets.flows().filter(({ moves }) => !movedOnly || moves > 0)));
        return null;
      },
    },
    {
      path: 'clear maglev-vppsim flows',
      run: () => {
        packets.forget();
        return null;
      },
    },
    {
      path: 'clear maglev-vppsim traffic',
      run: () => {
        packets.stop();
        packets.forget();
        return null;
      },
    },
  ];
}

function refusing(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (thrown) {
    if (thrown instanceof MaglevError) return thrown.message;
    throw thrown;
  }
}

/** `<address|prefix> [protocol <name>] [port <n>] [flows <n>] [seed <n>] [packets <n>] [bytes <n>] [every <time>]` */
function readTraffic(text: string): TrafficArguments {
  const [to = '', ...words] = text.trim().split(/\s+/);
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i] as string;
    const value = words[i + 1];
    if (!known.has(name)) throw usage(`unknown word '${name}'`);
    if (value === undefined) throw usage(`'${name}' needs a value`);
    given.set(name, value);
  }
  const number = (name: string, otherwise: number) => numberOf(name, given.get(name), otherwise);
  const every = given.get('every');
  const everyMs = every === undefined ? null : parseTime(every);
  if (every !== undefined && !everyMs)
    throw usage(`'every' needs a time like 250ms, 3s or 2m, not '${every}'`);
  const protocol = given.get('protocol');
  return {
    everyMs,
    traffic: {
      to,
      ...(protocol === undefined ? {} : { protocol }),
      port: number('port', 443),
      flows: { count: number('flows', 100), seed: number('seed', 1) },
      packetsPerFlow: number('packets', 1),
      bytes: number('bytes', 60),
    },
  };
}

const known: ReadonlySet<string> = new Set([
  'protocol',
  'port',
  'flows',
  'seed',
  'packets',
  'bytes',
  'every',
]);

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw usage(`'${name}' needs a number, not '${text}'`);
  return Number(text);
}

function usage(what: string): MaglevError {
  return new MaglevError('MGL_USAGE', `traffic: ${what}`);
}
