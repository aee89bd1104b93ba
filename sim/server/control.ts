import { Reader } from '../../binapi/codec/reader.js';
import { sockclntCreate, sockclntDelete } from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { MaglevError } from '../../domain/errors.js';
import type { Client } from './client.js';
import type { Request } from './dispatcher.js';

/** What `maglev-vppsim --cli` calls itself at the handshake. */
export const CONTROL_CLIENT = 'maglev-vppsim';

/** A line that sets, shows or clears faults or counted writes. Its words may be cut short. */
const ownCommand = /^\s*(?:se\w*|sh\w*|cl\w*)\s+(mag[\w-]*)\s+(?:f[a-z]*|w[a-z]*)(?:\s|$)/;

/**
 * Whether a request is about the simulator and not about the VPP that it plays. No fault strikes it or counts it, and it
 * is answered while VPP hangs: otherwise nobody could take back a fault that strikes everything. That holds for the
 * commands about faults and writes, whoever types them, and for the hello and the goodbye of `maglev-vppsim --cli`.
 */
export function isControl({ sender, handler, message }: Request): boolean {
  switch (handler.request.name) {
    case cliInband.name:
      return commandOf(message)?.split('\n').filter(hasWords).every(isOwnCommand) ?? false;
    case sockclntCreate.name:
      return decoded(() => sockclntCreate.decode(new Reader(message)).name) === CONTROL_CLIENT;
    case sockclntDelete.name:
      return isControlClient(sender);
    default:
      return false;
  }
}

function isControlClient({ name }: Client): boolean {
  return name === CONTROL_CLIENT;
}

function hasWords(line: string): boolean {
  return line.trim() !== '';
}

function isOwnCommand(line: string): boolean {
  const [, word] = ownCommand.exec(line) ?? [];
  return word !== undefined && CONTROL_CLIENT.startsWith(word);
}

/** null: an empty one, or too short a message for one. */
function commandOf(message: Uint8Array): string | null {
  const text = decoded(() => cliInband.decode(new Reader(message)).cmd) ?? '';
  return hasWords(text) ? text : null;
}

function decoded(decode: () => string): string | null {
  try {
    return decode();
  } catch (thrown) {
    if (thrown instanceof MaglevError) return null;
    throw thrown;
  }
}
