import { expect } from 'chai';
import fc from 'fast-check';
import { guardConf, guardOperation } from '../../binapi/lb/guard.js';
import { NatMemory } from '../../binapi/lb/nat-memory.js';
import { type IpAddress, type IpPrefix, ipFromBytes, makePrefix, parseIp } from '../../domain/ip.js';
import type { Encap, LbConf, LbOperation, VipKey, VipState } from '../../domain/lb.js';

const key: VipKey = { prefix: '192.0.2.1/32' as IpPrefix, protocol: 6, port: 443 };
const server = '10.0.0.1' as IpAddress;
const vipAdd = {
  op: 'vip-add',
  key,
  encap: 'gre4',
  tableLength: 1024,
  srcIpSticky: false,
  reason: '',
} as const;
const asAdd = { op: 'as-add', key, address: server, weight: 100, reason: '' } as const;
const asWeight = {
  op: 'as-weight',
  key,
  address: server,
  from: 0,
  weight: 1,
  flush: false,
  reason: '',
} as const;
const asDel = { op: 'as-del', key, address: server, flush: true, reason: '' } as const;
const vipDel = { op: 'vip-del', key, reason: '' } as const;
const operations: readonly LbOperation[] = [vipAdd, asAdd, asWeight, asDel, vipDel];

const conf: LbConf = {
  ipv4Source: '192.0.2.254' as IpAddress,
  ipv6Source: '2001:db8::fe' as IpAddress,
  stickyBucketsPerCore: 65536,
  flowTimeout: 40,
};

function refused(operation: LbOperation): string {
  const error = guardOperation(operation);
  expect(error?.code, JSON.stringify(operation)).to.equal('MGL_VPP_GUARD');
  return error?.message ?? '';
}

function isPowerOfTwo(value: number): boolean {
  return value.toString(2).replaceAll('0', '') === '1';
}

/** Whole numbers, near them, and what numbers can be besides. */
const anyNumber = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.integer(),
  fc.double(),
  fc.nat(40).map((n) => 2 ** n),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 0.5, 1024.5),
);
const anyIp = fc
  .oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    // With byte 0 at least 1: no leading zeros.
    fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ minLength: 15, maxLength: 15 }))
      .map(([first, rest]) => Uint8Array.of(first, ...rest)),
  )
  .map(ipFromBytes);
const anyPrefix = fc
  .tuple(anyIp, fc.nat(128))
  .map(([ip, n]) => makePrefix(ip, ip.includes(':') ? Math.max(1, n) : n % 33))
  // The first bit set: shorter prefixes of IPv6 are all zeros otherwise.
  .filter((prefix) => !prefix.startsWith('::'));

