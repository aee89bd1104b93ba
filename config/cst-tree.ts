import { CST } from 'yaml';
import type { Condensed } from './condensed.js';
import { emptyAt, type Props, type PropsRule, readEnd, readProps } from './cst-tokens.js';
import { GapFiller } from './gap-filler.js';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-tree.js';

/** Values that aliases may add before the composer is asked, which counts them exactly. */
const MAX_ALIASED = 100_000;

/** Further from a key than this no colon may stand. */
const MAX_KEY = 1024;

const beforeKey: PropsRule = { mark: null, flow: false, atLineStart: true };
const beforeValue: PropsRule = { mark: 'map-value-ind', flow: false, atLineStart: false };
const beforeItem: PropsRule = { mark: 'seq-item-ind', flow: false, atLineStart: true };
const beforeContents: PropsRule = { mark: 'doc-start', flow: false, atLineStart: true };
const inBrackets: PropsRule = { mark: null, flow: true, atLineStart: false };
const inBracketsBeforeValue: PropsRule = { mark: 'map-value-ind', flow: true, atLineStart: false };

type BlockCollection = CST.BlockMap | CST.BlockSequence;

/** What has been made of a map or list so far. */
interface Part {
  readonly entries: Map<string, YamlEntry>;
  readonly items: YamlNode[];
  /** Behind the last value, and what follows it on its line. */
  end: number;
  /** Behind comments that follow the last value; null when there are none. */
  commentsEnd: number | null;
}

/**
 * Our tree straight from the concrete syntax tree of the yaml library, for documents in which everything is as usual:
 * what its composer would make of them, without the objects that it makes for each value. Whatever the composer might
 * complain of, and whatever is rare, makes the document `unusual`: then the composer is to be asked, and what was made
 * here is worth nothing. So it never has to find out what exactly is wrong.
 */
export class CstTree {
  #unusual = false;
  /** Behind the node that was made last, and what follows it on its line. */
  #end = 0;
  #aliased = 0;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #sizes = new Map<YamlNode, number>();
  readonly #parts = new Map<BlockCollection, Part>();
  readonly #filler: GapFiller;

  /** `text` is the whole one; what was left out of it is made where its place comes. */
  constructor(text: string, leftOut: Omit<Condensed, 'text'>) {
    this.#filler = new GapFiller(text, leftOut);
  }

  get unusual(): boolean {
    return this.#unusual;
  }

  /**
   * Makes what is complete of the collections that are being parsed, and takes it out of them: the parser needs only
   * the last two items of the innermost one, and syntax that is kept until the end of a large file is dear.
   */
  takeFrom(open: readonly CST.Token[]): void {
    for (const [depth, token] of open.entries()) {
      if (token.type !== 'block-map' && token.type !== 'block-seq') continue;
      const complete = token.items.length - (depth === open.length - 1 ? 2 : 1);
      if (complete > 0) this.#take(token, this.#partOf(token), complete);
    }
  }

  /** Worth nothing when it is unusual. */
  contentsOf({ offset, start, value, end }: CST.Document): YamlNode {
    const props = readProps(start, offset, beforeContents);
    if (props === null || props.anchor !== null || value === undefined || value.type === 'block-scalar')
      return this.#giveUp();
    if (isBlock(value) && props.markAt !== null && !props.newline) return this.#giveUp();
    const root = this.#value(value, props, start, null);
    if (readEnd(end, this.#end, false) === null || !this.#filler.isDone) return this.#giveUp();
    return root;
  }

  /** `keyAt` is the offset of the key in front of it; null at the top and in lists. */
  #value(
    token: CST.Token | undefined,
    props: Props,
    before: readonly CST.SourceToken[],
    keyAt: number | null,
  ): YamlNode {
    if (token === undefined) {
      if (props.anchor !== null) return this.#giveUp();
      const at = emptyAt(before, props.end);
      this.#end = props.comment ? props.end : at;
      return { kind: 'scalar', text: '', plain: true, at: keyAt ?? at, end: at };
    }
    const node = this.#node(token, props, keyAt);
    if (props.anchor !== null) this.#anchors.set(props.anchor, node);
    return node;
  }

  #node(token: CST.Token, props: Props, keyAt: number | null): YamlNode {
    switch (token.type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        return this.#flowScalar(token, keyAt);
      case 'block-scalar':
        return this.#blockScalar(token);
      case 'block-map':
      case 'block-seq':
        if (token.type === 'block-seq' && props.anchor !== null && !props.anchorEndsLine)
          return this.#giveUp();
        return this.#block(token, keyAt);
      case 'flow-collection':
        return this.#flow(token, keyAt);
      case 'alias':
        return props.anchor === null ? this.#alias(token) : this.#giveUp();
      default:
        return this.#giveUp();
    }
  }

