import { Worker } from 'node:worker_threads';
import type { Certificate } from './certificates.js';

/** What is done with every connection before it is reset: nothing; a whole answer; a whole answer to a request. */
export type AbruptManners = 'reset' | 'answer' | 'answer-request';

export interface AbruptOrder {
  readonly manners: AbruptManners;
  /** null = no TLS. */
  readonly certificate: Certificate | null;
}

export interface AbruptServer {
  readonly port: number;
  readonly end: () => Promise<void>;
}

/** A server in a thread of its own: it also acts while the thread that probes does not look. */
export async function startAbruptServer(
  manners: AbruptManners,
  certificate: Certificate | null = null,
): Promise<AbruptServer> {
  const workerData: AbruptOrder = { manners, certificate };
  const thread = new Worker(new URL('./abrupt-server-main.js', import.meta.url), { workerData });
  const port = await new Promise<number>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  return {
    port,
    end: async () => {
      await thread.terminate();
    },
  };
}
