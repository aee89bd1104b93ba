import { expect } from 'chai';
import { TableWatch } from '../../actors/vpp/table-watch.js';
import type { VipState } from '../../domain/lb.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { recordingLog } from '../support/recording-log.js';

function vip(...buckets: readonly number[]): VipState {
  const ases = buckets.map((count, i) => ({ address: ip(`10.0.0.${i + 1}`), weight: 100, buckets: count }));
  const tableLength = { value: 1024, exact: true };
  return { key: vipKey('192.0.2.1/32'), encap: 'gre4', tableLength, srcIpSticky: false, ases };
}

describe('actors/vpp: tables that are other than foretold', () => {
  it('are told once, and again when the difference is another one', () => {
    const log = recordingLog();
    const watch = new TableWatch();
    const told = () => log.of('vpp-lbsync-table-differs').map(({ level }) => level);
    watch.look([vip(512, 512)], log);
    expect(told()).to.deep.equal([]);
    watch.look([vip(500, 524)], log);
    watch.look([vip(500, 524)], log);
    expect(told()).to.deep.equal(['warn', 'debug']);
    expect(log.of('vpp-lbsync-table-differs')[0]?.fields).to.deep.equal({
      prefix: '192.0.2.1/32',
      protocol: 'tcp',
      port: 80,
      servers: 2,
      what: '10.0.0.1 has 500, not 512; 10.0.0.2 has 524, not 512',
    });
    watch.look([vip(501, 523)], log);
    watch.look([vip(512, 512)], log);
    watch.look([vip(501, 523)], log);
    expect(told()).to.deep.equal(['warn', 'debug', 'warn', 'warn']);
  });
});