  #flowScalar(token: CST.FlowScalar, keyAt: number | null): YamlScalar {
    const { type, offset: start, source } = token;
    const end = start + source.length;
    this.#end = this.#known(readEnd(token.end, end));
    const plain = type === 'scalar';
    if (plain && !source.includes('\n') && !/^[\t,%|>@`]/.test(source))
      return { kind: 'scalar', text: source, plain, at: source === '' ? (keyAt ?? start) : start, end };
    const { value } = CST.resolveAsScalar(token, true, () => this.#failed());
    return { kind: 'scalar', text: value, plain, at: plain && value === '' ? (keyAt ?? start) : start, end };
  }

  #blockScalar(token: CST.BlockScalar): YamlScalar {
    const { value, range } = CST.resolveAsScalar(token, true, () => this.#failed());
    const [at, end, behind] = range;
    this.#end = behind;
    return { kind: 'scalar', text: value, plain: false, at, end };
  }

  #alias({ offset: at, source, end: behind }: CST.FlowScalar): YamlNode {
    const target = this.#anchors.get(source.slice(1));
    const end = at + source.length;
    this.#end = this.#known(readEnd(behind, end));
    if (target === undefined || source.endsWith(':')) return this.#giveUp();
    this.#aliased += this.#sizeOf(target);
    if (this.#aliased > MAX_ALIASED) return this.#giveUp();
    return { ...target, at, end };
  }

  #block(token: BlockCollection, keyAt: number | null): YamlNode {
    const part = this.#partOf(token);
    this.#take(token, part, token.items.length);
    this.#parts.delete(token);
    this.#end = part.commentsEnd ?? part.end;
    const at = keyAt ?? token.offset;
    return token.type === 'block-map'
      ? { kind: 'map', entries: part.entries, at, end: part.end }
      : { kind: 'list', items: part.items, at, end: part.end };
  }

  #partOf(token: BlockCollection): Part {
    const known = this.#parts.get(token);
    if (known !== undefined) return known;
    const part = { entries: new Map(), items: [], end: token.offset, commentsEnd: null };
    this.#parts.set(token, part);
    return part;
  }

  #take(token: BlockCollection, part: Part, count: number): void {
    if (token.type === 'block-map') {
      for (const item of token.items.splice(0, count))
        if (!this.#takeEntry(part, item, token.indent)) this.#failed();
    } else {
      for (const item of token.items.splice(0, count)) if (!this.#takeItem(part, item)) this.#failed();
    }
  }

  #takeEntry(part: Part, { start, key, sep, value }: CST.CollectionItem, indent: number): boolean {
    const before = readProps(start, part.end, beforeKey);
    if (before === null || before.anchor !== null || part.commentsEnd !== null) return false;
    if (sep === undefined) {
      if (key != null || value !== undefined) return false;
      part.commentsEnd = before.end;
      return true;
    }
    if (key == null || !('indent' in key) || key.indent !== indent) return false;
    const name = this.#key(key);
    const props = readProps(sep, this.#end, beforeValue);
    if (name === null || props === null || props.markAt === null) return false;
    if (props.markAt - before.end > MAX_KEY || (isBlock(value) && !props.newline)) return false;
    if (!this.#filler.fill(part.entries, start, name.at, indent)) return false;
    const entry = this.#put(part.entries, name, this.#value(value, props, sep, name.at));
    this.#filler.learn(entry, indent);
    part.end = this.#end;
    return true;
  }

  #takeItem(part: Part, { start, value }: CST.CollectionItem): boolean {
    const props = readProps(start, part.end, beforeItem);
    if (props === null || part.commentsEnd !== null) return false;
    if (props.markAt === null) {
      if (value !== undefined || props.anchor !== null) return false;
      part.commentsEnd = props.end;
      return true;
    }
    part.items.push(this.#value(value, props, start, null));
    part.end = this.#end;
    return true;
  }

  #flow(token: CST.FlowCollection, keyAt: number | null): YamlNode {
    const isMap = token.start.source === '{';
    const entries = new Map<string, YamlEntry>();
    const items: YamlNode[] = [];
    const last = token.items.length - 1;
    this.#end = token.offset + token.start.source.length;
    for (const [index, item] of token.items.entries()) {
      const { start, key, sep, value } = item;
      const props = readProps(start, this.#end, inBrackets);
      if (props === null || props.comma !== index > 0 || isBlock(value)) return this.#giveUp();
      if (key == null && sep === undefined && value === undefined) {
        // Behind the last comma.
        if (index < last || props.anchor !== null) return this.#giveUp();
      } else if (isMap) {
        if (!this.#flowEntry(entries, props, item)) return this.#giveUp();
      } else if (key == null && sep === undefined) items.push(this.#value(value, props, start, null));
      else return this.#giveUp();
    }
    const [close, ...rest] = token.end;
    if (close === undefined || close.source !== (isMap ? '}' : ']')) return this.#giveUp();
    const end = close.offset + close.source.length;
    this.#end = this.#known(readEnd(rest, end));
    const at = keyAt ?? token.offset;
    return isMap ? { kind: 'map', entries, at, end } : { kind: 'list', items, at, end };
  }

  #flowEntry(
    entries: Map<string, YamlEntry>,
    { anchor }: Props,
    { key, sep, value }: CST.CollectionItem,
  ): boolean {
    const name = key == null ? null : this.#key(key);
    if (name === null || anchor !== null || sep === undefined) return false;
    const props = readProps(sep, this.#end, inBracketsBeforeValue);
    if (props === null) return false;
    if (props.markAt === null) {
      if (value !== undefined || props.anchor !== null) return false;
      this.#end = props.end;
      this.#put(entries, name, { kind: 'scalar', text: '', plain: true, at: name.at, end: name.at });
      return true;
    }
    this.#put(entries, name, this.#value(value, props, sep, name.at));
    return true;
  }

  /** null: the composer shall judge it. */
  #key(token: CST.Token): YamlScalar | null {
    switch (token.type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar': {
        if (token.source.includes('\n') || (token.end?.length ?? 0) > 0) return null;
        const key = this.#flowScalar(token, null);
        return key.plain && key.text === '<<' ? null : key;
      }
      default:
        return null;
    }
  }

  #put(entries: Map<string, YamlEntry>, key: YamlScalar, value: YamlNode): YamlEntry {
    if (entries.has(key.text)) this.#failed();
    const entry = { key, value };
    entries.set(key.text, entry);
    return entry;
  }

  /** How many values it has, itself and keys included. */
  #sizeOf(node: YamlNode): number {
    if (node.kind === 'scalar') return 1;
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    let size = 1;
    if (node.kind === 'list') for (const item of node.items) size += this.#sizeOf(item);
    else for (const { value } of node.entries.values()) size += 1 + this.#sizeOf(value);
    this.#sizes.set(node, size);
    return size;
  }

  /** `end`, if it is known. */
  #known(end: number | null): number {
    if (end === null) this.#failed();
    return end ?? 0;
  }

  #failed(): void {
    this.#unusual = true;
  }

  #giveUp(): YamlMap {
    this.#unusual = true;
    return { kind: 'map', entries: new Map(), at: 0, end: 0 };
  }
}

function isBlock(token: CST.Token | undefined): boolean {
  return token?.type === 'block-map' || token?.type === 'block-seq';
}
