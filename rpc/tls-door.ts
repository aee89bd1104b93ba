import { constants } from 'node:crypto';
import type net from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type Peer, subjectKey } from '../domain/access.js';
import { MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import { readTlsMaterial, type TlsFiles, type TlsMaterial } from './tls-material.js';

export interface TlsDoorOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time between two looks at the files, in milliseconds; default 5000. */
  readonly lookMs?: number;
}

/** What is spoken behind TLS. */
export type Spoken = 'h2' | 'http/1.1';

/** A client that speaks it. */
export type Welcome = (socket: TLSSocket, origin: Omit<Peer, 'address'>) => void;

/** Whoever needs longer for a handshake does not want to be served. */
const HANDSHAKE_MS = 10_000;
/** Handshakes that may be under way. One takes milliseconds: of more than that, the oldest is with somebody silent. */
const MAX_HANDSHAKES = 200;

/**
 * Does TLS for connections that are then served as those without it are. A new certificate is for new connections: those
 * that are open go on. Clients may show a certificate; what that is worth is decided for each call.
 */
export class TlsDoor {
  readonly #options: TlsDoorOptions;
  readonly #servers: Server[] = [];
  /** Oldest first. */
  readonly #handshakes = new Map<string, net.Socket>();
  #material: TlsMaterial;
  /** What was found wrong the last time, which is told once. */
  #fault: string | null = null;
  #stopLooking: () => void = () => {};
  #closed = false;

  /** Rejects with MGL_TLS_FILES. */
  static async open(options: TlsDoorOptions): Promise<TlsDoor> {
    const material = await readTlsMaterial(options.files);
    if (isLeft(material))
      throw new MaglevError('MGL_TLS_FILES', `the API cannot be served with TLS: ${material.left}`);
    return new TlsDoor(options, material.right);
  }

  private constructor(options: TlsDoorOptions, material: TlsMaterial) {
    this.#options = options;
    this.#material = material;
    this.#tellLoaded();
    this.#lookLater();
  }

  /** Where those come in who speak this. What is returned begins the handshake of a connection that was just made. */
  entrance(spoken: Spoken, welcome: Welcome): (socket: net.Socket) => void {
    const server = createServer({
      ...this.#material.context,
      ALPNProtocols: [spoken],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: this.#options.files.clientCa !== null,
      // Who shows none, or a wrong one, may still have a token; and is told in words what is wrong.
      rejectUnauthorized: false,
      // No session outlives the files by which its client was judged.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    server.on('secureConnection', (socket) => {
      this.#handshakes.delete(endsOf(socket));
      socket.on('error', () => undefined);
      // Who does not say what it speaks means HTTP/1.1, which is older than the question.
      if (socket.alpnProtocol === spoken || (socket.alpnProtocol === false && spoken === 'http/1.1')) {
        welcome(socket, originOf(socket));
      } else socket.destroy();
    });
    server.on('tlsClientError', (_, socket) => socket.destroy());
    this.#servers.push(server);
    return (socket) => this.#accept(server, socket);
  }

  #accept(server: Server, socket: net.Socket): void {
    socket.on('error', () => undefined);
    const [oldest] = this.#handshakes;
    if (this.#handshakes.size >= MAX_HANDSHAKES && oldest !== undefined) {
      this.#handshakes.delete(oldest[0]);
      oldest[1].destroy();
    }
    const key = endsOf(socket);
    this.#handshakes.set(key, socket);
    socket.once('close', () => {
      if (this.#handshakes.get(key) === socket) this.#handshakes.delete(key);
    });
    server.emit('connection', socket);
  }

  /** Reads the files again. What cannot be used changes nothing, and is told. */
  async reload(): Promise<void> {
    const read = await readTlsMaterial(this.#options.files);
    if (this.#closed) return;
    if (isLeft(read)) {
      if (this.#fault !== read.left) this.#options.log.log('error', 'tls-load-failed', { error: read.left });
      this.#fault = read.left;
      return;
    }
    this.#fault = null;
    if (read.right.text === this.#material.text) return;
    this.#material = read.right;
    for (const server of this.#servers) server.setSecureContext(read.right.context);
    this.#tellLoaded();
  }

  close(): void {
    this.#closed = true;
    this.#stopLooking();
    for (const socket of this.#handshakes.values()) socket.destroy();
  }

  #lookLater(): void {
    const { clock, lookMs = 5000 } = this.#options;
    this.#stopLooking = clock.schedule(lookMs, () => {
      void this.reload().finally(() => {
        if (!this.#closed) this.#lookLater();
      });
    });
  }

  #tellLoaded(): void {
    const { subject, validTo, fingerprint256 } = this.#material.certificate;
    this.#options.log.log('info', 'tls-loaded', {
      subject: subjectKey(subject ?? ''),
      notAfter: validTo,
      fingerprint: fingerprint256,
      clientCa: this.#options.files.clientCa !== null,
    });
  }
}

function originOf(socket: TLSSocket): Omit<Peer, 'address'> {
  const shown = socket.getPeerX509Certificate();
  const base = { door: 'tls', uid: null } as const;
  if (shown === undefined) return { ...base, certificate: null, certificateFault: null };
  if (socket.authorized) {
    return { ...base, certificate: subjectKey(shown.subject ?? ''), certificateFault: null };
  }
  const error: unknown = socket.authorizationError;
  return {
    ...base,
    certificate: null,
    certificateFault: error instanceof Error ? error.message : String(error),
  };
}

/** Both ends of a connection, which no other one has; those of what TLS is done for are those of TLS. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: net.Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
