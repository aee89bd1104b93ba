import type { CallDefinition } from '../binapi/codec/message.js';
import { type CliInband, type CliInbandReply, cliInband, cliInbandReply } from '../binapi/generated/vlib.js';
import { openApi } from '../binapi/open-api.js';
import { asMaglevError, type ErrorCode, MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { CommandResult } from './cli-text/command-line.js';
import { CONTROL_CLIENT } from './server/control.js';

/** A command that fails has its reason in the reply, so its return code must not throw the reply away. */
const command: CallDefinition<CliInband, CliInbandReply> = {
  ...cliInband,
  reply: { ...cliInbandReply, hasRetval: false },
};

/** What to do about an error, for somebody who typed a command: the catalogue speaks to who runs maglevd. */
const advice: Partial<Record<ErrorCode, string>> = {
  MGL_VPP_CONNECT:
    'Check that a simulator or VPP runs, that --socket names its socket, and that you may open it.',
  MGL_VPP_DISCONNECTED: 'It has ended, or cut the connection: look at its log, and run the command again.',
  MGL_VPP_TIMEOUT:
    'It may be busy, or hang. A fault of the simulator is ended by --cli "clear maglev-vppsim faults".',
  MGL_VPP_PROTOCOL: 'Check that --socket names the API socket of a simulator or VPP.',
  MGL_VPP_INCOMPATIBLE: 'Use a maglev-vppsim that is as old as this VPP, or the command line of VPP itself.',
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
  try {
    return await runCommand(socketPath, cmd, clock);
  } catch (thrown) {
    const { code, message, advice: usual } = asMaglevError(thrown);
    throw new MaglevError(code, message, { cause: thrown, advice: advice[code] ?? usual });
  }
}

async function runCommand(socketPath: string, cmd: string, clock: Clock): Promise<CommandResult> {
  const api = await openApi({
    socketPath,
    clientName: CONTROL_CLIENT,
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
