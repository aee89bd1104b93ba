import type { IncomingMessage } from 'node:http';
import { type Peer, type Role, roles } from '../../domain/access.js';
import { MaglevError } from '../../domain/errors.js';
import { originFault } from '../../domain/web-origin.js';
import type { Clock } from '../../protocol/clock.js';
import type { User, Users } from '../users.js';
import { WrongPasswords } from './wrong-passwords.js';

export interface GateOptions {
  readonly users: Users;
  readonly clock: Clock;
  /** What is known of the client of a connection. */
  readonly originOf: (request: IncomingMessage) => Omit<Peer, 'address'>;
  /** What those may do whose certificate counts; null: certificates are not asked for. */
  readonly certificateRole: Role | null;
  /** By which names a browser may ask without TLS, beside addresses and localhost. */
  readonly hostNames: ReadonlySet<string>;
}

export type Entry =
  | { readonly kind: 'user'; readonly user: User }
  /** `asks`: a browser may ask its user for name and password. */
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 429; readonly error: MaglevError };

/** Who comes in, and for which page. */
export class Gate {
  readonly #options: GateOptions;
  readonly #wrong: WrongPasswords;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#wrong = new WrongPasswords(options.clock);
  }

  /** Is there any way for a user to say who he is? */
  get knowsUsers(): boolean {
    return !this.#options.users.isEmpty || this.#options.certificateRole !== null;
  }

  /** Is it called by a name of ours, whoever sent the browser here? */
  isOurHost(request: IncomingMessage): boolean {
    return this.#fault(request, { origin: null, fetchSite: null }) === null;
  }

  /** MGL_ORIGIN for what a browser does for a page that is not ours; null: it does not. */
  strangeOrigin(request: IncomingMessage): MaglevError | null {
    const { origin = null } = request.headers;
    const fetchSite = String(request.headers['sec-fetch-site'] ?? '') || null;
    const fault = this.#fault(request, { origin, fetchSite });
    return fault === null
      ? null
      : new MaglevError('MGL_ORIGIN', `the request is refused: ${fault}`, {
          advice: 'Open the page by its address, by localhost, or by a name that --host-name has.',
        });
  }

  /** Who it is, if that is somebody with this role. */
  enter(request: IncomingMessage, needs: Role): Entry {
    const found = this.#find(request);
    if (found === 'too-often') {
      const error = new MaglevError('MGL_MAILBOX_FULL', 'there were too many wrong passwords');
      return { kind: 'refused', status: 429, error };
    }
    if (found === null) {
      const error = new MaglevError('MGL_UNAUTHENTICATED', 'it is not known who you are', {
        advice: 'Say so with user and password, or with a certificate that --tls-client-ca has signed.',
      });
      return { kind: 'refused', status: 401, error };
    }
    if (roles.indexOf(found.role) < roles.indexOf(needs)) {
      const error = new MaglevError(
        'MGL_DENIED',
        `that needs the role ${needs}, and ${found.name} is ${found.role}`,
      );
      return { kind: 'refused', status: 403, error };
    }
    return { kind: 'user', user: found };
  }

  #fault(
    request: IncomingMessage,
    page: { readonly origin: string | null; readonly fetchSite: string | null },
  ): string | null {
    const { door } = this.#options.originOf(request);
    const host = request.headers.host ?? null;
    const facts = { host, ...page, secure: door === 'tls', local: door === 'unix' };
    return originFault(facts, this.#options.hostNames);
  }

  #find(request: IncomingMessage): User | 'too-often' | null {
    const { users, certificateRole, originOf } = this.#options;
    const { certificate } = originOf(request);
    if (certificate !== null && certificateRole !== null) return { name: certificate, role: certificateRole };
    const { authorization } = request.headers;
    if (authorization === undefined) return null;
    const address = request.socket.remoteAddress ?? 'unix';
    if (this.#wrong.tooMany(address)) return 'too-often';
    const user = users.find(authorization);
    if (user === null) this.#wrong.add(address);
    return user;
  }
}
