import { expect } from 'chai';
import type { Action, Backend } from '../../../web/contract.js';
import { allows, describe as describeAction } from '../../../web/ui/model/actions.js';
import { needsOf } from '../../../web/ui/model/needs.js';
import { Site } from '../../../web/ui/model/site.js';
import { maglevdOf, pictureOf } from '../../support/dashboard/standing-fleet.js';

const NOW = 1_800_000_000_000;

describe('the page: what can be done, and what needs it', () => {
  it('allows what all roles allow, that of the user and that of the dashboard', () => {
    expect(allows(['admin', 'admin'], 'reload')).to.equal(true);
    expect(allows(['admin', 'operator'], 'reload')).to.equal(false);
    expect(allows(['operator', 'operator'], 'pause')).to.equal(true);
    expect(allows(['operator', 'viewer'], 'pause')).to.equal(false);
    expect(allows(['operator', null], 'sync')).to.equal(false);
    expect(allows([undefined, 'admin'], 'sync')).to.equal(false);
  });

  it('says of every action what it is about', () => {
    const weight: Action = {
      do: 'weight',
      frontend: 'shop',
      pool: 'main',
      backend: 'web1',
      weight: 40,
      flush: true,
    };
    expect(describeAction(weight).title).to.equal('Weight 40 for web1 in shop');
    expect(describeAction(weight).does).to.contain('are cut');
    expect(describeAction({ ...weight, flush: false }).does).to.contain('live on');
    for (const action of ['pause', 'resume', 'enable', 'disable'] as const)
      expect(describeAction({ do: action, backend: 'web1' }).title).to.contain('web1');
    expect(describeAction({ do: 'sync', frontend: null }).title).to.equal('Sync everything');
    expect(describeAction({ do: 'reload' }).title).to.contain('config');
  });

  it('has what needs a look: frontends first, then backends, the worst first, and nothing that is well', () => {
    const picture = pictureOf({ frontends: 2, members: 3 }, NOW);
    const changed: Readonly<Record<string, Partial<Backend>>> = {
      'shop-01': { state: 'paused', override: 'paused' },
      'api-02': { state: 'down' },
      'api-03': { doubt: { since: NOW, code: 'LATE', detail: 'late' } },
    };
    const site = new Site(maglevdOf('lb1', picture, NOW));
    const backends = picture.backends.map((one) => ({ ...one, ...changed[one.name] }));
    const [shop, api] = picture.frontends;
    if (shop === undefined || api === undefined) throw new Error('none');
    const differs = { state: 'differs', differences: ['weight 0 where 100 was decided'] };
    site.load(site.row, { ...picture, backends, frontends: [shop, { ...api, standing: differs }] }, 0);
    const needs = needsOf(site);
    expect(needs.map(({ name }) => name)).to.deep.equal(['api', 'api-02', 'api-03', 'shop-01']);
    expect(needs[0]?.text).to.equal('VPP: weight 0 where 100 was decided');
    expect(needs[2]).to.include({ doubt: true, state: 'up', frontend: 'api' });
  });
});
