import type { AnyMessage } from '../../binapi/codec/message.js';
import { Reader } from '../../binapi/codec/reader.js';
import { lbAddDelVipV2, lbConfGet } from '../../binapi/generated/lb.js';
import {
  apiVersions,
  controlPing,
  getApiJson,
  getFirstMsgId,
  memclntKeepalive,
  sockclntDelete,
} from '../../binapi/generated/memclnt.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { addVip, delVip, vipRequest } from '../support/lb-requests.js';
import type { RawVppClient } from '../support/raw-vpp-client.js';
import { vipRows } from './observe.js';
import type { Target } from './target.js';

/** What can be tried on a connection. */
export type WireProbe = keyof typeof probes;

const VIP = '192.88.99.1/32 tcp 443';
const UNKNOWN_ID = 0xfff0;
const FIRST_LB_MESSAGE = 'lb_conf_56cd3261';

/** Tries it, on a connection of its own; returns what happened. */
export async function probeWire(target: Target, probe: WireProbe): Promise<string> {
  const client = await target.connect();
  try {
    return await probes[probe](client, target);
  } finally {
    await client.leave();
  }
}

const probes = {
  'unknown message': async (client: RawVppClient) => {
    client.sendBytes(frame(u16(UNKNOWN_ID), u32(client.clientIndex), u32(7)));
    return answersOf(client, 7);
  },
  'message without its last byte': async (client: RawVppClient) => {
    client.sendBytes(frame(u16(idOf(client, lbConfGet)), u32(client.clientIndex), u32(7).subarray(0, 3)));
    return answersOf(client, 7);
  },
  'message with bytes behind it': async (client: RawVppClient) => {
    client.sendBytes(frame(u16(idOf(client, lbConfGet)), u32(client.clientIndex), u32(7), u32(1), u32(2)));
    return answersOf(client, 7);
  },
  'frame header full of other bytes': async (client: RawVppClient) => {
    const bytes = frame(u16(idOf(client, lbConfGet)), u32(client.clientIndex), u32(7));
    bytes.fill(0xa5, 0, 8).fill(0x5a, 12, 16);
    client.sendBytes(bytes);
    return answersOf(client, 7);
  },
  'frame in single bytes': async (client: RawVppClient) => {
    for (const byte of frame(u16(idOf(client, lbConfGet)), u32(client.clientIndex), u32(7))) {
      client.sendBytes(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answersOf(client, 7);
  },
  'client index 0': (client: RawVppClient) => executedSilently(client, 0),
  'client index of nobody': (client: RawVppClient) => executedSilently(client, 0x80000fff),
  'client index of another client': async (client: RawVppClient, { connect }: Target) => {
    const other = await connect();
    client.send(controlPing, {}, { clientIndex: other.clientIndex, context: 7 });
    const answer = await other.next();
    await other.leave();
    return `the other one gets context ${answer?.context}; ${await answersOf(client, 7)}`;
  },
  'contexts 0 and 0xffffffff': async (client: RawVppClient) => {
    client.send(controlPing, {}, { context: 0 });
    client.send(controlPing, {}, { context: 0xffffffff });
    return [(await client.next())?.context, (await client.next())?.context].join(' ');
  },
  'a hundred requests at once': async (client: RawVppClient) => {
    for (let i = 0; i < 100; i++)
      client.send(i % 3 === 0 ? lbConfGet : controlPing, {}, { context: 1000 + i });
    for (let i = 0; i < 100; i++) {
      const { context = null } = (await client.next()) ?? {};
      if (context !== 1000 + i) return `answer ${i} is that of ${context}`;
    }
    return 'answers in order';
  },
  'handshake once more': async (client: RawVppClient) => {
    const before = new Map(client.hello.messageTable.map(({ name, index }) => [name, index]));
    const { index, response } = client.hello;
    await client.shakeHands('conformance again');
    const same = client.hello.messageTable.every((entry) => before.get(entry.name) === entry.index);
    const sameIndex = client.hello.index === index;
    return `response ${response}, ${sameIndex ? 'same' : 'another'} index, ${same ? 'same' : 'another'} table`;
  },
  goodbye: async (client: RawVppClient) => {
    const unknown = await client.call(sockclntDelete, { index: 0x80000fff });
    const { response } = await client.call(sockclntDelete, { index: client.clientIndex });
    await client.closed;
    return `unknown ${unknown.response}, own ${response}, then the end`;
  },
  /** VPP dies of it. */
  'goodbye of another client': async (client: RawVppClient, { connect }: Target) => {
    const victim = await connect();
    client.send(sockclntDelete, { index: victim.clientIndex });
    await client.next();
    victim.send(controlPing, {}, { context: 7 });
    const answer = await victim.next();
    return answer === null ? 'the end' : 'answered';
  },
  'fixed message ids': async (client: RawVppClient) => {
    const id = (name: string) =>
      client.hello.messageTable.find((entry) => entry.name.slice(0, -'_12345678'.length) === name)?.index;
    const names = ['sockclnt_create', 'sockclnt_delete', 'memclnt_keepalive', 'control_ping'];
    const lowest = Math.min(
      ...client.hello.messageTable.filter(({ name }) => name.startsWith('lb_')).map(({ index }) => index),
    );
    return `${names.map(id).join(' ')}, the others from 29 on: ${lowest >= 29}`;
  },
  'first message id': async (client: RawVppClient) => {
    const lb = await client.call(getFirstMsgId, { name: 'lb_487dee0a' });
    const nothing = await client.call(getFirstMsgId, { name: 'lb_00000000' });
    const conf = client.hello.messageTable.find(({ name }) => name === FIRST_LB_MESSAGE)?.index;
    return `lb ${lb.retval} ${lb.firstMsgId === conf ? 'is lb_conf' : 'is another'}, unknown ${nothing.retval} ${nothing.firstMsgId}`;
  },
  ping: async (client: RawVppClient) => {
    const { retval, clientIndex } = await client.call(controlPing, {});
    return `${retval}, own index ${clientIndex === client.clientIndex}`;
  },
  keepalive: async (client: RawVppClient) => {
    client.send(memclntKeepalive, {}, { context: 7 });
    return answersOf(client, 7);
  },
  versions: async (client: RawVppClient) => {
    const { retval, apiVersions: list } = await client.call(apiVersions, {});
    const { program } = await client.call(showVersion, {});
    return `${retval}, ${list.length} of the API, program ${program}`;
  },
  'api description': async (client: RawVppClient) => {
    client.send(getApiJson, {}, { context: 7 });
    const answer = await client.next();
    if (answer === null) return 'the end';
    const { retval, json } = getApiJson.reply.decode(new Reader(answer.bytes));
    const behind = answer.bytes.length - 14 - Buffer.byteLength(json);
    const lb = json.includes('"lb_as_set_weight"');
    return `${retval}, JSON ${Array.isArray(JSON.parse(json))}, lb ${lb}, ${behind} byte behind it`;
  },
} as const;

/** Behind the request a ping is sent: what comes before its answer is the answer to the request. */
async function answersOf(client: RawVppClient, context: number): Promise<string> {
  const end = client.send(controlPing, {}, { context: 0x7fff });
  const contexts: number[] = [];
  for (let answer = await client.next(); answer?.context !== end; answer = await client.next()) {
    if (answer === null) return 'the end';
    contexts.push(answer.context);
  }
  if (contexts.length === 0) return 'no answer';
  return contexts.every((one) => one === context) ? `${contexts.length} answer` : `answers of ${contexts}`;
}

async function executedSilently(client: RawVppClient, clientIndex: number): Promise<string> {
  client.send(lbAddDelVipV2, vipRequest(VIP), { clientIndex, context: 7 });
  const answers = await answersOf(client, 7);
  const rows = await vipRows(client, new Set(['192.88.99.1']));
  const again = await addVip(client, VIP);
  await delVip(client, VIP);
  return `${answers}, executed ${rows.length === 1}, again ${again}`;
}

function idOf(client: RawVppClient, message: AnyMessage): number {
  const id = client.idOf(message);
  if (id === null) throw new Error(`this VPP has no ${message.name}`);
  return id;
}

function frame(...parts: readonly Uint8Array[]): Uint8Array {
  const message = Buffer.concat(parts);
  return Buffer.concat([new Uint8Array(8), u32(message.length), new Uint8Array(4), message]);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function u32(value: number): Uint8Array {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
}
