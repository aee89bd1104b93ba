/** Types and options of DNS that are asked for (RFC 1035, RFC 6891, RFC 5001). */
const TYPE_A = 1;
const TYPE_NS = 2;
const TYPE_OPT = 41;
const CLASS_IN = 1;
const NSID = 3;
const RECURSION_DESIRED = 0x0100;
const HEADER = 12;
const OUR_PAYLOAD = 1232;

/** What a DNS server has said. */
export interface DnsAnswer {
  readonly id: number;
  /** 0: no error (RFC 1035 section 4.1.1). */
  readonly code: number;
  /** The name that the server has for itself, if it tells it. */
  readonly nsid: string | null;
}

const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** `SERVFAIL` */
export function dnsCodeName(code: number): string {
  return codes[code] ?? `RCODE ${code}`;
}

/**
 * A question for the addresses of a name, or for the name servers of the root when it is null. It also asks who answers. No
 * label of the name is longer than 63 characters, and all of it no longer than 253.
 */
export function dnsQuestion(id: number, name: string | null): Buffer {
  const labels = (name ?? '').split('.').filter((label) => label !== '');
  const texts = labels.map((label) => Buffer.from(label, 'latin1'));
  const encoded = Buffer.concat([...texts.flatMap((text) => [Buffer.of(text.length), text]), Buffer.of(0)]);
  const question = Buffer.alloc(4);
  question.writeUInt16BE(name === null ? TYPE_NS : TYPE_A, 0);
  question.writeUInt16BE(CLASS_IN, 2);
  return Buffer.concat([headerOf(id), encoded, question, askWho()]);
}

function headerOf(id: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  // One question, and one additional record.
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  return header;
}

/** An OPT record with an empty NSID. */
function askWho(): Buffer {
  const record = Buffer.alloc(15);
  record.writeUInt16BE(TYPE_OPT, 1);
  record.writeUInt16BE(OUR_PAYLOAD, 3);
  record.writeUInt16BE(4, 9);
  record.writeUInt16BE(NSID, 11);
  return record;
}

/** Null: it is no answer of DNS. */
export function readDnsAnswer(message: Buffer): DnsAnswer | null {
  if (message.length < HEADER) return null;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return null;
  return { id: message.readUInt16BE(0), code: flags & 0xf, nsid: nsidOf(message) };
}

/** Null also when the records behind the header cannot be read: who answers is worth no failure. */
function nsidOf(message: Buffer): string | null {
  const [questions, answers, authorities, additional] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  let at = HEADER;
  for (let i = 0; i < (questions ?? 0); i++) {
    const end = behindName(message, at);
    if (end === null) return null;
    at = end + 4;
  }
  const records = (answers ?? 0) + (authorities ?? 0) + (additional ?? 0);
  for (let i = 0; i < records; i++) {
    const fields = behindName(message, at);
    if (fields === null || fields + 10 > message.length) return null;
    const size = message.readUInt16BE(fields + 8);
    const data = message.subarray(fields + 10, fields + 10 + size);
    if (data.length < size) return null;
    if (message.readUInt16BE(fields) === TYPE_OPT) return nsidIn(data);
    at = fields + 10 + size;
  }
  return null;
}

function behindName(message: Buffer, start: number): number | null {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined) return null;
    if (length === 0) return at + 1;
    // A pointer to where the rest of the name stands (RFC 1035 section 4.1.4).
    if (length >= 0xc0) return at + 2;
    at += length + 1;
  }
}

function nsidIn(options: Buffer): string | null {
  let at = 0;
  while (at + 4 <= options.length) {
    const size = options.readUInt16BE(at + 2);
    if (options.readUInt16BE(at) === NSID && size > 0)
      return options.toString('latin1', at + 4, at + 4 + size);
    at += 4 + size;
  }
  return null;
}
