import * as E from 'fp-ts/lib/Either.js';
import { didYouMean, nearest } from '../domain/did-you-mean.js';
import { parseDuration } from '../domain/duration.js';
import { nameRule } from '../domain/name.js';
import { clip, quote } from '../domain/text.js';
import { type Codec, describeNode, looksLikeBoolean, looksLikeNumber, scalar } from './codec.js';
import {
  durationSchema,
  type JsonSchema,
  lineSchema,
  nameSchema,
  periodSchema,
  wordSchema,
} from './json-schema.js';
import { isNothing, type YamlNode } from './yaml-tree.js';

/** true or false. The yes, no, on and off of older YAML are text today, so they are refused with a hint. */
export const boolean: Codec<boolean> = scalar('bool', { type: 'boolean' }, (node) => {
  const value = plainText(node);
  if (value !== null && looksLikeBoolean(value)) return E.right(value.toLowerCase() === 'true');
  const hint = node.kind === 'scalar' && looksLikeBoolean(node.text) ? ': remove the quotes' : '';
  return E.left(`expected true or false, found ${describeNode(node)}${hint}`);
});

/**
 * A whole number in plain decimal. `014` and `0x10` are numbers to YAML too, but not the same ones to every reader,
 * so they are refused.
 */
export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Codec<number> {
  return scalar('int', { type: 'integer', minimum: min, maximum: max }, (node) => {
    const digits = plainText(node);
    if (digits === null) {
      const quoted = node.kind === 'scalar' && !node.plain && /^-?\d+$/.test(node.text);
      const hint = quoted ? ': remove the quotes' : '';
      return E.left(`expected a whole number, found ${describeNode(node)}${hint}`);
    }
    if (!/^(0|-?[1-9]\d*)$/.test(digits)) {
      const hint = looksLikeNumber(digits) ? ': write it in plain decimal' : '';
      return E.left(`expected a whole number, found ${describeNode(node)}${hint}`);
    }
    const value = Number(digits);
    if (value >= min && value <= max) return E.right(value);
    return E.left(`${clip(digits, 20)} is out of range: ${rangeText(min, max)}`);
  });
}

function rangeText(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER) {
    return min === Number.MIN_SAFE_INTEGER ? 'it is too large' : `at least ${min}`;
  }
  return `${min} to ${max}`;
}

/** A Go duration, in milliseconds. */
export const duration: Codec<number> = scalar('duration', durationSchema, (node) => {
  if (node.kind !== 'scalar' || isNothing(node)) {
    return E.left(`expected a duration like 30s or 1m30s, found ${describeNode(node)}`);
  }
  return parseDuration(node.text);
});

/** The shortest time that something may be repeated after: anything finer would be a busy loop. */
const SHORTEST = 1;

/** A duration that something is repeated after, or waited for: at least 1 ms. */
export const period: Codec<number> = scalar('duration', periodSchema, (node) => {
  const decoded = duration.decode(node);
  if (E.isLeft(decoded)) return E.left(decoded.left[0]?.message ?? 'not a duration');
  const rule = periodRule(decoded.right);
  return rule === null ? decoded : E.left(`${quote(scalarText(node))} ${rule}`);
});

/** What is wrong with a period, as the end of a sentence; null when it is right. */
export function periodRule(milliseconds: number): string | null {
  if (milliseconds === 0) return 'must be longer than 0';
  return milliseconds < SHORTEST ? 'is too short: at least 1ms' : null;
}

/** One of a few words, exactly as they are written here. */
export function oneOf<const W extends string>(words: readonly W[]): Codec<W> {
  return scalar('enum', { enum: words }, (node) => {
    const found = words.find((word) => node.kind === 'scalar' && word === node.text);
    if (found !== undefined) return E.right(found);
    const hint = didYouMean(nearest(scalarText(node), words));
    const expected = words.length > 1 ? `one of ${words.join(', ')}` : words.join('');
    return E.left(`expected ${expected}, found ${describeNode(node)}${hint}`);
  });
}

/** A name that points to something else in the file. Whether it exists is checked later. */
export const nameReference: Codec<string> = scalar('name', wordSchema, (node) => {
  if (node.kind !== 'scalar' || isNothing(node))
    return E.left(`expected a name, found ${describeNode(node)}`);
  return E.right(node.text);
});

/** A name that is given here: the rule of names holds. */
export const name: Codec<string> = scalar('name', { ...wordSchema, ...nameSchema }, (node) => {
  if (node.kind !== 'scalar' || isNothing(node))
    return E.left(`expected a name, found ${describeNode(node)}`);
  const broken = nameRule(node.text);
  return broken === null ? E.right(node.text) : E.left(broken);
});

/** Text of one line; `check` says what else is wrong with it, or null, and `schema` as much of that as editors understand. */
export function text(
  check: (text: string) => string | null = () => null,
  schema: JsonSchema = {},
): Codec<string> {
  return scalar('string', { ...lineSchema, ...schema }, (node) => {
    if (node.kind !== 'scalar' || isNothing(node)) {
      return E.left(
        `expected text, found ${describeNode(node)}${isNothing(node) ? ' (write "" for empty)' : ''}`,
      );
    }
    if (node.plain && (looksLikeNumber(node.text) || looksLikeBoolean(node.text))) {
      return E.left(`expected text, found ${describeNode(node)}: put it in quotes`);
    }
    const control = controlCharacterIn(node.text);
    const broken = control ?? check(node.text);
    return broken === null ? E.right(node.text) : E.left(broken);
  });
}

/** Line breaks and other control characters end up in requests, logs and terminals, where they mean something else. */
function controlCharacterIn(value: string): string | null {
  const match = /[\p{Cc}\p{Zl}\p{Zp}]/u.exec(value);
  if (match === null) return null;
  if (/[\r\n]/.test(match[0])) return 'must be a single line';
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `must not contain the control character U+${code}`;
}

/** What is written without quotes; null for anything else. */
function plainText(node: YamlNode): string | null {
  return node.kind === 'scalar' && node.plain ? node.text : null;
}

function scalarText(node: YamlNode): string {
  return node.kind === 'scalar' ? node.text : '';
}
