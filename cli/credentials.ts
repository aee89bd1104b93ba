import { readFile } from 'node:fs/promises';
import { MaglevError } from '../domain/errors.js';
import { tokenRule } from '../domain/token-list.js';
import type { ClientTls } from '../rpc/client.js';

/** Files that say who calls, and who is believed to be maglevd; null = not given. */
export interface CredentialFiles {
  /** TLS is asked for by itself: with the authorities that Node brings with it. */
  readonly tls: boolean;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly token: string | null;
}

export interface Credentials {
  readonly tls: ClientTls | null;
  readonly token: string | null;
}

/** Rejects with MGL_USAGE. */
export async function readCredentials(files: CredentialFiles): Promise<Credentials> {
  const [ca, cert, key, tokenText] = await Promise.all([
    contents('--tls-ca', files.ca),
    contents('--tls-cert', files.cert),
    contents('--tls-key', files.key),
    contents('--token-file', files.token),
  ]);
  const token = tokenText?.toString('latin1').trim() ?? null;
  const wrong = token === null ? null : tokenRule(token);
  if (wrong !== null) throw usage(`--token-file: the token in ${files.token} ${wrong}`);
  const own = cert === null || key === null ? null : { cert, key };
  const secure = files.tls || ca !== null || own !== null;
  return { tls: secure ? { ca, own } : null, token };
}

async function contents(flag: string, file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (thrown) {
    throw usage(`${flag}: cannot read ${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function usage(message: string): MaglevError {
  return new MaglevError('MGL_USAGE', message);
}
