import { asMaglevError, MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { ApiClient } from './api-client.js';
import type { Dial } from './byte-socket.js';
import { MessageChannel } from './channel.js';
import { Client } from './client.js';
import { controlPing, controlPingReply } from './generated/memclnt.js';
import { shakeHands } from './handshake.js';
import type { ApiTrace } from './trace.js';

export interface OpenApiOptions {
  /** Path of VPP's API socket, usually /run/vpp/api.sock. */
  readonly socketPath: string;
  /** How VPP's `show api clients` calls us; at most 63 bytes. */
  readonly clientName: string;
  readonly clock: Clock;
  readonly trace: ApiTrace;
  /** How long the oldest unanswered request may wait; default 5000. */
  readonly requestTimeoutMs?: number;
  /** For connecting and the handshake together; default 3000. */
  readonly connectTimeoutMs?: number;
  /** How it is connected to; default: by a unix socket. */
  readonly dial?: Dial;
  /** Gives up connecting. Without effect on a connection that stands. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to VPP and shakes hands. Rejects with MGL_VPP_CONNECT (no socket, not allowed, refused, given up),
 * MGL_VPP_TIMEOUT, MGL_VPP_PROTOCOL (whoever listens there is no VPP) or MGL_VPP_INCOMPATIBLE (VPP's control_ping is
 * not ours).
 */
export async function openApi(options: OpenApiOptions): Promise<ApiClient> {
  const { socketPath, clientName, clock, trace, signal } = options;
  const { requestTimeoutMs = 5000, connectTimeoutMs = 3000, dial } = options;
  if (signal?.aborted) throw givenUp(socketPath);
  const channel = new MessageChannel(socketPath, trace, dial);
  const cancelTimer = clock.schedule(connectTimeoutMs, () =>
    channel.end(
      new MaglevError('MGL_VPP_TIMEOUT', `VPP at ${socketPath} did not answer within ${connectTimeoutMs} ms`),
    ),
  );
  const abort = () => channel.end(givenUp(socketPath));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const welcome = await shakeHands(channel, clientName);
    const { absent, otherCrc } = welcome.table.missing([controlPing, controlPingReply]);
    if (absent.length + otherCrc.length > 0) {
      const names = [...absent, ...otherCrc].join(', ');
      throw new MaglevError('MGL_VPP_INCOMPATIBLE', `VPP at ${socketPath} lacks the messages ${names}`);
    }
    return new Client(channel, welcome, clock, requestTimeoutMs);
  } catch (thrown) {
    const error = asMaglevError(thrown);
    channel.end(error);
    throw error.code === 'MGL_VPP_DISCONNECTED'
      ? new MaglevError('MGL_VPP_CONNECT', `${error.message} during the handshake`, { cause: error })
      : error;
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', abort);
  }
}

function givenUp(socketPath: string): MaglevError {
  return new MaglevError('MGL_VPP_CONNECT', `connecting to ${socketPath} was given up`);
}
