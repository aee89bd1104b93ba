import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { enterNamespace, type NamespaceId, namespaceNamed, wayBack } from '../../linux/netns.js';
import type { Clock } from '../../protocol/clock.js';

/** How long what was seen of the namespace is trusted when a probe starts. */
const TRUST_MS = 200;

/** What the guard needs of Linux. */
export interface NamespaceCalls {
  readonly named: (name: string) => NamespaceId | null;
  readonly enter: (name: string) => NamespaceId;
  readonly wayBack: () => () => void;
}

export interface NamespaceGuardOptions {
  /** '' = no namespace: all is always well. */
  readonly name: string;
  readonly clock: Clock;
  /** The thread is about to leave the namespace in which it has probed: nothing of it may stay there. */
  readonly leaving: (why: string) => void;
  /** Called after the first look, and whenever it changes whether this thread can probe; null = it can. */
  readonly changed: (trouble: MaglevError | null) => void;
  readonly calls?: NamespaceCalls;
}

/**
 * Keeps this thread in the network namespace of a name. A namespace lives on, with all its devices, as long as a
 * thread or a socket is in it, also when its name was removed: probes would then run where nobody wants them. So the
 * name is looked at again and again; when it is gone the thread goes back to where it was at first, and there are only
 * doubts; when it comes back, perhaps as another namespace, the thread moves there.
 */
export class NamespaceGuard {
  readonly #options: NamespaceGuardOptions;
  readonly #calls: NamespaceCalls;
  readonly #goBack: () => void;
  #entered: NamespaceId | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** undefined: not looked yet. */
  #trouble: MaglevError | null | undefined;

  constructor(options: NamespaceGuardOptions) {
    this.#options = options;
    this.#calls = options.calls ?? { named: namespaceNamed, enter: enterNamespace, wayBack };
    this.#goBack = options.name === '' ? () => {} : this.#calls.wayBack();
  }

  /** The namespace in which a socket made now would be; null without a name. */
  get entered(): NamespaceId | null {
    return this.#entered;
  }

  /** Why nothing can be probed now; null = it can. Looks anew if that is long ago. */
  trouble(): MaglevError | null {
    if (this.#options.name === '') return null;
    const fresh = this.#options.clock.monotonic() - this.#lookedAt < TRUST_MS;
    return fresh && this.#trouble !== undefined ? this.#trouble : this.look();
  }

  /** As trouble(), looked at now. */
  look(): MaglevError | null {
    if (this.#options.name === '') return null;
    this.#lookedAt = this.#options.clock.monotonic();
    const before = this.#trouble;
    const trouble = this.#stay();
    this.#trouble = trouble;
    if (before === undefined || trouble?.message !== before?.message) this.#options.changed(trouble);
    return trouble;
  }

  #stay(): MaglevError | null {
    const { name, leaving } = this.#options;
    try {
      const now = this.#calls.named(name);
      if (now !== null && now === this.#entered) return null;
      const missing = `network namespace ${name} does not exist`;
      if (this.#entered !== null) {
        this.#entered = null;
        leaving(now === null ? missing : 'the network namespace was replaced meanwhile');
        this.#goBack();
      }
      if (now === null) return new MaglevError('MGL_NETNS_MISSING', missing);
      this.#entered = this.#calls.enter(name);
      return null;
    } catch (thrown) {
      return asMaglevError(thrown);
    }
  }
}
