import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { MaglevError } from '../../domain/errors.js';

/**
 * Makes a path free to listen on: creates its folder, and removes the socket that a dead process left behind. Throws
 * MGL_LISTEN when a live process listens there, or when the path is something else than a socket.
 */
export async function claimSocketPath(path: string): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  } catch (thrown) {
    throw new MaglevError('MGL_LISTEN', `cannot create the folder of ${path}: ${reason(thrown)}`);
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new MaglevError('MGL_LISTEN', `${path} exists and is not a socket`);
  if (await isListenedOn(path)) throw new MaglevError('MGL_LISTEN', `a live process listens on ${path}`);
  unlinkSync(path);
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused: nobody is there. Anything else, such as no permission, may well be somebody.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
