export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One field of an event: what it says, in which unit, and in T what it carries. */
export interface Field<T = unknown, Always extends boolean = boolean> {
  readonly says: string;
  /** False: it may be absent. */
  readonly always: Always;
  /** For the compiler alone; no field has it. */
  readonly carries?: T;
}

export type Fields = Readonly<Record<string, Field>>;

/** One kind of event, as the log and the event stream tell it. */
export interface EventKind<L extends LogLevel = LogLevel, F extends Fields = Fields> {
  /** The levels at which it is told; the first is the usual one. */
  readonly levels: readonly [L, ...L[]];
  /** What happened, in words for docs/user-guide.md; with when it has another level than the first. */
  readonly when: string;
  readonly fields: F;
  /** It tells what is true of something from now on; null = it only happened. */
  readonly state: StateOf<string> | null;
}

/** What kind of thing has a state that events tell. */
export type Topic = 'backend' | 'frontend' | 'vpp' | 'sync' | 'config';

/** Whose state an event tells. A later one of the same thing makes it old news. */
export interface StateOf<Key extends string> {
  readonly topic: Topic;
  /** The field that names the thing; null = there is one of the kind. */
  readonly key: Key | null;
}

export function event<const L extends LogLevel, F extends Fields>(
  levels: readonly [L, ...L[]],
  when: string,
  fields: F,
  state: StateOf<keyof F & string> | null = null,
): EventKind<L, F> {
  return { levels, when, fields, state };
}

/** A field that is always there. `says` may be empty where its name says it all. */
export function field<T>(says = ''): Field<T, true> {
  return { says, always: true };
}

/** A field that may be absent: `says` tells when it is there. */
export function maybe<T>(says = ''): Field<T, false> {
  return { says, always: false };
}

type Carried<F> = F extends Field<infer T> ? T : never;
type Always<F> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F];
type Sometimes<F> = { [K in keyof F]: F[K] extends Field<unknown, true> ? never : K }[keyof F];

/** What a record of an event with these fields carries. */
export type RecordOf<F extends Fields> = { readonly [K in Always<F>]: Carried<F[K]> } & {
  readonly [K in Sometimes<F>]?: Carried<F[K]> | undefined;
};

/** From the one that tells most to the one that tells least. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
