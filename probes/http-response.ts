import type { HttpParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import { type ProbeFinding, statusDetail } from '../domain/probe-result.js';
import type { BodyMatcher } from './body-matcher.js';
import { BadHttpBody, HttpBody } from './http-body.js';
import { BadHttpHead, bodyFraming, type HttpHead, httpPrefix, parseHttpHead } from './http-head.js';
import { contentCoding, statusHint, whatCame } from './http-wording.js';
import { quoted } from './wording.js';

/** Bytes of a response before its body, interim responses (1xx) included. */
export const HEAD_LIMIT = 16 * 1024;

/** What can become of the connection of a response: the next request, at once or when the rest has been read; or nothing. */
export type Onward = 'now' | 'later' | 'never';

/**
 * Reads one HTTP/1 response as far as the verdict needs: the header, and the body only if it must match. Every
 * method answers the verdict as soon as there is one. If the connection is to be used again, the rest of the body can be
 * fed behind that.
 */
export class HttpResponse {
  readonly #params: HttpParams;
  readonly #matcher: BodyMatcher | null;
  #judged = false;
  #persistent = false;
  /** What has come of the header; the latin1 text has one character a byte. */
  #head = '';
  #headBytes = 0;
  #status = 0;
  /** How the body is compressed, as the server says; null = it is not. */
  #coding: string | null = null;
  #body: HttpBody | null = null;

  /** `matcher` null: any body. */
  constructor(params: HttpParams, matcher: BodyMatcher | null) {
    this.#params = params;
    this.#matcher = matcher;
  }

  get onward(): Onward {
    if (!this.#persistent || this.#body === null || this.#body.isEndless) return 'never';
    return this.#body.isWhole ? 'now' : 'later';
  }

  /** `bytes` may be reused after the call. */
  feed(bytes: Buffer): ProbeFinding | null {
    if (this.#judged) {
      this.#readOn(this.#body, bytes);
      return null;
    }
    const finding = this.#judge(bytes);
    this.#judged = finding !== null;
    if (this.#judged) this.#body?.forget();
    return finding;
  }

  #judge(bytes: Buffer): ProbeFinding | null {
    try {
      return this.#body === null ? this.#feedHead(bytes) : this.#feedBody(this.#body, bytes);
    } catch (thrown) {
      if (thrown instanceof BadHttpHead || thrown instanceof BadHttpBody) return invalid(thrown.message);
      throw thrown;
    }
  }

  /** The peer sends no more. */
  end(): ProbeFinding {
    if (this.#body?.end() === true) return this.#judgeBody(this.#body);
    return invalid(`connection closed by peer ${this.#progress()}`);
  }

  broken(errno: string): ProbeFinding {
    // Which of them it is depends on whether we were reading or writing.
    const reset = errno === 'ECONNRESET' || errno === 'EPIPE' || errno === 'ECONNABORTED';
    const how = reset ? 'connection reset by peer' : `connection broken (${errno})`;
    return invalid(`${how} ${this.#progress()}`);
  }

  timedOut(timeoutMs: number): ProbeFinding {
    const within = `within ${formatDuration(timeoutMs)}`;
    if (this.#body === null && this.#headBytes === 0) return noResponse(timeoutMs);
    const detail =
      this.#body === null
        ? `response header not complete ${within} (${this.#headBytes} bytes)`
        : `response body not complete ${within} (${this.#body.size} bytes)`;
    return { verdict: 'fail', code: 'L7TOUT', detail };
  }

  #feedHead(bytes: Buffer): ProbeFinding | null {
    const before = this.#head.length;
    this.#head += bytes.toString('latin1', 0, HEAD_LIMIT + 1 - this.#headBytes);
    const start = this.#head.slice(0, httpPrefix.length);
    if (!httpPrefix.startsWith(start))
      return invalid(`not HTTP/1: the answer begins ${quoted(this.#head, 20)}`);
    const end = headEnd(this.#head, Math.max(0, before - LONGEST_END));
    if (end === null) {
      this.#headBytes += bytes.length;
      return this.#headBytes > HEAD_LIMIT
        ? invalid(`response header larger than ${HEAD_LIMIT / 1024} KiB`)
        : null;
    }
    const used = end.next - before;
    this.#headBytes += used;
    if (this.#headBytes > HEAD_LIMIT) return invalid(`response header larger than ${HEAD_LIMIT / 1024} KiB`);
    const head = parseHttpHead(this.#head.slice(0, end.length));
    this.#head = '';
    const rest = bytes.subarray(used);
    // 1xx come before the response proper (RFC 9110 section 15.2); 101 would be the last of HTTP.
    if (head.status < 200 && head.status !== 101) return rest.length === 0 ? null : this.#feedHead(rest);
    return this.#judgeHead(head, rest);
  }

  #judgeHead(head: HttpHead, rest: Buffer): ProbeFinding | null {
    const { status } = head;
    this.#status = status;
    this.#coding = contentCoding(head);
    if (!this.#params.responseCodes.some(({ from, to }) => from <= status && status <= to)) {
      return { verdict: 'fail', code: 'L7STS', detail: `${statusDetail(status)}${statusHint(head)}` };
    }
    // Behind 101 another protocol is spoken.
    this.#persistent = head.persistent && status !== 101 && (this.#params.reuse ?? 1) > 1;
    if (this.#matcher !== null) {
      this.#body = this.#bodyBehind(head);
      return this.#feedBody(this.#body, rest);
    }
    if (this.#persistent) this.#begin(head, rest);
    return this.#pass();
  }

  #bodyBehind(head: HttpHead): HttpBody {
    return new HttpBody(this.#params.method === 'HEAD' ? { kind: 'length', bytes: 0 } : bodyFraming(head));
  }

  /** Nobody asked for the body: that it cannot be understood is no failure, but nothing can come behind it. */
  #begin(head: HttpHead, rest: Buffer): void {
    try {
      this.#body = this.#bodyBehind(head);
    } catch (thrown) {
      if (!(thrown instanceof BadHttpHead)) throw thrown;
    }
    this.#readOn(this.#body, rest);
  }

  #readOn(body: HttpBody | null, bytes: Buffer): void {
    try {
      body?.feed(bytes);
    } catch (thrown) {
      if (!(thrown instanceof BadHttpBody)) throw thrown;
      this.#persistent = false;
    }
  }

  #feedBody(body: HttpBody, bytes: Buffer): ProbeFinding | null {
    body.feed(bytes);
    return body.complete ? this.#judgeBody(body) : null;
  }

  #judgeBody(body: HttpBody): ProbeFinding {
    const finding = this.#matcher?.(body.text()) ?? null;
    if (finding === null) return this.#pass();
    return finding.verdict === 'fail'
      ? invalid(`${finding.detail}: ${whatCame(body, this.#coding)}`)
      : finding;
  }

  #pass(): ProbeFinding {
    return { verdict: 'pass', code: 'L7OK', detail: statusDetail(this.#status) };
  }

  #progress(): string {
    if (this.#body !== null) return `within the response body (after ${this.#body.size} bytes)`;
    if (this.#headBytes > 0) return `within the response header (after ${this.#headBytes} bytes)`;
    return 'before any response';
  }
}

/** A header ends with two line ends, of two characters at most. */
const LONGEST_END = 4;

/** Where the header ends, and where the next thing begins; looks at the text from `start` on. */
function headEnd(text: string, start: number): { length: number; next: number } | null {
  const end = /\r?\n\r?\n/g;
  end.lastIndex = start;
  const match = end.exec(text);
  return match === null ? null : { length: match.index, next: match.index + match[0].length };
}

function invalid(detail: string): ProbeFinding {
  return { verdict: 'fail', code: 'L7RSP', detail };
}

/** Nothing has come of an answer. */
export function noResponse(timeoutMs: number): ProbeFinding {
  return { verdict: 'fail', code: 'L7TOUT', detail: `no response within ${formatDuration(timeoutMs)}` };
}
