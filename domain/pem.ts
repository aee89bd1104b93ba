import { createHash, X509Certificate } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { TrustStore } from './config.js';

/** Three names that OpenSSL takes for the same thing. */
const block = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*(?:-(?!----END)[^-]*)*-----END \1-----/g;
/** What a whole block of any kind is. */
const anyBlock = /-----BEGIN ([^-\r\n]+)-----[^-]*(?:-(?!----END)[^-]*)*-----END \1-----/g;
/** What is left of a block when its beginning or its end is missing; the last line may be cut anywhere. */
const torn = /^-----(?:BEGIN|END)|^-[-A-Z0-9 ]*(?![\s\S])/m;

/**
 * The certificates of a PEM bundle (RFC 7468); what stands between them, such as comments and keys, is left out. The left
 * side is what is wrong, as the end of a sentence that the name of the file begins.
 */
export function trustStore(text: string, file: string): E.Either<string, TrustStore> {
  const certificates = [...text.matchAll(block)].map(([certificate]) => certificate);
  if (torn.test(text.replace(anyBlock, ''))) return E.left('is cut off: something in it has no end');
  if (certificates.length === 0)
    return E.left('has no certificate in it (PEM begins with -----BEGIN CERTIFICATE-----)');
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (broken >= 0) return E.left(`cannot be understood: its certificate no. ${broken + 1} is none`);
  const bytes = Buffer.from(`${certificates.join('\n')}\n`, 'latin1');
  const pem = new SharedArrayBuffer(bytes.length);
  new Uint8Array(pem).set(bytes);
  return E.right({ file, fingerprint: createHash('sha256').update(bytes).digest('hex'), pem });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
