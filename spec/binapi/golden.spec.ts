import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { AnyMessage, MessageHeader } from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { Writer } from '../../binapi/codec/writer.js';
import { encodeFrame, FRAME_HEADER_SIZE } from '../../binapi/framing.js';
import { wireAddress, wirePrefix } from '../../binapi/lb/wire-values.js';
import { ipBytes, parseIp, parsePrefix } from '../../domain/ip.js';
import { generatedModules, sourceRoot } from './api-folder.js';

interface GoldenFrame {
  readonly message: string;
  readonly header: MessageHeader;
  /** Fields that are left out are 0, false or their default. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly frame: string;
}

/** Frames that VPP's own Python client packed. */
const golden: readonly GoldenFrame[] = JSON.parse(
  readFileSync(path.join(sourceRoot, 'spec', 'fixtures', 'binapi', 'golden-frames.json'), 'utf8'),
);

const messages = new Map<string, AnyMessage>(
  generatedModules.flatMap((module) => module.messages.map((message) => [message.name, message])),
);

/** Fields as the codec has them: addresses and prefixes are text in the fixture. */
function wireFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value === 'object' && value !== null) return [name, wireFields({ ...value })];
      if (typeof value !== 'string') return [name, value];
      const prefix = parsePrefix(value);
      if (prefix !== null) return [name, wirePrefix(prefix)];
      const ip = parseIp(value);
      if (ip === null) return [name, value];
      return [name, /SrcAddress$/.test(name) ? ipBytes(ip) : wireAddress(ip)];
    }),
  );
}

const zeroPrefix = { address: { af: 0, un: new Uint8Array(16) }, len: 0 };

/** What the fixture leaves out because it is zero. */
const zeros: Readonly<Record<string, object>> = {
  lb_add_del_vip: { dscp: 0, type: 0, targetPort: 0, nodePort: 0, isDel: false },
  lb_add_del_vip_v2: { dscp: 0, type: 0, targetPort: 0, nodePort: 0, isDel: false, srcIpSticky: false },
  lb_add_del_as: { isDel: false, isFlush: false },
  lb_add_del_as_v2: { isDel: false, isFlush: false },
  lb_vip_dump: { pfx: zeroPrefix, pfxMatcher: { le: 0, ge: 0 }, port: 0 },
};

/** What the decoder shows although the fixture leaves it to the declared default. */
const defaults: Readonly<Record<string, object>> = { lb_vip_dump: { protocol: 255 } };

describe('binapi/codec against frames of VPP', () => {
  for (const [index, { message, header, fields, frame }] of golden.entries()) {
    const definition = messages.get(message);
    const given = { ...zeros[message], ...wireFields(fields) };

    it(`encodes ${message} (frame ${index})`, () => {
      const writer = new Writer();
      encodeFrame(writer, definition as AnyMessage, header, given as never);
      expect(Buffer.from(writer.take()).toString('hex')).to.equal(frame);
    });

    it(`decodes ${message} (frame ${index})`, () => {
      const bytes = Buffer.from(frame, 'hex').subarray(FRAME_HEADER_SIZE);
      expect(definition?.decode(new Reader(bytes))).to.deep.equal({ ...defaults[message], ...given });
    });
  }
});
