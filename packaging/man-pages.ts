import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../cli/commands.js';
import { helpText } from '../cli/help.js';
import { render } from '../cli/text.js';
import { parseDaemonCommand } from '../daemon/flags.js';
import { simulatorHelp } from '../sim/simulator-flags.js';
import { testerHelp } from '../tester/flags.js';
import { parseFrontendCommand } from '../web/flags.js';
import { root } from './bundle.js';
import { helpBlocks } from './help-text.js';
import { markdownBlocks } from './markdown.js';
import type { Block, ManPage } from './roff.js';

/** Every page of the manual; each says what the programs and docs/ say. */
export function manPages(): ManPage[] {
  const guide = readFileSync(path.join(root, 'docs', 'config-guide.md'), 'utf8');
  return [
    {
      name: 'maglevd',
      section: 8,
      says: 'keeps the load balancer of VPP equal to its config file',
      blocks: [
        ...helpBlocks(daemonHelp()),
        ...files([
          ['/etc/vpp-maglev/maglev.yaml', 'the config file'],
          ['/etc/default/vpp-maglev', 'the variables of the service'],
          ['/var/lib/vpp-maglev', 'what operators asked for, kept over restarts'],
        ]),
        ...others('maglevc(1)', 'maglev.yaml(5)', 'maglev-vppsim(1)'),
      ],
    },
    {
      name: 'maglevc',
      section: 1,
      says: 'the command line of maglevd',
      blocks: [...helpBlocks(render(helpText(commands), false)), ...others('maglevd(8)', 'maglev.yaml(5)')],
    },
    {
      name: 'maglevt',
      section: 1,
      says: 'probes virtual IPs as their clients do, and shows which servers answer',
      blocks: [...helpBlocks(testerHelp()), ...others('maglevc(1)', 'maglevd(8)', 'maglev.yaml(5)')],
    },
    {
      name: 'maglev-vppsim',
      section: 1,
      says: 'a stand-in for VPP that speaks its binary API',
      blocks: [...helpBlocks(simulatorHelp), ...others('maglevd(8)')],
    },
    {
      name: 'maglevd-frontend',
      section: 8,
      says: 'shows what maglevds do, in a browser',
      blocks: [
        ...helpBlocks(frontendHelp()),
        ...files([['/etc/default/vpp-maglev-frontend', 'the variables of the service vpp-maglev-frontend']]),
        ...others('maglevd(8)', 'maglevc(1)'),
      ],
    },
    {
      name: 'maglev.yaml',
      section: 5,
      says: 'the config file of maglevd',
      blocks: [
        { kind: 'heading', level: 1, text: 'Description' },
        { kind: 'paragraph', text: introduction(guide) },
        ...markdownBlocks(guide),
        ...others('maglevd(8)', 'maglevc(1)'),
      ],
    },
  ];
}

function daemonHelp(): string {
  const command = parseDaemonCommand(['--help'], {});
  if (command.kind !== 'help') throw new Error('--help is asked for, and help must come');
  return command.text;
}

function frontendHelp(): string {
  const command = parseFrontendCommand(['--help'], {});
  if (command.kind !== 'help') throw new Error('--help is asked for, and help must come');
  return command.text;
}

/** The first paragraph. */
function introduction(page: string): string {
  return (page.split('\n\n')[1] ?? '').replaceAll('\n', ' ');
}

function files(entries: readonly (readonly [string, string])[]): Block[] {
  return [
    { kind: 'heading', level: 1, text: 'Files' },
    { kind: 'terms', entries },
  ];
}

function others(...pages: readonly string[]): Block[] {
  return [
    { kind: 'heading', level: 1, text: 'See also' },
    { kind: 'paragraph', text: pages.join(', ') },
  ];
}
