import { MaglevError } from '../domain/errors.js';
import { libc } from './libc.js';

/**
 * Keeps koffi loaded as long as the process lives; to be called by the main thread before it starts one that may use
 * linux/. Otherwise native code is unloaded with the last thread that uses it and loaded anew with the next, which
 * few add-ons stand. Without koffi there is nothing to hold.
 */
export function holdLibc(): void {
  try {
    libc();
  } catch (thrown) {
    if (!(thrown instanceof MaglevError)) throw thrown;
  }
}
