import { ipFromBytes } from '../domain/ip.js';
import { LabelledCounts } from '../domain/labelled-counts.js';
import type { Logger } from '../protocol/log.js';
import { AddressFamily } from './generated/ip-types.js';

/** One message that was sent to VPP or came from it. */
export interface ApiRecord {
  readonly direction: 'send' | 'receive';
  /** The name of the message; of an unknown one its id. */
  readonly message: string;
  readonly context: number;
  /** Is it a request for a dump, or a row of one? */
  readonly multi: boolean;
  /** All fields as the bytes have them; null when they were not decoded. */
  readonly fields: unknown;
  /** Why nobody got this message; null when somebody did. */
  readonly dropped: string | null;
}

/** Sees every message of a connection: channel.ts is the only way to the socket, and it tells this of each one. */
export interface ApiTrace {
  /** Asked before a record is made, so that nothing is built for nobody. */
  readonly enabled: () => boolean;
  readonly message: (record: ApiRecord) => void;
  /** Told of each message, whoever wants records. Not `ok`: VPP refuses the request, or nobody takes what came. */
  readonly count?: (direction: ApiRecord['direction'], message: string, ok: boolean) => void;
}

const events = {
  send: { single: 'vpp-api-send', multi: 'vpp-api-send-multi' },
  receive: { single: 'vpp-api-recv', multi: 'vpp-api-recv-multi' },
} as const;

/** Logs every message at debug, with its fields in a form that people read. */
export function logTrace(log: Logger): ApiTrace {
  return {
    enabled: () => log.enabled('debug'),
    message: ({ direction, message, context, multi, fields, dropped }) => {
      const rest = dropped === null ? {} : { dropped };
      log.log('debug', events[direction][multi ? 'multi' : 'single'], {
        message,
        context,
        fields: printable(fields),
        ...rest,
      });
    },
  };
}

const MAX_ITEMS = 100;
const MAX_CHARACTERS = 4000;

/**
 * Decoded fields as people read them: addresses and prefixes as text, other bytes in hex. In VPP's messages byte
 * strings of 4 and 16 are addresses. What is very long is cut.
 */
export function printable(value: unknown): unknown {
  if (value instanceof Uint8Array) return printableBytes(value);
  if (typeof value === 'string') return cutText(value);
  if (Array.isArray(value)) return printableItems(value);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  return printableAddress(fields) ?? printablePrefix(fields) ?? printableFields(fields);
}

function printableBytes(bytes: Uint8Array): string {
  if (bytes.length === 4 || bytes.length === 16) return ipFromBytes(bytes);
  return cutText(Buffer.from(bytes).toString('hex'));
}

function printableItems(items: readonly unknown[]): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map(printable);
  return items.length > MAX_ITEMS ? [...shown, `... ${items.length - MAX_ITEMS} more`] : shown;
}

function printableAddress({ af, un, ...others }: Readonly<Record<string, unknown>>): string | null {
  if (!(un instanceof Uint8Array) || un.length !== 16 || Object.keys(others).length > 0) return null;
  return ipFromBytes(af === AddressFamily.ADDRESS_IP4 ? un.subarray(0, 4) : un);
}

function printablePrefix({ address, len, ...others }: Readonly<Record<string, unknown>>): string | null {
  if (typeof len !== 'number' || Object.keys(others).length > 0) return null;
  const text = printable(address);
  return typeof text === 'string' ? `${text}/${len}` : null;
}

function printableFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, printable(value)]));
}

function cutText(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS)}... ${text.length - MAX_CHARACTERS} more`;
}

interface Counter {
  count: number;
}

/** Counts messages to and from VPP, over all connections that follow one another. */
export class MessageTally {
  readonly #counts = new LabelledCounts();
  /** The counters of what succeeded, by the name of the message: tens of thousands come in a row. */
  readonly #known = { send: new Map<string, Counter>(), receive: new Map<string, Counter>() };

  readonly rows = () => this.#counts.rows();

  /** The same trace, which counts as well. */
  counting(trace: ApiTrace): ApiTrace {
    return {
      ...trace,
      count: (direction, message, ok) => {
        const counter =
          (ok ? this.#known[direction].get(message) : null) ?? this.#counter(direction, message, ok);
        counter.count++;
      },
    };
  }

  #counter(direction: 'send' | 'receive', message: string, ok: boolean): Counter {
    // VPP may send what it likes: the number of names is bounded.
    const isNamed = !/^id \d/.test(message);
    const labels = [
      isNamed ? message : 'unknown',
      direction === 'send' ? 'send' : 'recv',
      ok ? 'success' : 'failure',
    ];
    const counter = this.#counts.counter(labels);
    if (ok && isNamed) this.#known[direction].set(message, counter);
    return counter;
  }
}
