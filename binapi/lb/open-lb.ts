import type { MaglevError } from '../../domain/errors.js';
import type { DropCounters } from '../api-client.js';
import { type OpenApiOptions, openApi } from '../open-api.js';
import { createLbApi, type LbApi } from './lb-api.js';

/** A connection to a VPP whose load balancer can do all that is needed. */
export interface LbConnection extends LbApi {
  readonly info: {
    readonly version: string;
    readonly buildDate: string;
    readonly buildDirectory: string;
    readonly pid: number;
  };
  readonly pendingCount: () => number;
  readonly lastReplyAt: () => number;
  readonly dropped: () => DropCounters;
  readonly closed: Promise<MaglevError>;
  readonly close: (reason?: MaglevError) => Promise<void>;
}

/**
 * As openApi, and makes sure that the VPP has the messages that LbApi needs: rejects with MGL_VPP_INCOMPATIBLE when
 * it does not. What it gives is all that there is to reach this VPP with, so that no write can pass by the guard.
 */
export async function openLb(options: OpenApiOptions): Promise<LbConnection> {
  const client = await openApi(options);
  const api = createLbApi(client);
  try {
    const incompatible = api.checkCompatible();
    if (incompatible !== null) throw incompatible;
    const [{ version, buildDate, buildDirectory }, { pid }] = await Promise.all([
      api.showVersion(),
      api.ping(),
    ]);
    return {
      ...api,
      info: { version, buildDate, buildDirectory, pid },
      pendingCount: client.pendingCount,
      lastReplyAt: client.lastReplyAt,
      dropped: client.dropped,
      closed: client.closed,
      close: client.close,
    };
  } catch (thrown) {
    await client.close();
    throw thrown;
  }
}
