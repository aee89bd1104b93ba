import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { eventCatalogue, eventTable } from '../../domain/events.js';
import { readSources, root } from './source-tree.js';

const page = (name: string) => readFileSync(path.join(root, 'docs', name), 'utf8');

function sourcesOf(rooms: readonly string[]): string[] {
  return readSources()
    .filter(({ file }) => rooms.includes(file.split('/')[0] ?? '') && !file.startsWith('domain/events'))
    .map(({ text }) => text);
}

/** The events in the first column of the tables headed by `event`. */
function listed(text: string): string[] {
  const tables = [...text.matchAll(/^\| event \|.*\n((?:\|.*\n)+)/gm)].map((match) => match[1] ?? '');
  return tables.flatMap((rows) =>
    rows.split('\n').flatMap((row) => {
      const names = [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z-]+)`/g)];
      return names.map((name) => name[1] ?? '');
    }),
  );
}

describe('the log events', () => {
  it('stand in the user guide exactly as in the catalogue: `npm run docs` writes them there', () => {
    expect(page('user-guide.md')).to.include(`${eventTable()}\n<!-- end -->`);
    expect(listed(page('user-guide.md'))).to.deep.equal(Object.keys(eventCatalogue));
  });

  it('are each told by somebody', () => {
    const told = sourcesOf(['actors', 'binapi', 'daemon', 'domain', 'metrics', 'probes', 'rpc']).join('\n');
    const silent = Object.keys(eventCatalogue).filter(
      (name) => !told.includes(`'${name}'`) && !name.startsWith('vpp-lbsync-'),
    );
    expect(silent).to.deep.equal([]);
  });

  it('of the simulator are each listed in its page, and no others', () => {
    const written = /\blog\(\s*'\w+',\s*'([a-z-]+)'/g;
    const told = sourcesOf(['sim']).flatMap((text) =>
      [...text.matchAll(written)].map((match) => match[1] ?? ''),
    );
    expect(told.length).to.be.above(5);
    expect(listed(page('simulator.md')).sort()).to.deep.equal([...new Set(told)].sort());
  });
});
