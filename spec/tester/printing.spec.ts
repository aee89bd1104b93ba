import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { textPrinter } from '../../tester/printing.js';
import { parsedVip } from './parsed-vip.js';

describe('tester: what is printed without a terminal', () => {
  it('has a problem that goes on once a second, with a count, and another one at once', () => {
    const lines: string[] = [];
    const clock = new VirtualClock();
    const print = (line: string) => lines.push(line.replace(/^\d\d:\d\d:\d\d +/, ''));
    const printer = textPrinter({ clock, vips: [parsedVip('tcp/192.0.2.1:1')], print });
    const refused = { vip: 'web', kind: 'net-err', detail: 'connection refused' } as const;
    for (let at = 0; at <= 1100; at += 100) printer.problem({ ...refused, at });
    printer.problem({ ...refused, vip: 'dns', at: 1150 });
    printer.problem({ vip: 'web', kind: 'timeout', detail: 'no answer within 2s', at: 1200 });
    printer.problem({ ...refused, at: 1300 });
    for (const at of [1400, 1500]) printer.problem({ vip: 'web', kind: 'spike', detail: `${at} ms`, at });
    expect(lines).to.deep.equal([
      'net-err   web: connection refused',
      'net-err   web: connection refused (10 times)',
      'net-err   dns: connection refused',
      'timeout   web: no answer within 2s',
      'net-err   web: connection refused',
      'spike     web: 1400 ms',
    ]);
  });
});
