import type { Outcome } from './command.js';
import type { Line } from './text.js';

/** A command that did what it was asked to do. */
export function success(text: readonly Line[], json: unknown): Outcome {
  return { text, json, failure: null };
}
