import type { HttpParams, TlsParams } from '../domain/config.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import type { Attempt } from './attempt.js';
import { type BodyMatcher, bodyMatcher } from './body-matcher.js';
import { dial } from './dial.js';
import { HttpLine } from './http-line.js';
import { hostWithoutPort, httpRequest } from './http-request.js';
import { HttpResponse } from './http-response.js';
import type { Surroundings } from './probe.js';
import { noAnswer } from './refusal.js';
import { Sessions } from './sessions.js';
import type { ProbeTarget } from './target.js';
import { secureDial } from './tls.js';
import { Wariness } from './wariness.js';

/** One name, of so many bytes. */
const httpAlpn = Buffer.from('\x08http/1.1', 'latin1');

/**
 * What one server is asked again and again. What was kept of an earlier probe can only prove that the server is well: whatever
 * else comes of it, the probe begins anew, in what is left of its time.
 */
export class Exchange {
  readonly #target: ProbeTarget;
  readonly #port: number;
  readonly #params: HttpParams;
  /** null: plain HTTP. */
  readonly #tls: TlsParams | null;
  readonly #request: Buffer;
  readonly #matcher: BodyMatcher | null;
  readonly #host: string | null;
  readonly #sessions: Sessions;
  #kept: HttpLine | null = null;
  readonly #wariness = new Wariness();

  constructor(target: ProbeTarget, port: number, params: HttpParams, tls: TlsParams | null) {
    this.#target = target;
    this.#port = port;
    this.#params = params;
    this.#tls = tls;
    this.#request = httpRequest(params, target.address, port, tls === null ? 80 : 443);
    this.#matcher = params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp);
    this.#host = params.host === null ? null : hostWithoutPort(params.host);
    this.#sessions = new Sessions(tls?.resume ?? 1);
  }

  begin(attempt: Attempt, around: Surroundings): void {
    const line = this.#kept;
    this.#kept = null;
    if (line?.isFree === true) this.#askOver(line, attempt, around);
    else {
      line?.close();
      this.#wariness.begunAnew();
      this.#anew(attempt, around);
    }
  }

  /** Nothing is kept, neither a connection nor a session. */
  close(): void {
    this.#kept?.close();
    this.#kept = null;
    this.#sessions.forget();
  }

  #askOver(line: HttpLine, attempt: Attempt, around: Surroundings): void {
    let begun = false;
    const anew = () => {
      if (begun) return;
      begun = true;
      this.#wariness.lost();
      attempt.standAlone();
      this.#anew(attempt, around);
    };
    attempt.lean('the request went over the connection of an earlier probe');
    line.take();
    attempt.release(() => {
      if (!line.isKept) line.close();
    });
    // Its silence may be that of a connection which only we believe in.
    attempt.release(around.clock.schedule(this.#target.timeoutMs / 2, () => attempt.handle(anew)));
    this.#ask(line, attempt, (finding) => {
      if (finding.verdict === 'pass') {
        if (!begun) this.#wariness.served();
        this.#end(line, attempt, finding);
      } else {
        line.close();
        anew();
      }
    });
  }

  #anew(attempt: Attempt, around: Surroundings): void {
    const target = this.#target;
    let line: HttpLine | null = null;
    const isKept = () => line?.isKept === true;
    attempt.enter(() => noAnswer(target));
    const use = (made: HttpLine, resumed: boolean) => {
      line = made;
      const response = this.#ask(made, attempt, (finding) => {
        if (!resumed || finding.verdict === 'pass') this.#end(made, attempt, finding);
        else {
          made.close();
          this.#sessions.lost();
          attempt.standAlone();
          this.#anew(attempt, around);
        }
      });
      attempt.enter(() => response.timedOut(target.timeoutMs));
    };
    const tls = this.#tls;
    if (tls === null) {
      dial(attempt, target, this.#port, {
        isKept,
        connected: (socket) => {
          const made = new HttpLine(socket, around);
          socket.on('data', (bytes: Buffer) => made.came(bytes));
          socket.on('end', () => made.ended());
          socket.on('error', (error) => made.failed(error));
          use(made, false);
        },
        lost: (errno) => attempt.end(new HttpResponse(this.#params, this.#matcher).broken(errno)),
      });
      return;
    }
    const [port, host, sessions] = [this.#port, this.#host, this.#sessions];
    const unresumed = () => this.#anew(attempt, around);
    const wish = { port, host, tls, alpn: httpAlpn, sessions, isKept, unresumed };
    secureDial(attempt, around, target, wish, (secure, resumed) => {
      const made = new HttpLine(secure, around);
      use(made, resumed);
      return made;
    });
  }

  /** Not told when the attempt has ended. */
  #ask(line: HttpLine, attempt: Attempt, found: (finding: ProbeFinding) => void): HttpResponse {
    const response = new HttpResponse(this.#params, this.#matcher);
    line.ask(this.#request, response, (finding) => {
      if (!attempt.ended) found(finding);
    });
    return response;
  }

  #end(line: HttpLine, attempt: Attempt, finding: ProbeFinding): void {
    const mayKeep = finding.verdict === 'pass' && this.#wariness.trusts;
    if (mayKeep && line.requests < (this.#params.reuse ?? 1)) {
      line.keep();
      if (line.isKept) this.#kept = line;
    }
    attempt.end(finding);
  }
}
