import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { commands } from '../../cli/commands.js';
import { grammarOf } from '../../cli/grammar.js';
import { failureText, resolve } from '../../cli/resolve.js';
import type { BackendState } from '../../domain/health.js';
import type { ProbeCode } from '../../domain/probe-result.js';
import { count, probeInterval, undecided, verdictOf } from '../../domain/rise-fall.js';

const root = path.resolve(import.meta.dirname, '../../..');
const page = readFileSync(path.join(root, 'docs/healthchecks.md'), 'utf8');

// The compiler keeps these two complete.
const codes: Readonly<Record<ProbeCode, 'Passes' | 'Failures' | 'Doubts'>> = {
  L4OK: 'Passes',
  L6OK: 'Passes',
  L7OK: 'Passes',
  L4CON: 'Failures',
  L4TOUT: 'Failures',
  L6TOUT: 'Failures',
  L6RSP: 'Failures',
  L7TOUT: 'Failures',
  L7RSP: 'Failures',
  L7STS: 'Failures',
  SOCKERR: 'Doubts',
  NOPERM: 'Doubts',
  NETNS: 'Doubts',
  LATE: 'Doubts',
  TRUST: 'Doubts',
  CLOCK: 'Doubts',
  REGEXP: 'Doubts',
  ENGINE: 'Doubts',
  VPP: 'Doubts',
  CANCELLED: 'Doubts',
};
const states: Readonly<Record<BackendState, true>> = {
  unknown: true,
  up: true,
  down: true,
  paused: true,
  disabled: true,
  removed: true,
};

function section(title: string): string {
  return new RegExp(`^###? ${title}\n([\\s\\S]*?)(?=^##)`, 'm').exec(page)?.[1] ?? '';
}

/** The cells of all rows of a section's tables, but for their heads. */
function rows(title: string): string[][] {
  return section(title)
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('|--'))
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
}

describe('docs/healthchecks.md', () => {
  it('lists every code of a probe where it belongs, and none that does not exist', () => {
    for (const verdict of ['Passes', 'Failures', 'Doubts'] as const) {
      const listed = rows(verdict).flatMap(([first = '']) => /^`([A-Z0-9]+)`$/.exec(first)?.[1] ?? []);
      const expected = Object.entries(codes).filter(([, where]) => where === verdict);
      expect(listed).to.deep.equal(expected.map(([code]) => code));
    }
  });

  it('lists every state of a backend', () => {
    const listed = rows('States')
      .filter((cells) => cells.length === 3)
      .flatMap(([first = '']) => /^`(\w+)`$/.exec(first)?.[1] ?? []);
    expect(listed).to.deep.equal(Object.keys(states));
  });

  it('has an example history that comes out as the rules say', () => {
    const rules = { rise: 2, fall: 3, interval: 2000, fastInterval: 500, downInterval: 5000 };
    const history = rows('The counter').filter(([result = '']) => ['pass', 'fail', 'doubt'].includes(result));
    expect(history).to.have.length.above(10);
    let standing = undecided(rules);
    for (const [result, counter, state, next] of history) {
      if (result !== 'doubt') standing = count(rules, standing, result === 'pass');
      const pace = probeInterval(rules, standing);
      expect([counter, state?.replaceAll('*', ''), next]).to.deep.equal([
        String(standing.counter),
        verdictOf(rules, standing),
        pace === 500 ? '500ms' : `${pace / 1000}s`,
      ]);
    }
  });

  it('shows command lines that work', () => {
    const lines = [...page.matchAll(/^\$ maglevc (.+)$/gm)].map((match) => match[1] ?? '');
    expect(lines).to.have.length.above(10);
    for (const line of lines) {
      const found = resolve(grammarOf(commands), line.split(' '));
      expect(found.kind === 'command' ? '' : failureText(found), line).to.equal('');
    }
  });

  it('has no link that leads nowhere', () => {
    const anchorsOf = (text: string) =>
      [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      );
    const targets = [...page.matchAll(/\]\(([^)]*)\)/g)].map((match) => match[1] ?? '');
    expect(targets).to.have.length.above(20);
    for (const target of targets) {
      const [file = '', anchor] = target.split('#');
      const text = file === '' ? page : readFileSync(path.join(root, 'docs', file), 'utf8');
      if (anchor !== undefined) expect(anchorsOf(text), target).to.include(anchor);
    }
  });
});
