import { roles, subjectRule } from '../domain/access.js';
import { quote } from '../domain/text.js';
import type { TypeOf } from './codec.js';
import { record } from './codec-collections.js';
import { mapping, optional, section, withDefault } from './codec-mapping.js';
import { oneOf, text } from './codec-scalars.js';
import { fileRule } from './http-text.js';

const role = oneOf(roles);

/** What the kernel takes for "no user". */
const noUid = 0xffffffff;

/** Who may do what over gRPC. */
export const access = mapping({
  anonymous: withDefault(oneOf(['nobody', 'viewer']), 'nobody'),
  tokens: optional(text(fileRule, { minLength: 1 }), 'none'),
  certificates: section(record(role, (subject) => broken(subject, subjectRule(subject)), {})),
  uids: section(record(role, uidRule, { pattern: '^(0|[1-9][0-9]{0,9})$' })),
});

export type FileAccess = TypeOf<typeof access>;

function uidRule(uid: string): string | null {
  if (/^(0|[1-9]\d{0,9})$/.test(uid) && Number(uid) < noUid) return null;
  return `${quote(uid)} is no user id, which is a number as \`id -u\` prints it`;
}

function broken(text: string, rule: string | null): string | null {
  return rule === null ? null : `${quote(text)} ${rule}`;
}
