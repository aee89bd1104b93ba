import { readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { lbConf, lbConfReply, lbVipDetails, lbVipDump } from '../../binapi/generated/lb.js';
import { wireAddress, wirePrefix } from '../../binapi/lb/wire-values.js';
import { openApi } from '../../binapi/open-api.js';
import { type ApiRecord, logTrace, printable } from '../../binapi/trace.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type IpAddress, type IpPrefix, ipBytes } from '../../domain/ip.js';
import type { FreeLogger, LogFields, LogLevel } from '../../protocol/log.js';
import { sourceRoot } from './api-folder.js';
import { FakeVpp } from './fake-vpp.js';

const vip = { pfx: wirePrefix('192.0.2.1/32' as IpPrefix), protocol: 6, port: 80 };
const row = { vip, encap: 0, dscp: 0, srvType: 0, targetPort: 0, flowTableLength: 16 };
const everyVip = { pfx: wirePrefix('0.0.0.0/0' as IpPrefix), pfxMatcher: { le: 0, ge: 0 }, port: 0 };

describe('binapi/trace', () => {
  it('sees every message that is on the wire, in both directions, and no other', async () => {
    const vpp = new FakeVpp();
    const sent: string[] = [];
    vpp.answer = ({ name, header }, peer) => {
      if (name === lbConf.name) peer.send(lbConfReply, header.context, { retval: -70 });
      if (name === lbVipDump.name) {
        for (let i = 0; i < 2; i++) peer.send(lbVipDetails, header.context, row);
        peer.send(lbVipDetails, 0xabcdef, row);
      }
      return name === lbConf.name || name === lbVipDump.name;
    };
    await vpp.listen();
    const records: ApiRecord[] = [];
    const trace = { enabled: () => true, message: (record: ApiRecord) => records.push(record) };
    const client = await openApi({
      socketPath: vpp.socketPath,
      clientName: 'spec',
      clock: new VirtualClock(),
      trace,
    });
    const conf = { ip4SrcAddress: new Uint8Array(4), ip6SrcAddress: new Uint8Array(16) };
    await Promise.allSettled([client.call(lbConf, conf), client.dump(lbVipDump, everyVip), client.ping()]);
    await client.close();
    await vpp.close();

    for (const { name, header } of vpp.received) sent.push(`${name} ${header.context}`);
    const traced = (direction: string) => records.filter((record) => record.direction === direction);
    expect(traced('send').map(({ message, context }) => `${message} ${context}`)).to.deep.equal(sent);
    // What VPP gets is what was traced, with the defaults that were filled in.
    expect(traced('send').map(({ fields }) => fields)).to.deep.equal(
      vpp.received.map(({ fields }) => fields),
    );
    expect(traced('receive').map(({ message, dropped }) => [message, dropped])).to.deep.equal([
      ['sockclnt_create_reply', null],
      ['lb_conf_reply', null],
      ['lb_vip_details', null],
      ['lb_vip_details', null],
      ['lb_vip_details', 'unknown context'],
      ['control_ping_reply', null],
      ['control_ping_reply', null],
      ['sockclnt_delete_reply', null],
    ]);
    // A reply has the context of its request, also that of the handshake, which has it in another place.
    expect(
      traced('receive')
        .slice(0, 2)
        .map(({ context }) => context),
    ).to.deep.equal(
      traced('send')
        .slice(0, 2)
        .map(({ context }) => context),
    );
    expect(traced('receive')[1]?.fields).to.deep.equal({ retval: -70 });
  });

  it('is the only way: one file of binapi opens sockets', () => {
    const folder = path.join(sourceRoot, 'binapi');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const opening = files.filter((file) =>
      /from 'node:(net|dgram|http|tls|child_process)'/.test(readFileSync(path.join(folder, file), 'utf8')),
    );
    expect(opening).to.deep.equal(['channel.ts']);
  });

  it('is the only way: nothing that can be reached from a connection is a socket', async () => {
    const vpp = new FakeVpp();
    await vpp.listen();
    const trace = { enabled: () => false, message: () => {} };
    const clock = new VirtualClock();
    const client = await openApi({ socketPath: vpp.socketPath, clientName: 'spec', clock, trace });
    const seen = new Set<unknown>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect(value).not.to.be.instanceOf(Socket);
      for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
      visit(Object.getPrototypeOf(value));
    };
    visit(client);
    expect(seen.size).to.be.above(1);
    await client.close();
    await vpp.close();
  });

  it('is where writes to the load balancer are sent from one guarded file', () => {
    const roots = ['actors', 'binapi', 'bin', 'cli', 'config', 'daemon', 'demo', 'probes', 'rpc'];
    const files = roots
      .filter((root) => readdirSync(sourceRoot).includes(root))
      .flatMap((root) =>
        readdirSync(path.join(sourceRoot, root), { recursive: true, encoding: 'utf8' }).map((file) =>
          path.join(root, file),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !file.startsWith(path.join('binapi', 'generated')));
    const writing = files.filter((file) =>
      /\b(lbConf|lbAddDel\w+|lbAsSetWeight|lbFlushVip)\b(?=[\s,)])/.test(
        readFileSync(path.join(sourceRoot, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
      ),
    );
    expect(writing).to.deep.equal([path.join('binapi', 'lb', 'write.ts')]);
    expect(readFileSync(path.join(sourceRoot, 'binapi', 'lb', 'write.ts'), 'utf8')).not.to.contain(
      'lbFlushVip',
    );
  });

  describe('log', () => {
    function logger(level: LogLevel) {
      const records: [LogLevel, string, LogFields][] = [];
      const log: FreeLogger = {
        enabled: (asked) => asked !== 'debug' || level === 'debug',
        log: (at, event, fields = {}) => records.push([at, event, fields]),
      };
      return { log, records };
    }

    it('names the four events, with what people need to follow a request', () => {
      const { log, records } = logger('debug');
      const trace = logTrace(log);
      const record = { message: 'm', context: 7, fields: { retval: 0 }, dropped: null };
      trace.message({ ...record, direction: 'send', multi: false });
      trace.message({ ...record, direction: 'receive', multi: false });
      trace.message({ ...record, direction: 'send', multi: true });
      trace.message({ ...record, direction: 'receive', multi: true, dropped: 'unknown context' });
      expect(records.map(([level, event]) => `${level} ${event}`)).to.deep.equal([
        'debug vpp-api-send',
        'debug vpp-api-recv',
        'debug vpp-api-send-multi',
        'debug vpp-api-recv-multi',
      ]);
      expect(records[0]?.[2]).to.deep.equal({ message: 'm', context: 7, fields: { retval: 0 } });
      expect(records[3]?.[2]).to.deep.include({ dropped: 'unknown context' });
    });

    it('is off unless debug is on', () => {
      expect(logTrace(logger('info').log).enabled()).to.equal(false);
      expect(logTrace(logger('debug').log).enabled()).to.equal(true);
    });

    it('prints addresses, prefixes and bytes as people read them', () => {
      const address = wireAddress('2001:db8::1' as IpAddress);
      expect(
        printable({
          vip,
          address,
          ip4SrcAddress: ipBytes('192.0.2.254' as IpAddress),
          ip6SrcAddress: ipBytes('2001:db8::fe' as IpAddress),
          data: Uint8Array.of(1, 2, 255),
          big: 5n,
          list: [{ af: 0, un: address.un }],
        }),
      ).to.deep.equal({
        vip: { pfx: '192.0.2.1/32', protocol: 6, port: 80 },
        address: '2001:db8::1',
        ip4SrcAddress: '192.0.2.254',
        ip6SrcAddress: '2001:db8::fe',
        data: '0102ff',
        big: 5n,
        list: ['32.1.13.184'],
      });
    });

    it('cuts what is very long', () => {
      const { table, text } = printable({
        table: new Array(2000).fill(0),
        text: 'x'.repeat(800_000),
      }) as { table: unknown[]; text: string };
      expect(table).to.have.length(101);
      expect(table.at(-1)).to.equal('... 1900 more');
      expect(text).to.match(/^x{4000}\.\.\. 796000 more$/);
    });
  });
});
