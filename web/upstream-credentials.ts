import { readCredentials } from '../cli/credentials.js';
import type { ConnectOptions } from '../client/options.js';
import type { FrontendSettings } from './flags.js';

/** What is shown to maglevds, and by what they are believed. Rejects with MGL_USAGE. */
export async function upstreamCredentials({
  tls,
  ca,
  cert,
  key,
  tokenFile,
}: FrontendSettings['upstream']): Promise<{
  readonly tls: ConnectOptions['tls'] | null;
  readonly token: string | null;
}> {
  const read = await readCredentials({ tls, ca, cert, key, token: tokenFile });
  if (read.tls === null) return { tls: null, token: read.token };
  const { ca: authorities, own } = read.tls;
  return {
    tls: { ...(authorities === null ? {} : { ca: authorities }), ...(own === null ? {} : own) },
    token: read.token,
  };
}
