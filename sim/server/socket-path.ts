import { lstatSync, mkdirSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { MaglevError } from '../../domain/errors.js';

/**
 * Makes a path free to listen on: creates its folder, and removes the socket that a dead process left behind. Throws
 * MGL_LISTEN when a live process listens there, or when the path is something else than a socket.
 */
export async function claimSocketPath(path: string): Promise<void> {
  const found = presentAt(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    const advice = 'Choose another path with --socket, or remove what is there.';
    throw new MaglevError('MGL_LISTEN', `${path} exists and is not a socket`, { advice });
  }
  if (await isListenedOn(path)) {
    const advice = 'Choose another path with --socket, or end that process (`ss -xlp` names it).';
    throw new MaglevError('MGL_LISTEN', `a live process listens on ${path}`, { advice });
  }
  try {
    unlinkSync(path);
  } catch (thrown) {
    const advice = 'Choose another path with --socket, or remove it as its owner.';
    throw new MaglevError('MGL_LISTEN', `cannot replace ${path}: ${reason(thrown)}`, { advice });
  }
}

/** What is there; undefined = nothing, in a folder that is there. Throws MGL_LISTEN. */
function presentAt(path: string): Stats | undefined {
  try {
    makeFolder(dirname(path));
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    const advice = 'Choose a socket in a folder that you may write to, with --socket.';
    throw new MaglevError('MGL_LISTEN', `cannot create the folder of ${path}: ${reason(thrown)}`, { advice });
  }
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

/** Makes a folder, and those above it, if it is not there. Not by Node's own `recursive`, which tries for ever in /proc. */
export function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (above !== folder && statSync(folder, { throwIfNoEntry: false }) === undefined) {
    makeFolder(above);
    mkdirSync(folder, { mode: 0o755 });
  }
}
