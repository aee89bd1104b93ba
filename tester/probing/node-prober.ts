import * as http from 'node:http';
import * as https from 'node:https';
import { connect, isIP } from 'node:net';
import * as tls from 'node:tls';
import { hostWithoutPort } from '../../probes/http-request.js';
import { handshakeError, isOurTlsError } from '../../probes/tls-error.js';
import type { Clock } from '../../protocol/clock.js';
import { networkFailure, type Outcome } from '../outcome.js';
import type { Vip } from '../vip.js';
import { hostOf, httpOutcome, nameOf, pathOf, userAgent } from './http-outcome.js';
import { type Asking, type Flight, type Probe, type Prober, stage } from './prober.js';

/** Bytes of a body that are waited for. */
const BODY_MAX = 64 * 1024;

/** TLS, connections that are used again, and everything where the kernel cannot be asked directly: by sockets of Node. */
export class NodeProber implements Prober {
  readonly #clock: Clock;
  readonly #asking: Asking;
  readonly #agents: (http.Agent | https.Agent)[] = [];

  constructor(clock: Clock, asking: Asking) {
    this.#clock = clock;
    this.#asking = asking;
  }

  readonly prepare = (vip: Vip): Probe => {
    switch (vip.way.kind) {
      case 'http':
      case 'https':
        return this.#asked(vip, vip.way.kind);
      case 'tls':
        return (ended) => this.#shakeHands(vip, ended);
      default:
        return (ended) => this.#connect(vip, ended);
    }
  };

  readonly look = (): void => {};

