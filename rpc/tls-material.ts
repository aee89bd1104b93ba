import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { trustStore } from '../domain/pem.js';

/** Names of files in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authorities of clients; null: no client is asked for a certificate. */
  readonly clientCa: string | null;
}

/** What a TLS server serves with. */
export interface TlsMaterial {
  readonly context: SecureContextOptions;
  readonly certificate: X509Certificate;
  /** Changes when any of the files does. */
  readonly text: string;
}

/** Reads a certificate, the key that belongs to it, and what vouches for clients. Left: one sentence of what is wrong. */
export async function readTlsMaterial(files: TlsFiles): Promise<Either<string, TlsMaterial>> {
  const texts: string[] = [];
  for (const file of [files.cert, files.key, files.clientCa]) {
    if (file === null) continue;
    try {
      texts.push(await readFile(file, 'latin1'));
    } catch (thrown) {
      return left(`cannot read ${file}: ${textOf(thrown)}`);
    }
  }
  const [cert = '', key = '', ca] = texts;
  const chain = trustStore(cert, files.cert);
  if (isLeft(chain)) return left(`${files.cert} ${chain.left}`);
  const parsed = attempt(() => createPrivateKey(key));
  if (isLeft(parsed)) return left(`${files.key} is no private key in PEM: ${parsed.left}`);
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(parsed.right)) {
    return left(`the key in ${files.key} does not belong to the certificate in ${files.cert}`);
  }
  if (ca !== undefined && files.clientCa !== null) {
    const trusted = trustStore(ca, files.clientCa);
    if (isLeft(trusted)) return left(`${files.clientCa} ${trusted.left}`);
  }
  const context: SecureContextOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2',
  };
  // OpenSSL refuses more than is refused above, as keys that are too short.
  const made = attempt(() => createSecureContext(context));
  if (isLeft(made)) return left(`${files.cert} and ${files.key} cannot be used: ${made.left}`);
  return right({ context, certificate, text: texts.join('\0') });
}

function attempt<T>(act: () => T): Either<string, T> {
  try {
    return right(act());
  } catch (thrown) {
    return left(textOf(thrown));
  }
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
