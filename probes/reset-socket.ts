import { Socket, type SocketConstructorOpts } from 'node:net';

/**
 * A TCP client that, whoever destroys it, ends its connection by a reset, so that no port of ours stays in TIME_WAIT.
 * That it is built into destroy() matters for TLS, which destroys the socket below itself: to reset that one from
 * outside while TLS is using it crashes Node.
 */
export class ResetSocket extends Socket {
  #state: 'unconnected' | 'connected' | 'resetting' = 'unconnected';
  /** Node's reset knows no error, but calls destroy() again. */
  #error: Error | undefined;

  constructor(options: SocketConstructorOpts) {
    super(options);
    this.once('connect', () => {
      this.#state = 'connected';
    });
  }

  override destroy(error?: Error): this {
    if (this.#state !== 'connected' || this.destroyed) return super.destroy(error ?? this.#error);
    this.#state = 'resetting';
    this.#error = error;
    return this.resetAndDestroy();
  }
}
