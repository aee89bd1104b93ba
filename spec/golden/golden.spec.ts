import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { commands } from '../../cli/commands.js';
import { grammarOf } from '../../cli/grammar.js';
import { type ProtoMessage, parseProto } from '../../cli/proto-text.js';
import { resolve } from '../../cli/resolve.js';
import { realClock } from '../../clock/real-clock.js';
import { runCli } from '../support/cli-run.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { nightCallees } from './night-fleet.js';
import { night } from './night-lives.js';

/** `npm run golden` writes them anew: read them with your eyes before you commit. */
const writes = process.env['MAGLEV_GOLDEN'] === 'write';
const folder = path.join('spec', 'golden', 'output');

/** A line for each command; whatever prints what only this machine or this build has is left out, and says so here. */
const lines = [
  'show status',
  'show frontends',
  'show frontend shop',
  'show frontend api',
  'show frontend mail',
  'show backends',
  'show backend web2',
  'show backend api-east-1',
  'show backend web3',
  'show backend new1',
  'show probes web2',
  'show healthchecks',
  'show healthcheck web-https',
  'show vpp info',
  'show vpp lbstate',
  'show vpp lb state mail',
  'show vpp lb counters',
  'show vpp syncs',
  'show vpp sync 3',
  'show overrides',
  'show events',
  'show actors',
  'show log',
  'show config',
  'explain backend web1',
  'explain flow 203.0.113.9 40000 192.0.2.1 443',
  'sync vpp lbstate',
  'sync vpp lb state shop',
  'set backend spare1 pause',
  'set backend mail2 resume',
  'set backend web3 enable',
  'set backend web1 web2 disable',
  'set frontend shop pool primary backend web* weight 10',
  'config check',
  'config reload',
];

const leftOut: Readonly<Record<string, string>> = {
  'show version': 'it has the commit of the build',
  'show caller': 'it has the time of day, and two words that spec/rpc/on-behalf-of.spec.ts looks at',
  'plan sync': 'spec/cli/forecast.spec.ts',
  'plan reload [<file>]': 'spec/cli/forecast.spec.ts',
  'plan set backend <name> pause': 'spec/cli/forecast.spec.ts',
  'plan set backend <name> resume': 'spec/cli/forecast.spec.ts',
  'plan set backend <name> enable': 'spec/cli/forecast.spec.ts',
  'plan set backend <name> disable': 'spec/cli/forecast.spec.ts',
  'plan set frontend <name> pool <pool> backend <backend> weight <0-100> [flush]':
    'spec/cli/forecast.spec.ts',
  'compare <server> [<other>]': 'spec/cli/compare-command.spec.ts',
  'record <file>': 'it names a file of this machine',
  'set log level <level> [for <time>]': 'spec/cli/inside-commands.spec.ts',
  'watch events [num <n>] [log [level <level>]] [backend] [frontend] [vpp] [sync] [config] [names <name>...]':
    'spec/cli/watching.spec.ts',
  'wait backend <name>... <state> [for <time>]': 'it says how long it took',
  'wait synced [for <time>]': 'it says how long it took',
  'help [<command>...]': 'the user guide has the same table',
  'completion <shell>': 'docs/completion',
  'watch <show-command> [every <time>]': 'spec/cli/watching.spec.ts',
  quit: 'it prints nothing',
  exit: 'it prints nothing',
};

const fileOf = (line: string) => `${line.replaceAll(/[^a-z0-9-]+/g, '-')}.txt`;

describe('maglevc: what every command prints', function () {
  this.timeout(20_000);
  let fixture: Fixture;
  const clock = { ...realClock, now: () => night };
  before(async () => {
    fixture = await startFixture(nightCallees(), { clock: realClock });
    if (writes) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  });
  after(() => fixture.stop());

  const run = (line: string, options: readonly string[], columns: number) =>
    runCli(['--server', fixture.server.address, ...options, ...line.split(' ')], {
      clock,
      terminal: true,
      columns,
      env: { NO_COLOR: '1' },
    });

  const printed = async (line: string) => {
    const parts: string[] = [];
    for (const columns of [80, 200]) {
      const { code, stdout, stderr } = await run(line, [], columns);
      for (const text of stdout.split('\n')) {
        expect([...text].length, `${line} at ${columns}: ${text}`).to.be.at.most(
          line === 'show config' ? 10_000 : columns,
        );
      }
      parts.push(
        `==== ${columns} columns, exit code ${code}\n${stdout}${stderr === '' ? '' : `---- standard error\n${stderr}`}`,
      );
    }
    const { stdout } = await run(line, ['--json'], 80);
    parts.push(`==== JSON\n${stdout}`);
    return `$ maglevc ${line}\n${parts.join('')}`;
  };

  it('has every command, or a reason why not', () => {
    const grammar = grammarOf(commands);
    const shown = lines.map((line) => {
      const found = resolve(grammar, line.split(' '));
      return found.kind === 'command' ? found.command.usage : line;
    });
    const usages = new Set(commands.map(({ usage }) => usage));
    expect([...new Set([...shown, ...Object.keys(leftOut)])].sort()).to.deep.equal([...usages].sort());
  });

  it('has a golden output for each line, and none that no line makes', () => {
    if (!writes) expect(readdirSync(folder).sort()).to.deep.equal(lines.map(fileOf).sort());
  });

  for (const line of lines) {
    it(`of ${line}`, async () => {
      const text = await printed(line);
      const file = path.join(folder, fileOf(line));
      if (writes) writeFileSync(file, text);
      expect(text).to.equal(existsSync(file) ? readFileSync(file, 'utf8') : '');
    });
  }
});

/** Every field of a document that is a message of the contract is one of docs/cli-json.md. */
describe('docs/cli-json.md', () => {
  const messages = parseProto(readFileSync('rpc/maglev.proto', 'utf8'));

  const strangeKeys = (value: unknown, message: ProtoMessage | undefined, at: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((one) => strangeKeys(one, message, at));
    if (message === undefined || typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, part]) => {
      const field = message.fields.find(({ jsonName }) => jsonName === key);
      return field === undefined
        ? [`${at}.${key}`]
        : strangeKeys(part, messages.get(field.type), `${at}.${key}`);
    });
  };

  for (const line of lines) {
    it(`knows every field of ${line}`, () => {
      const found = resolve(grammarOf(commands), line.split(' '));
      if (found.kind !== 'command') throw new Error(line);
      const { json } = found.command;
      const document = readFileSync(path.join(folder, fileOf(line)), 'utf8').split('==== JSON\n')[1] ?? '';
      const value = JSON.parse(document) as Record<string, unknown>;
      const name = /^\w+$/.test(json) ? json : (/^`(\w+)`/.exec(json)?.[1] ?? '');
      const also = new Set([...json.matchAll(/`(\w+)`/g)].map(([, word]) => word));
      const strange =
        'changes' in value && name !== 'CheckConfigResponse' && name !== 'ReloadConfigResponse'
          ? []
          : strangeKeys(value, messages.get(name), name);
      expect(strange.filter((key) => !also.has(key.split('.')[1]))).to.deep.equal([]);
    });
  }
});
