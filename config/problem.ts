import { clip } from '../domain/text.js';

/** The way from the top of the file to a value: keys of maps, indexes of lists. */
export type Path = readonly (string | number)[];

/** Something wrong at an offset of the text; it becomes a ConfigIssue when its place is looked up. */
export interface Problem {
  readonly offset: number;
  /** Where the text that it is about ends. */
  readonly end: number;
  readonly path: Path;
  readonly message: string;
  /** Lines of the text with a mark, where words alone do not show what is meant. */
  readonly excerpt?: readonly string[];
}

/** `maglev.frontends.shop.pools[0].name`. Keys that no name may look like are put in quotes. */
export function formatPath(path: Path): string {
  return path.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (/^[A-Za-z0-9._-]{1,64}$/.test(segment)) return `.${segment}`;
  return `."${clip(segment, 64)}"`;
}

/** Something about values that are right by themselves but wrong in their place, or worth a warning. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}
