import type { AnyMessage } from './codec/message.js';
import type { MessageTableEntry } from './generated/memclnt.js';

/** VPP cuts the names in its table to this. None of today's is longer. */
const MAX_NAME = 63;
/** An underscore and eight digits. */
const CRC_SUFFIX = 9;

/** What a list of needed messages lacks in a VPP. */
export interface MissingMessages {
  /** Names that this VPP does not know at all. */
  readonly absent: readonly string[];
  /** Names that this VPP knows with another layout. */
  readonly otherCrc: readonly string[];
}

/**
 * The messages of one VPP and the ids that they have on one connection. Ids change with every build and set of
 * plugins, so a table must not outlive its connection.
 */
export class MessageTable {
  readonly #idByNameCrc = new Map<string, number>();
  readonly #nameCrcById = new Map<number, string>();
  readonly #names = new Set<string>();

  constructor(entries: readonly MessageTableEntry[]) {
    for (const { index, name } of entries) {
      this.#idByNameCrc.set(name, index);
      this.#nameCrcById.set(index, name);
      this.#names.add(name.slice(0, -CRC_SUFFIX));
    }
  }

  get size(): number {
    return this.#idByNameCrc.size;
  }

  /** The id of a message; null when this VPP does not have exactly this one. */
  idOf({ nameCrc }: Pick<AnyMessage, 'nameCrc'>): number | null {
    return this.#idByNameCrc.get(nameCrc.slice(0, MAX_NAME)) ?? null;
  }

  /** `lb_conf_reply_e8d4e804`, for people; null for an id that VPP did not announce. */
  nameOf(id: number): string | null {
    return this.#nameCrcById.get(id) ?? null;
  }

  missing(messages: readonly Pick<AnyMessage, 'name' | 'nameCrc'>[]): MissingMessages {
    const lacking = messages.filter((message) => this.idOf(message) === null).map(({ name }) => name);
    return {
      absent: lacking.filter((name) => !this.#names.has(name)),
      otherCrc: lacking.filter((name) => this.#names.has(name)),
    };
  }
}
