import type { AnyMessage } from '../../binapi/codec/message.js';
import { lbAsV2Dump, lbConfGet, lbVipDump } from '../../binapi/generated/lb.js';
import { apiVersions, controlPing } from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { realClock } from '../../clock/real-clock.js';
import { startSimulator } from '../../sim/simulator.js';
import { addAs, addVip, vipFields } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

/** What a VPP has answered, to be answered again. */
export interface RecordedReplies {
  /** The answer to the handshake. */
  readonly welcome: Uint8Array;
  /** Messages that answer a request, by the id of the request. */
  readonly answers: ReadonlyMap<number, readonly Uint8Array[]>;
}

/** Asks a simulator with a few VIPs everything that a client asks. */
export async function recordReplies(): Promise<RecordedReplies> {
  const simulator = await startSimulator({ clock: realClock });
  const client = await RawVppClient.dial(simulator.socketPath);
  try {
    await client.shakeHands('recorder');
    const welcome = Buffer.concat(client.chunks).subarray(16);
    for (let i = 1; i <= 5; i++) {
      const vip = `192.0.2.${i}/32 tcp 443`;
      await addVip(client, vip);
      for (let server = 1; server <= 4; server++) await addAs(client, vip, `10.0.${i}.${server}`);
    }
    const answers = new Map<number, Uint8Array[]>();
    const record = async (definition: AnyMessage, send: () => number): Promise<void> => {
      send();
      const end = client.send(controlPing, {});
      const messages: Uint8Array[] = [];
      for (
        let answer = await client.next();
        answer !== null && answer.context !== end;
        answer = await client.next()
      ) {
        messages.push(Uint8Array.from(answer.bytes));
      }
      answers.set(client.idOf(definition) ?? 0, messages);
    };
    const everything = vipFields('::/0 any 0');
    await record(lbConfGet, () => client.send(lbConfGet, {}));
    await record(lbVipDump, () => client.send(lbVipDump, { ...everything, pfxMatcher: { le: 0, ge: 0 } }));
    await record(lbAsV2Dump, () => client.send(lbAsV2Dump, everything));
    await record(cliInband, () => client.send(cliInband, { cmd: 'show lb vips verbose' }));
    await record(showVersion, () => client.send(showVersion, {}));
    await record(apiVersions, () => client.send(apiVersions, {}));
    await record(controlPing, () => client.send(controlPing, {}));
    return { welcome, answers };
  } finally {
    await client.close();
    await simulator.stop();
  }
}
