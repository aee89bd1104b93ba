import { expect } from 'chai';
import type { Backend } from '../../../web/contract.js';
import { type Choice, RowBook } from '../../../web/ui/model/rows.js';
import { Site } from '../../../web/ui/model/site.js';
import { maglevdOf, pictureOf } from '../../support/dashboard/standing-fleet.js';

const NOW = 1_800_000_000_000;
const all: Choice = { search: '', state: null, sort: 'config', folded: new Set() };

function siteOf(
  frontends: number,
  members: number,
  backends: Readonly<Record<string, Partial<Backend>>> = {},
): Site {
  const picture = pictureOf({ frontends, members }, NOW);
  const site = new Site(maglevdOf('lb1', picture, NOW));
  const patched = picture.backends.map((backend) => ({ ...backend, ...backends[backend.name] }));
  site.load(site.row, { ...picture, backends: patched }, 0);
  return site;
}

function texts(site: Site, choice: Partial<Choice>): string[] {
  return new RowBook().rows(site, { ...all, ...choice }).map((row) => row.key.replaceAll('\n', '/'));
}

describe('the page: rows of frontends', () => {
  it('are frontends, pools and members, as in the config', () => {
    expect(texts(siteOf(1, 3), {})).to.deep.equal([
      'shop',
      'shop/main',
      'shop/main/shop-01',
      'shop/main/shop-02',
      'shop/spare',
      'shop/spare/shop-03',
    ]);
  });

  it('can be folded away, until something is searched for', () => {
    const site = siteOf(2, 2);
    const folded = new Set(['shop']);
    expect(texts(site, { folded }))
      .to.include.members(['shop', 'api/main/api-01'])
      .and.not.include('shop/main');
    expect(texts(site, { folded, search: 'shop-01' })).to.deep.equal([
      'shop',
      'shop/main',
      'shop/main/shop-01',
    ]);
  });

  it('are found by names and addresses of frontends and servers, whatever the case', () => {
    const site = siteOf(2, 2);
    expect(texts(site, { search: 'SHOP-02' })).to.deep.equal(['shop', 'shop/spare', 'shop/spare/shop-02']);
    expect(texts(site, { search: '10.0.1.2' })).to.deep.equal(['api', 'api/spare', 'api/spare/api-02']);
    expect(texts(site, { search: '192.0.2.2' })).to.have.length(5);
    expect(texts(site, { search: 'nobody' })).to.deep.equal([]);
  });

  it('are those of a state, of a doubt, or of an operator', () => {
    const doubt = { since: NOW, code: 'LATE', detail: 'late' };
    const site = siteOf(2, 3, {
      'shop-02': { state: 'down' },
      'api-01': { doubt },
      'api-02': { override: 'paused', state: 'paused' },
    });
    const members = (state: string) => texts(site, { state }).filter((key) => key.split('/').length === 3);
    expect(members('down')).to.deep.equal(['shop/main/shop-02']);
    expect(members('doubt')).to.deep.equal(['api/main/api-01']);
    expect(members('override')).to.deep.equal(['api/main/api-02']);
    expect(members('hold')).to.deep.equal([]);
    expect(texts(site, { state: 'down', search: 'api' })).to.deep.equal([]);
  });

  it('have the worst first, numbers as numbers, and the busiest first, as asked', () => {
    const site = siteOf(1, 4, { 'shop-03': { state: 'down' }, 'shop-02': { state: 'unknown' } });
    const members = (sort: Choice['sort']) =>
      texts(site, { sort })
        .filter((key) => key.includes('main/'))
        .map((key) => key.slice(-2));
    expect(members('state')).to.deep.equal(['03', '02', '01']);
    expect(members('name')).to.deep.equal(['01', '02', '03']);
    expect(members('packets')).to.deep.equal(['03', '02', '01']);
  });

  it('stay the same objects, so that what is drawn of them can stay', () => {
    const site = siteOf(2, 3);
    const book = new RowBook();
    const before = book.rows(site, all);
    const after = book.rows(site, { ...all, sort: 'state' });
    expect(after.every((row) => before.includes(row))).to.equal(true);
  });

  it('are made of ten thousand backends within a frame or two', () => {
    const site = siteOf(100, 100);
    const book = new RowBook();
    book.rows(site, { ...all, sort: 'state' });
    const began = process.cpuUsage();
    for (let i = 0; i < 10; i++) book.rows(site, { ...all, sort: 'state' });
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 10 / 1000).to.be.below(100);
  });
});
