import { BadHttpBody, HttpBody } from '../../probes/http-body.js';
import {
  BadHttpHead,
  bodyFraming,
  type HttpHead,
  httpPrefix,
  parseHttpHead,
} from '../../probes/http-head.js';

/** Bytes of an answer before its body, at most. */
const HEAD_MAX = 16 * 1024;

/** What has come so far: not all of it, all of it, or what is no HTTP. */
export type HttpReading = { readonly kind: 'more' } | HttpEnd;

export type HttpEnd =
  | { readonly kind: 'done'; readonly head: HttpHead }
  | { readonly kind: 'bad'; readonly why: string };

const more: HttpReading = { kind: 'more' };

/** Reads one answer of HTTP/1 to a GET, to the end of its body, or to the 64th KiB of it. */
export class HttpAnswer {
  #text = '';
  #head: HttpHead | null = null;
  #body: HttpBody | null = null;

  /** `bytes` may be reused after the call. */
  feed(bytes: Buffer): HttpReading {
    try {
      return this.#body === null ? this.#feedHead(bytes) : this.#feedBody(this.#body, bytes);
    } catch (thrown) {
      if (thrown instanceof BadHttpHead || thrown instanceof BadHttpBody)
        return { kind: 'bad', why: thrown.message };
      throw thrown;
    }
  }

  /** The server sends no more. */
  end(): HttpEnd {
    if (this.#body?.end() === true && this.#head !== null) return { kind: 'done', head: this.#head };
    return { kind: 'bad', why: `connection closed ${this.progress()}` };
  }

  /** `before any answer` */
  progress(): string {
    if (this.#head !== null) return 'within the body of the answer';
    return this.#text === '' ? 'before any answer' : 'within the header of the answer';
  }

  #feedHead(bytes: Buffer): HttpReading {
    const before = Math.max(0, this.#text.length - 3);
    const known = this.#text.length;
    this.#text += bytes.toString('latin1', 0, HEAD_MAX + 4);
    if (!httpPrefix.startsWith(this.#text.slice(0, httpPrefix.length))) {
      return { kind: 'bad', why: 'the answer is not HTTP/1' };
    }
    const end = this.#text.indexOf('\r\n\r\n', before);
    if (end < 0) {
      return this.#text.length > HEAD_MAX
        ? { kind: 'bad', why: 'the header of the answer is too long' }
        : more;
    }
    const head = parseHttpHead(this.#text.slice(0, end));
    const rest = bytes.subarray(end + 4 - known);
    this.#text = '';
    // What comes before the answer proper (RFC 9110 section 15.2).
    if (head.status < 200 && head.status !== 101) return rest.length === 0 ? more : this.#feedHead(rest);
    this.#head = head;
    this.#body = new HttpBody(bodyFraming(head));
    return this.#feedBody(this.#body, rest);
  }

  #feedBody(body: HttpBody, bytes: Buffer): HttpReading {
    body.feed(bytes);
    return body.complete && this.#head !== null ? { kind: 'done', head: this.#head } : more;
  }
}