  readonly close = (): void => {
    for (const agent of this.#agents) agent.destroy();
  };

  #asked(vip: Vip, scheme: 'http' | 'https'): Probe {
    const { keepAlive } = this.#asking;
    const agent = keepAlive ? this.#agentFor(scheme) : false;
    const options: https.RequestOptions = {
      host: vip.address,
      port: vip.port,
      path: pathOf(vip, this.#asking),
      agent,
      headers: { Host: hostOf(vip, this.#asking.host), 'User-Agent': userAgent, Accept: '*/*' },
      ...(scheme === 'https' ? this.#tlsOptions(vip) : {}),
    };
    const request = scheme === 'https' ? https.request : http.request;
    return (ended) => {
      const begunAt = this.#clock.monotonic();
      const age = () => this.#clock.monotonic() - begunAt;
      let reached: string = stage.connecting;
      let over = false;
      let sent: http.ClientRequest | null = null;
      const end = (outcome: Outcome) => {
        if (over) return;
        over = true;
        ended(outcome);
      };
      const send = () => {
        const asked = request(options);
        sent = asked;
        asked.on('socket', (socket) => {
          if (!socket.connecting) reached = stage.asked;
          socket.once('connect', () => {
            reached = scheme === 'https' ? stage.handshake : stage.asked;
          });
          socket.once('secureConnect', () => {
            reached = stage.asked;
          });
        });
        asked.on('error', (error: NodeJS.ErrnoException) => {
          // The server had closed the connection before it knew of this request.
          if (asked.reusedSocket && error.code === 'ECONNRESET' && !over) send();
          else end(failureOf(error, reached, age()));
        });
        asked.on('response', (response) => {
          reached = stage.answering;
          let bytes = 0;
          const done = () => {
            const header = response.headers[this.#asking.header];
            const told = nameOf(Array.isArray(header) ? header[0] : header);
            end(httpOutcome(response.statusCode ?? 0, told ?? certificateName(asked.socket), age()));
          };
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes < BODY_MAX) return;
            done();
            asked.destroy();
          });
          response.on('end', done);
          response.on('error', (error: NodeJS.ErrnoException) => end(failureOf(error, reached, age())));
        });
        asked.end();
      };
      send();
      return abandonable(() => {
        over = true;
        sent?.destroy();
        return reached;
      });
    };
  }

  #shakeHands(vip: Vip, ended: (outcome: Outcome) => void): Flight {
    const begunAt = this.#clock.monotonic();
    const age = () => this.#clock.monotonic() - begunAt;
    let reached: string = stage.connecting;
    const socket = tls.connect({ host: vip.address, port: vip.port, ...this.#tlsOptions(vip) });
    let over = false;
    const end = (outcome: Outcome) => {
      if (over) return;
      over = true;
      socket.destroy();
      ended(outcome);
    };
    socket.once('connect', () => {
      reached = stage.handshake;
    });
    socket.once('secureConnect', () => end({ ok: true, ms: age(), answerer: certificateName(socket) }));
    socket.on('error', (error: NodeJS.ErrnoException) => end(failureOf(error, reached, age())));
    return abandonable(() => {
      over = true;
      socket.destroy();
      return reached;
    });
  }

  #connect(vip: Vip, ended: (outcome: Outcome) => void): Flight {
    const begunAt = this.#clock.monotonic();
    const age = () => this.#clock.monotonic() - begunAt;
    const socket = connect({ host: vip.address, port: vip.port, autoSelectFamily: false });
    let over = false;
    const end = (outcome: Outcome) => {
      if (over) return;
      over = true;
      socket.resetAndDestroy();
      ended(outcome);
    };
    socket.once('connect', () => {
      const itself = socket.localPort === vip.port && socket.localAddress === vip.address;
      end(itself ? networkFailure('ECONNREFUSED', age()) : { ok: true, ms: age(), answerer: null });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(failureOf(error, stage.connecting, age())));
    return abandonable(() => {
      over = true;
      socket.destroy();
      return stage.connecting;
    });
  }

  #tlsOptions(vip: Vip): tls.ConnectionOptions & { readonly servername: string } {
    const { host, insecure } = this.#asking;
    const name = host === null ? vip.address : hostWithoutPort(host);
    return {
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !insecure,
      // Addresses are checked, but not sent (RFC 6066 section 3).
      servername: isIP(name) === 0 ? name : '',
      checkServerIdentity: (_sent, certificate) => tls.checkServerIdentity(name, certificate),
      // Each probe sees the certificate.
      session: undefined,
    } as tls.ConnectionOptions & { readonly servername: string };
  }

  #agentFor(scheme: 'http' | 'https'): http.Agent | https.Agent {
    const options = { keepAlive: true, maxSockets: 1 };
    const agent = scheme === 'https' ? new https.Agent(options) : new http.Agent(options);
    this.#agents.push(agent);
    return agent;
  }
}

function abandonable(abandon: () => string): Flight {
  return { abandon };
}

/** What a server with this certificate is called; null: there is none. */
function certificateName(socket: unknown): string | null {
  if (!(socket instanceof tls.TLSSocket)) return null;
  const { subject, fingerprint256 = '' } = socket.getPeerCertificate() ?? {};
  const name = subject?.CN;
  const number = fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase();
  if (number === '') return null;
  return nameOf(`${Array.isArray(name) ? name[0] : (name ?? 'certificate')} ${number}`);
}

function failureOf(error: NodeJS.ErrnoException, reached: string, ms: number): Outcome {
  const { code = '', message, syscall } = error;
  if (/^E[A-Z0-9]+$/.test(code)) {
    if (reached === stage.handshake) {
      return { ok: false, ms, answerer: null, kind: 'net-err', detail: handshakeError(error) };
    }
    return networkFailure(code, ms, syscall === 'bind' || syscall === 'socket' ? 'here' : 'network');
  }
  if (code.startsWith('HPE_')) {
    return { ok: false, ms, answerer: null, kind: 'http-err', detail: 'the answer is not HTTP/1' };
  }
  const detail = code.startsWith('ERR_SSL_') ? handshakeError(error) : certificateWords(code, message);
  return { ok: false, ms, answerer: null, kind: isOurTlsError(error) ? 'local-err' : 'net-err', detail };
}

function certificateWords(code: string, message: string): string {
  const advice = '; --insecure looks at no certificate, --host says whom it must be for';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate is for another name${advice}`;
  const words = message.split('\n')[0] ?? code;
  return /CERT|CHAIN|ISSUER|SIGNATURE/.test(code) ? `the certificate is refused: ${words}${advice}` : words;
}
