import { asMaglevError, type MaglevError } from '../../domain/errors.js';

/** What the promise rejects with; fails if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error('it did not reject');
}

/** The error of ours that the promise rejects with; fails if it does not. */
export async function failure(promise: Promise<unknown>): Promise<MaglevError> {
  return asMaglevError(await rejection(promise));
}
