import { expect } from 'chai';
import { countersText } from '../../cli/counters-text.js';

describe('cli/counters-text', () => {
  it('puts names that read as several words into quotes', () => {
    const server = { address: '10.0.0.1', backend: 'web 1', packets: 1n, bytes: 60n };
    const vip = { prefix: '192.0.2.1/32', protocol: 'tcp', port: 80, frontend: 'the shop' };
    const counters = { packets: 1n, bytes: 60n, next: 1n, first: 0n, untracked: 0n, noServer: 0n };
    const lines = countersText(
      {
        timeNs: 0n,
        forecast: undefined,
        vips: [{ ...vip, ...counters, applicationServers: [server] }],
        vpp: undefined,
      },
      { debts: [], error: null },
      0,
    ).map((line) => line.map(({ text }) => text).join(''));
    expect(lines.find((line) => line.startsWith('vip '))).to.match(/frontend 'the shop'$/);
    expect(lines.at(-1)).to.match(/server 10\.0\.0\.1 \('web 1'\)/);
  });
});