describe('binapi/lb/guard', () => {
  it('lets through what maglevd does', () => {
    for (const operation of operations) expect(guardOperation(operation)).to.equal(null);
    expect(guardConf(conf)).to.equal(null);
  });

  it('lets through every VIP that VPP can hold, and its servers', () => {
    const port = fc.oneof(
      fc.record({ protocol: fc.constantFrom(6, 17), port: fc.integer({ min: 1, max: 65535 }) }),
      fc.constant({ protocol: 255, port: 0 }),
    );
    fc.assert(
      fc.property(anyPrefix, port, anyIp, (prefix, ports, address) => {
        const vip = { prefix, ...ports };
        expect(guardOperation({ ...vipAdd, key: vip })).to.equal(null);
        expect(guardOperation({ ...vipDel, key: vip })).to.equal(null);
        expect(guardOperation({ ...asDel, key: vip, address })).to.equal(null);
        expect(guardOperation({ ...asWeight, key: vip, address, weight: 0 })).to.equal(null);
      }),
    );
  });

  it('refuses every table length but powers of two in 1..2^20', () => {
    fc.assert(
      fc.property(anyNumber, (tableLength) => {
        const fine = Number.isInteger(tableLength) && tableLength >= 1 && tableLength <= 2 ** 20;
        const error = guardOperation({ ...vipAdd, tableLength });
        expect(error === null).to.equal(fine && isPowerOfTwo(tableLength));
      }),
    );
    expect(refused({ ...vipAdd, tableLength: 0 })).to.equal(
      'vip-add of VIP 192.0.2.1/32 protocol 6 port 443 was not sent: ' +
        'the length of the new-flow table is 0, not a power of two in 1..1048576',
    );
  });

  it('refuses every number of sticky buckets but powers of two in 1..2^22', () => {
    fc.assert(
      fc.property(anyNumber, (stickyBucketsPerCore) => {
        const fine =
          Number.isInteger(stickyBucketsPerCore) &&
          stickyBucketsPerCore >= 1 &&
          stickyBucketsPerCore <= 2 ** 22;
        const error = guardConf({ ...conf, stickyBucketsPerCore });
        expect(error === null).to.equal(fine && isPowerOfTwo(stickyBucketsPerCore));
      }),
    );
  });

  it('refuses every flow timeout but 1..120 whole seconds', () => {
    fc.assert(
      fc.property(anyNumber, (flowTimeout) => {
        const fine = Number.isInteger(flowTimeout) && flowTimeout >= 1 && flowTimeout <= 120;
        expect(guardConf({ ...conf, flowTimeout }) === null).to.equal(fine);
      }),
    );
  });

  it('refuses sources of the wrong family, and what is no address', () => {
    for (const ipv4Source of ['2001:db8::1', '1.2.3', '', '01.2.3.4'] as IpAddress[]) {
      expect(guardConf({ ...conf, ipv4Source })?.code).to.equal('MGL_VPP_GUARD');
    }
    for (const ipv6Source of ['192.0.2.1', 'fe80::1%eth0', '::g'] as IpAddress[]) {
      expect(guardConf({ ...conf, ipv6Source })?.code).to.equal('MGL_VPP_GUARD');
    }
  });

  it('refuses every weight but 0..100', () => {
    fc.assert(
      fc.property(anyNumber, (weight) => {
        const fine = Number.isInteger(weight) && weight >= 0 && weight <= 100;
        expect(guardOperation({ ...asAdd, weight }) === null).to.equal(fine);
        expect(guardOperation({ ...asWeight, weight }) === null).to.equal(fine);
      }),
    );
  });

  it('refuses prefixes that VPP writes beyond its tables with, takes for others, or would change', () => {
    const prefixes = [
      '192.0.2.1/33',
      '192.0.2.1/200',
      '2001:db8::1/129',
      '2001:db8::1/255',
      '192.0.2.1/-1',
      '192.0.2.1/1.5',
      '192.0.2.1/',
      '192.0.2.1',
      'nonsense/32',
      '192.0.2.1/24',
      '2001:db8::1/64',
      '::1/128',
      '::192.0.2.1/128',
      '::/96',
      '::/0',
    ] as IpPrefix[];
    for (const operation of operations) {
      for (const prefix of prefixes) {
        refused({ ...operation, key: { ...key, prefix } });
      }
    }
  });

  it('refuses servers that VPP takes for IPv4, and what is no address', () => {
    for (const address of ['::1', '::10.0.0.1', '10.0.0', 'localhost', ''] as IpAddress[]) {
      refused({ ...asAdd, address });
      refused({ ...asDel, address });
      refused({ ...asWeight, address });
    }
  });

  it('makes VIPs for all ports of everything or one port of TCP or UDP only', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (protocol, port) => {
        const allPorts = port === 0 && protocol === 255;
        const onePort =
          (protocol === 6 || protocol === 17) && Number.isInteger(port) && port >= 1 && port <= 65535;
        const vip = { ...key, protocol, port };
        expect(guardOperation({ ...vipAdd, key: vip }) === null).to.equal(allPorts || onePort);
        expect(guardOperation({ ...asAdd, key: vip }) === null).to.equal(allPorts || onePort);
      }),
    );
  });

  it('removes also VIPs that only others make: any protocol with a port', () => {
    const vip = { ...key, protocol: 1, port: 5 };
    expect(guardOperation({ ...vipDel, key: vip })).to.equal(null);
    expect(guardOperation({ ...asDel, key: vip })).to.equal(null);
    refused({ ...vipDel, key: { ...key, protocol: 256, port: 5 } });
    refused({ ...vipDel, key: { ...key, protocol: 6, port: 65536 } });
    refused({ ...vipDel, key: { ...key, protocol: 6, port: 0 } });
  });

  it('never makes VIPs of NAT or L3DSR', () => {
    for (const encap of ['l3dsr', 'nat4', 'nat6', 'unknown'] as Encap[]) refused({ ...vipAdd, encap });
  });

  it('refuses a server inside an all-port VIP, whose packets would loop, but lets it be drained and removed', () => {
    const vip: VipKey = { prefix: '10.50.9.0/24' as IpPrefix, protocol: 255, port: 0 };
    const address = parseIp('10.50.9.5') as IpAddress;
    expect(refused({ ...asAdd, key: vip, address })).to.contain('would loop');
    refused({ ...asWeight, key: vip, address, weight: 1 });
    expect(guardOperation({ ...asWeight, key: vip, address, weight: 0 })).to.equal(null);
    expect(guardOperation({ ...asDel, key: vip, address })).to.equal(null);
    expect(guardOperation({ ...asAdd, key: vip, address: '10.50.8.5' as IpAddress })).to.equal(null);
    expect(guardOperation({ ...asAdd, key: { ...vip, protocol: 6, port: 80 }, address })).to.equal(null);
  });
});

describe('binapi/lb/nat-memory', () => {
  const vip = (encap: Encap, port: number): VipState => ({
    key: { ...key, port },
    encap,
    tableLength: { value: 1024, exact: true },
    srcIpSticky: null,
    ases: [],
  });

  it('refuses to remove a NAT VIP or a server of one, and nothing else of it', () => {
    const memory = new NatMemory();
    memory.learn([vip('nat4', 1), vip('nat6', 2), vip('gre4', 3)]);
    for (const port of [1, 2]) {
      for (const operation of [vipDel, asDel]) {
        expect(memory.guard({ ...operation, key: { ...key, port } })).to.include({ code: 'MGL_VPP_GUARD' });
      }
      expect(memory.guard({ ...asAdd, key: { ...key, port } })).to.equal(null);
    }
    expect(memory.guard({ ...vipDel, key: { ...key, port: 3 } })).to.equal(null);
  });

  it('forgets what VPP no longer has', () => {
    const memory = new NatMemory();
    memory.learn([vip('nat4', 1)]);
    memory.learn([vip('gre4', 1)]);
    expect(memory.guard({ ...vipDel, key: { ...key, port: 1 } })).to.equal(null);
  });
});
