import { cliInband } from '../binapi/generated/vlib.js';
import { openApi } from '../binapi/open-api.js';
import { realClock } from '../clock/real-clock.js';

/** Types a command into VPP's own CLI, as somebody would who changes VPP by hand. */
export async function typeIntoVpp(socketPath: string, cmd: string): Promise<string> {
  const trace = { enabled: () => false, message: () => {} };
  const client = await openApi({ socketPath, clientName: 'demo', clock: realClock, trace });
  try {
    return (await client.call(cliInband, { cmd })).reply.trimEnd();
  } finally {
    await client.close();
  }
}
