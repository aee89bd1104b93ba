import { MaglevError } from '../domain/errors.js';
import type { ActorInfo, MaglevServer } from './generated/maglev.js';
import { limitMs } from './limits.js';
import type { Unary } from './unary.js';

/** One actor and those below it, as the kernel describes them. */
export interface ActorNode {
  readonly path: string;
  readonly state: string;
  readonly mailbox: number;
  readonly restarts: number;
  readonly lastError: string | null;
  readonly children: readonly ActorNode[];
}

/** A look at the whole tree. It asks no actor: one that is stuck could not answer. */
export interface ActorSources {
  /** null: the tree is not there. */
  readonly describe: () => ActorNode | null;
  readonly deadLetters: () => number;
}

export function actorHandlers(unary: Unary, sources: ActorSources): Pick<MaglevServer, 'listActors'> {
  return {
    listActors: unary(limitMs.view, async ({ path }) => {
      const root = sources.describe();
      const top = root === null || path === '' || path === '/' ? root : find(root, path.replace(/\/$/, ''));
      if (root !== null && top === null)
        throw new MaglevError('MGL_ACTOR_UNKNOWN', `there is no actor ${path}`);
      return {
        actors: top === null ? [] : flat(top),
        deadLetters: BigInt(sources.deadLetters()),
      };
    }),
  };
}

function find(node: ActorNode, path: string): ActorNode | null {
  if (node.path === path) return node;
  if (!path.startsWith(`${node.path}/`)) return null;
  for (const child of node.children) {
    const found = find(child, path);
    if (found !== null) return found;
  }
  return null;
}

function flat({ path, state, mailbox, restarts, lastError, children }: ActorNode): ActorInfo[] {
  const own: ActorInfo = { path, state, mailbox, restarts, lastError: lastError ?? '' };
  return [own, ...children.flatMap(flat)];
}
