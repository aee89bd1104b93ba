import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role, TokenOwner } from '../domain/access.js';
import { hashOfToken } from '../domain/token-list.js';

/** Somebody at a browser. */
export interface User {
  readonly name: string;
  readonly role: Role;
}

export interface UsersOptions {
  /** Who is admin, by a password that a person may have chosen; null: nobody. */
  readonly user: { readonly name: string; readonly password: string } | null;
  /** More, by the SHA-256 of their passwords in hex. */
  readonly owners: ReadonlyMap<string, TokenOwner>;
}

/** Who may say that he is who. */
export class Users {
  readonly #options: UsersOptions;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#options.user === null && this.#options.owners.size === 0;
  }

  /** By the header `authorization`; null: it names nobody who is known. */
  find(authorization: string | undefined): User | null {
    const packed = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization?.trim() ?? '')?.[1];
    if (packed === undefined) return null;
    const [, name = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(packed, 'base64').toString()) ?? [];
    const { user, owners } = this.#options;
    if (user !== null && sameText(user.name, name) && sameText(user.password, password)) {
      return { name: user.name, role: 'admin' };
    }
    const owner = owners.get(hashOfToken(password));
    return owner?.name === name ? { name, role: owner.role } : null;
  }
}

/** Takes as long whatever differs. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
