import { expect } from 'chai';
import { eventCatalogue } from '../../../domain/events.js';
import type { TimelineEvent } from '../../../web/contract.js';
import { eventText, laneOf, markOf, marksOf, newsOf } from '../../../web/ui/model/lanes.js';
import { Site } from '../../../web/ui/model/site.js';
import { maglevdOf, pictureOf, syncAt, transition } from '../../support/dashboard/standing-fleet.js';

const NOW = 1_800_000_000_000;

function told(msg: string, attrs: Readonly<Record<string, string>>, level = 'info'): TimelineEvent {
  return { seq: 1, epoch: 'life', at: NOW, level, msg, attrs };
}

describe('the page: the timeline', () => {
  it('puts what maglevd tells on its lanes', () => {
    const lanesOf = new Map(Object.keys(eventCatalogue).map((msg) => [msg, laneOf(msg)]));
    const on = (lane: string) => [...lanesOf].filter(([, is]) => is === lane).map(([msg]) => msg);
    expect(on('transitions')).to.have.members([
      'backend-transition',
      'frontend-transition',
      'backend-given-up',
    ]);
    expect(on('operator')).to.include.members(['operator-action', 'operator-intent-dropped']);
    expect(on('reloads')).to.include.members([
      'config-reload-start',
      'config-reload-done',
      'config-check-failed',
    ]);
    expect(on('doubts')).to.include.members(['backend-doubt', 'backend-doubt-over', 'probe-stall']);
    expect(on('vpp')).to.include.members(['vpp-connect', 'vpp-disconnect', 'vpp-died-writing']);
    // A sync has its own record: its single writes would hide it.
    expect(laneOf('vpp-lbsync-as-weight')).to.equal(null);
  });

  it('says in a line what happened', () => {
    expect(eventText(transition(1, NOW, 'web1', 'up', 'down'))).to.equal('web1 up → down: L7STS HTTP 503');
    const pause = { action: 'pause', backend: 'web1', outcome: 'done', peer: 'uid:1000' };
    expect(eventText(told('operator-action', pause))).to.equal('pause web1 by uid:1000: done');
    const pool = { frontend: 'shop', from: 'up', to: 'up', pool: 'spare' };
    expect(eventText(told('frontend-transition', pool))).to.equal('shop up, pool spare');
    expect(eventText(told('probe-stall', { thread: 'main', stallMs: '700' }))).to.equal(
      'probe-stall thread=main stallMs=700',
    );
  });

  it('marks by shape and colour what is good, bad or odd', () => {
    const tone = (event: TimelineEvent) => markOf('lb1', event)?.tone;
    expect(tone(transition(1, NOW, 'web1', 'up', 'down'))).to.equal('bad');
    expect(tone(transition(1, NOW, 'web1', 'down', 'up'))).to.equal('good');
    expect(tone(told('operator-action', { outcome: 'refused' }))).to.equal('bad');
    expect(tone(told('operator-action', { outcome: 'done', pending: 'silent' }))).to.equal('odd');
    expect(tone(told('config-reload-done', { ok: 'false' }, 'error'))).to.equal('bad');
    expect(tone(told('backend-doubt', {}, 'warn'))).to.equal('odd');
  });

  it('shows of a frontend what is about it, about its servers, and about everything', () => {
    const picture = pictureOf({ frontends: 2, members: 3 }, NOW);
    const site = new Site(maglevdOf('lb1', picture, NOW));
    site.load(site.row, { ...picture, syncs: [syncAt(1, NOW - 60_000)] }, 0);
    site.log.add([
      transition(1, NOW - 3000, 'shop-01', 'up', 'down'),
      transition(2, NOW - 2000, 'api-01', 'up', 'down'),
      { ...told('vpp-disconnect', { error: 'gone' }, 'warn'), seq: 3, at: NOW - 1000 },
    ]);
    const texts = (frontend: string | null) =>
      marksOf(site, NOW - 30_000, NOW, frontend).map(({ text }) => text.slice(0, 7));
    expect(texts('shop')).to.deep.equal(['sync of', 'shop-01', 'lost VP']);
    expect(texts(null)).to.deep.equal(['sync of', 'shop-01', 'api-01 ', 'lost VP']);
    expect(marksOf(site, NOW - 2500, NOW - 1500, 'api')).to.have.length(1);
  });

  it('has news for screen readers in whole sentences, and of changes only', () => {
    const events = [
      transition(1, NOW, 'web1', 'up', 'down'),
      told('vpp-lb-conf-set', {}),
      told('vpp-connect', { version: '26.10', pid: '7' }),
    ];
    expect(newsOf(events)).to.deep.equal(['web1 is down, L7STS HTTP 503', 'connected to VPP 26.10, pid 7']);
  });
});
