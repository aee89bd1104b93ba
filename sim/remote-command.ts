import type { CallDefinition } from '../binapi/codec/message.js';
import { type CliInband, type CliInbandReply, cliInband, cliInbandReply } from '../binapi/generated/vlib.js';
import { openApi } from '../binapi/open-api.js';
import type { Clock } from '../protocol/clock.js';
import type { CommandResult } from './cli-text/command-line.js';

/** A command that fails has its reason in the reply, so its return code must not throw the reply away. */
const command: CallDefinition<CliInband, CliInbandReply> = {
  ...cliInband,
  reply: { ...cliInbandReply, hasRetval: false },
};

/**
 * Runs a command at the command line of whatever VPP, real or simulated, listens on the socket. Rejects with a
 * MaglevError when there is none or it does not answer.
 */
export async function runRemoteCommand(
  socketPath: string,
  cmd: string,
  clock: Clock,
): Promise<CommandResult> {
  const api = await openApi({
    socketPath,
    clientName: 'maglev-vppsim',
    clock,
    trace: { enabled: () => false, message: () => undefined },
  });
  try {
    const { retval, reply } = await api.call(command, { cmd });
    return { retval, reply };
  } finally {
    await api.close();
  }
}
