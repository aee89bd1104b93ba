import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Clock } from '../../protocol/clock.js';
import { networkFailure, type Outcome } from '../outcome.js';
import type { Vip } from '../vip.js';
import { dnsCodeName, dnsQuestion, readDnsAnswer } from './dns-message.js';
import { nameOf } from './http-outcome.js';
import { type Probe, type Prober, stage } from './prober.js';

/** Codes that a server answers with that is well: no error, and no such name. */
const WELL = [0, 3];

/** Asks DNS servers over UDP, each question from a port of its own, so that it is a flow of its own. */
export class DnsProber implements Prober {
  readonly #clock: Clock;
  readonly #open = new Set<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly prepare = (vip: Vip): Probe => {
    const question = vip.way.kind === 'dns' ? vip.way.question : null;
    return (ended) => {
      const begunAt = this.#clock.monotonic();
      const age = () => this.#clock.monotonic() - begunAt;
      const id = Math.floor(this.#clock.random() * 65_536);
      const socket = createSocket(vip.address.includes(':') ? 'udp6' : 'udp4');
      this.#open.add(socket);
      const close = () => {
        if (!this.#open.delete(socket)) return false;
        socket.close();
        return true;
      };
      const end = (outcome: Outcome) => {
        if (close()) ended(outcome);
      };
      socket.on('error', (error: NodeJS.ErrnoException) => {
        end(networkFailure(error.code ?? 'unknown', age(), error.syscall === 'bind' ? 'here' : 'network'));
      });
      socket.on('message', (message: Buffer, _from: RemoteInfo) => {
        const answer = readDnsAnswer(message);
        if (answer !== null && answer.id !== id) return;
        const outcome = dnsOutcome(answer, age());
        end(outcome);
      });
      const text = dnsQuestion(id, question);
      // Connected, it hears of what the network refuses, and of nobody else's answers.
      socket.once('connect', () => {
        if (this.#open.has(socket)) socket.send(text);
      });
      socket.connect(vip.port, vip.address);
      return {
        abandon: () => {
          close();
          return stage.asked;
        },
      };
    };
  };

  readonly look = (): void => {};

  readonly close = (): void => {
    for (const socket of this.#open) socket.close();
    this.#open.clear();
  };
}

function dnsOutcome(answer: ReturnType<typeof readDnsAnswer>, ms: number): Outcome {
  if (answer === null) {
    return { ok: false, ms, answerer: null, kind: 'http-err', detail: 'the answer is not DNS' };
  }
  const answerer = nameOf(answer.nsid);
  if (WELL.includes(answer.code)) return { ok: true, ms, answerer };
  return { ok: false, ms, answerer, kind: 'http-err', detail: `DNS ${dnsCodeName(answer.code)}` };
}
