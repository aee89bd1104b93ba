import { MaglevError } from '../../domain/errors.js';
import type { ApiFile } from './api-file.js';

/** What to generate: a whole module, or some requests of it with their answers. */
export interface Selection {
  readonly module: string;
  /** null: all. */
  readonly messages: readonly string[] | null;
}

/** What is left of a module of which only some messages are wanted. */
export interface SelectedPart {
  readonly file: ApiFile;
  /** Names of all types that the messages need, also of those that belong to other modules. */
  readonly types: ReadonlySet<string>;
}

/** `lb`, or `ip:ip_route_lookup,ip_route_dump`. */
export function parseSelection(text: string): Selection {
  const [module = '', messages] = text.split(':', 2);
  return { module, messages: messages === undefined ? null : messages.split(',') };
}

/** Throws MGL_API_FILE when the module has no such message. `typesIn` gives the types that a type is made of. */
export function selectPart(
  file: ApiFile,
  messages: readonly string[],
  typesIn: (type: string) => readonly string[],
): SelectedPart {
  const kept = new Set<string>();
  for (const name of messages) {
    if (!file.messages.some((message) => message.name === name))
      throw new MaglevError('MGL_API_FILE', `${file.module} has no message ${name}`);
    kept.add(name);
    const { reply = null, details = null, events = [] } = file.services.get(name) ?? {};
    for (const answer of [reply, details, ...events]) if (answer !== null) kept.add(answer);
  }
  const types = new Set<string>();
  const need = (wireType: string): void => {
    const name = /^vl_api_(.*)_t$/.exec(wireType)?.[1];
    if (name === undefined || types.has(name)) return;
    types.add(name);
    for (const used of typesIn(name)) need(used);
  };
  const kin = file.messages.filter(({ name }) => kept.has(name));
  for (const { fields } of kin) for (const { type } of fields) need(type);
  return {
    file: {
      ...file,
      messages: kin,
      services: new Map([...file.services].filter(([request]) => kept.has(request))),
    },
    types,
  };
}
