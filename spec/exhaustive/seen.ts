/** What was seen already, by 64 bits of a hash: in a search of ten million states two are mixed up once in 400,000 searches. */
export class Seen {
  #table: Uint32Array;
  #ids: Int32Array;
  #size = 0;

  constructor(capacity = 1 << 16) {
    this.#table = new Uint32Array(2 * capacity);
    this.#ids = new Int32Array(capacity).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of a text: that of an equal one that was seen before, or the next one. */
  number(text: string): { readonly id: number; readonly isNew: boolean } {
    const [high, low] = hash(text);
    if (this.#size * 2 > this.#ids.length) this.#grow();
    const place = this.#place(high, low);
    const known = this.#ids[place] ?? -1;
    if (known >= 0) return { id: known, isNew: false };
    this.#set(place, high, low, this.#size);
    return { id: this.#size++, isNew: true };
  }

  #place(high: number, low: number): number {
    const mask = this.#ids.length - 1;
    let place = low & mask;
    while ((this.#ids[place] ?? -1) >= 0) {
      if (this.#table[2 * place] === high && this.#table[2 * place + 1] === low) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #set(place: number, high: number, low: number, id: number): void {
    this.#table[2 * place] = high;
    this.#table[2 * place + 1] = low;
    this.#ids[place] = id;
  }

  #grow(): void {
    const [table, ids] = [this.#table, this.#ids];
    this.#table = new Uint32Array(2 * table.length);
    this.#ids = new Int32Array(2 * ids.length).fill(-1);
    for (const [place, id] of ids.entries()) {
      if (id < 0) continue;
      const [high, low] = [table[2 * place] ?? 0, table[2 * place + 1] ?? 0];
      this.#set(this.#place(high, low), high, low, id);
    }
  }
}

/** Two independent hashes of 32 bits, each mixed at the end. */
function hash(text: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return [mixed(a), mixed(b ^ text.length)];
}

function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
