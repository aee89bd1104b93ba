import * as E from 'fp-ts/lib/Either.js';
import type { ConfigVerdict } from '../domain/config.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import { checkOffThread } from './check-off-thread.js';
import { readConfigText, unreadable } from './config-file.js';

/** Characters that are checked at once: about as much as takes a few hundredths of a second. */
const MAX_INLINE = 32 * 1024;

/** Characters that a process checks itself that does nothing else; more of them may not fit into its memory. */
const MAX_ALONE = 4 * 1024 * 1024;

/** A check of such a file reads others, and waits for their disks. */
const namesFiles = /\b(?:ca-file|tokens)\b/;

/**
 * Reads and checks a config file. What cannot be read, or not be checked, is a verdict of stage `read`. What takes time
 * is checked in a thread of its own: large files, and those that name others. `memory`: see checkConfigText.
 */
export async function loadConfigFile(file: string, memory: VppMemory | null = null): Promise<ConfigVerdict> {
  const text = await readConfigText(file);
  if (E.isLeft(text)) return unreadable(file, text.left);
  const quick = text.right.length <= MAX_INLINE && !namesFiles.test(text.right);
  return quick ? checkHere(text.right, file, memory) : checkElsewhere(text.right, file, memory);
}

/** The same for a process that does nothing else meanwhile: a thread would cost it more than the check of a usual file. */
export async function checkConfigFile(file: string): Promise<ConfigVerdict> {
  const text = await readConfigText(file);
  if (E.isLeft(text)) return unreadable(file, text.left);
  const here = text.right.length <= MAX_ALONE && !namesFiles.test(text.right);
  return here ? checkHere(text.right, file, null) : checkElsewhere(text.right, file, null);
}

/** The rules are loaded by whoever checks, here or in a thread. */
async function checkHere(text: string, file: string, memory: VppMemory | null): Promise<ConfigVerdict> {
  const { checkConfigText } = await import('./check.js');
  return checkConfigText(text, file, memory);
}

async function checkElsewhere(text: string, file: string, memory: VppMemory | null): Promise<ConfigVerdict> {
  const outcome = await checkOffThread(text, file, memory);
  return outcome.kind === 'verdict' ? outcome.verdict : unreadable(file, outcome.why);
}
