/** A field of DER (X.690): its tag, where its content begins, and where the next field does. */
interface Field {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly next: number;
}

const SEQUENCE = 0x30;
/** The certificate that the server has shown, in a session as OpenSSL writes it (SSL_SESSION_ASN1 of its source). */
const PEER = 0xa3;

/**
 * A session of TLS without the certificate that was shown in the handshake that made it: nobody asks for that one again, and to
 * read it takes as long as a seventh of a handshake, each time. What is not understood stays as it is.
 */
export function withoutCertificate(session: Buffer): Buffer {
  const whole = fieldAt(session, 0);
  if (whole?.tag !== SEQUENCE || whole.next !== session.length) return session;
  const kept: Buffer[] = [];
  for (let at = whole.content; at < whole.next; ) {
    const field = fieldAt(session, at);
    if (field === null) return session;
    if (field.tag !== PEER) kept.push(session.subarray(field.start, field.next));
    at = field.next;
  }
  const content = Buffer.concat(kept);
  return Buffer.concat([Buffer.of(SEQUENCE, ...lengthOf(content.length)), content]);
}

/** null = there is none that is whole. Tags of more than a byte are not among those that are asked for. */
function fieldAt(bytes: Buffer, start: number): Field | null {
  const tag = bytes[start];
  const short = bytes[start + 1];
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) return null;
  const sizeBytes = short < 0x80 ? 0 : short & 0x7f;
  const content = start + 2 + sizeBytes;
  if (short === 0x80 || sizeBytes > 4 || content > bytes.length) return null;
  const size = sizeBytes === 0 ? short : bytes.readUIntBE(start + 2, sizeBytes);
  const next = content + size;
  return next > bytes.length ? null : { tag, start, content, next };
}

function lengthOf(size: number): number[] {
  if (size < 0x80) return [size];
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}
