import type { AnyMessage, ApiModule } from '../../binapi/codec/message.js';
import { ipModule } from '../../binapi/generated/ip.js';
import { lbModule } from '../../binapi/generated/lb.js';
import { type MessageTableEntry, memclntModule } from '../../binapi/generated/memclnt.js';
import { vlibModule } from '../../binapi/generated/vlib.js';
import { vpeModule } from '../../binapi/generated/vpe.js';
import { type Personality, personalityFacts } from '../personality.js';
import type { SeededRandom } from '../random.js';
import { otherMessages, otherModules } from './other-modules.js';

/** The ids below belong to memclnt and are the same on every VPP. */
const FIRST_FREE_ID = 29;

interface Range {
  /** `<module>_<crc>`, the name that get_first_msg_id knows. */
  readonly name: string;
  /** `<name>_<crc>` of the messages, in the order of their ids. */
  readonly messages: readonly string[];
}

/** Which message has which id on this VPP. Modules lie one behind the other, in an order that differs from run to run. */
export class MessageTable {
  /** As VPP lists them at the handshake: in no order. */
  readonly entries: readonly MessageTableEntry[];
  readonly #ids = new Map<string, number>();
  readonly #firstIds = new Map<string, number>();

  constructor(random: SeededRandom, personality: Personality) {
    for (const message of memclntModule.messages) {
      if (message.fixedId !== null) this.#ids.set(message.nameCrc, message.fixedId);
    }
    let next = FIRST_FREE_ID;
    for (const range of random.shuffled(ranges(personality))) {
      this.#firstIds.set(range.name, next);
      for (const message of range.messages) this.#ids.set(message, next++);
    }
    this.entries = random.shuffled([...this.#ids]).map(([name, index]) => ({ index, name }));
  }

  /** The id of a message, or null when this VPP does not have it. */
  idOf(message: AnyMessage): number | null {
    return this.#ids.get(message.nameCrc) ?? null;
  }

  /** The first id of a module by `<module>_<crc>`, or null. */
  firstId(range: string): number | null {
    return this.#firstIds.get(range) ?? null;
  }
}

function ranges(personality: Personality): Range[] {
  const { lbRange, absentMessages } = personalityFacts[personality];
  return [
    { name: lbRange, messages: names(lbModule, absentMessages) },
    { name: 'vlib_9a9e84e4', messages: names(vlibModule) },
    { name: 'vpe_33b45969', messages: names(vpeModule) },
    ...otherModules.map((module) =>
      module.name === ipModule.name
        ? { name: `ip_${ipModule.crc}`, messages: [...names(ipModule), ...otherMessages(module)] }
        : { name: `${module.name}_00000000`, messages: otherMessages(module) },
    ),
  ];
}

function names(module: ApiModule, absent: ReadonlySet<string> = new Set()): string[] {
  return module.messages.filter((message) => !absent.has(message.name)).map((message) => message.nameCrc);
}
