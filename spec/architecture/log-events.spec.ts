import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

const root = path.resolve(import.meta.dirname, '../../..');

/** Rooms whose records come from that program; other rooms log nothing, or are a part of another program. */
const programs = [
  {
    page: 'docs/user-guide.md',
    rooms: ['actors', 'binapi', 'config', 'daemon', 'linux', 'probes', 'rpc'],
    composed: {
      'vpp-lbsync-': ['vip-add', 'vip-del', 'vip-sync', 'as-add', 'as-del', 'as-weight'],
      'vpp-api-': ['send', 'recv', 'send-multi', 'recv-multi'],
    },
  },
  { page: 'docs/simulator.md', rooms: ['sim'], composed: {} },
];

/** The event, the second argument of Logger.log, wherever it is written out, also where one of two is chosen. */
const written = /\blog\(\s*(?:'\w+'|level)[^,]*,\s*'([a-z-]+)'/g;
/** Where it is put together from parts: the first part. */
const puttogether = /(?:\blog\(\s*[^;]*?,|event =)\s*`([a-z-]+-)\$\{/g;

function found(rooms: readonly string[], pattern: RegExp): string[] {
  const texts = rooms.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8')),
  );
  return texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** The events in the first column of the tables headed by `event`. */
function listed(page: string): string[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  const tables = [...text.matchAll(/^\| event \|.*\n((?:\|.*\n)+)/gm)].map((match) => match[1] ?? '');
  return tables.flatMap((rows) =>
    rows.split('\n').flatMap((row) => {
      const names = [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z-]+)`/g)];
      return names.map((name) => name[1] ?? '');
    }),
  );
}

for (const { page, rooms, composed } of programs) {
  describe(`the log events in ${page}`, () => {
    it('knows how every event that is put together may end', () => {
      expect([...new Set(found(rooms, puttogether))].sort()).to.deep.equal(Object.keys(composed).sort());
    });

    it('lists exactly those that can be logged, each once', () => {
      const endings = Object.entries(composed).flatMap(([start, ends]) => ends.map((end) => start + end));
      const all = new Set([...found(rooms, written), ...endings]);
      expect(all.size).to.be.above(5);
      expect(listed(page).sort()).to.deep.equal([...all].sort());
    });
  });
}
