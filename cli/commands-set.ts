import { type ErrorCode, MaglevError } from '../domain/errors.js';
import { isWeight, MAX_WEIGHT } from '../domain/lb.js';
import { nameText } from '../domain/name.js';
import type { MaglevClient } from '../rpc/client.js';
import type { BackendInfo, FrontendInfo } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type Command, type Outcome, type Session, success } from './command.js';
import { sentence } from './layout.js';
import { frontendNames, type Leaving, leftAlone } from './left-alone.js';
import { expandNames, isPattern } from './name-patterns.js';
import { type Line, label, plain } from './text.js';

interface Action {
  readonly word: string;
  readonly help: string;
  /** Does it take new flows away? */
  readonly takes: boolean;
  /** Can it be done with a backend that is disabled? */
  readonly whenDisabled: boolean;
  readonly act: (client: MaglevClient, name: string) => Promise<BackendInfo>;
}

const actions: readonly Action[] = [
  {
    word: 'pause',
    help: 'stop probing backends, and send them no new flows; the flows they have live on',
    takes: true,
    whenDisabled: false,
    act: (client, name) => client.pauseBackend(name),
  },
  {
    word: 'resume',
    help: 'end the pause of backends',
    takes: false,
    whenDisabled: false,
    act: (client, name) => client.resumeBackend(name),
  },
  {
    word: 'enable',
    help: 'let disabled backends serve again',
    takes: false,
    whenDisabled: true,
    act: (client, name) => client.enableBackend(name),
  },
  {
    word: 'disable',
    help: 'take backends out of service, and cut the flows they have',
    takes: true,
    whenDisabled: true,
    act: (client, name) => client.disableBackend(name),
  },
];

export const setCommands: readonly Command[] = [
  ...actions.map(
    (action): Command => ({
      usage: `set backend <name>... ${action.word}`,
      help: action.help,
      slots: { name: 'backend' },
      json: '`BackendInfo`; of several backends an object with `changes`, a list of them, and `warning`',
      slow: true,
      run: async (session, _, { lists }) => {
        const client = await session.client();
        const names = await checkedNames(client, lists['name'] ?? [], action);
        return makeChanges(session, client, {
          names,
          leaving: action.takes ? { backends: new Set(names) } : null,
          make: (name) => action.act(client, name),
          text: (backend) => [backendLine(backend)],
        });
      },
    }),
  ),
  {
    usage: 'set frontend <name> pool <pool> backend <backend>... weight <0-100> [flush]',
    help: 'change the weight of backends in a pool; flush also cuts the flows they have',
    slots: { name: 'frontend', backend: 'member', '0-100': 'weight' },
    json: '`FrontendInfo`; of several backends an object with `changes`, a list of them, and `warning`',
    slow: true,
    run: async (session, slots, { lists }) => {
      const { name: frontend = '', pool = '' } = slots;
      const weight = parseWeight(slots['0-100'] ?? '');
      const flush = slots['flush'] !== undefined;
      const client = await session.client();
      const names = await membersOf(client, frontend, pool, lists['backend'] ?? []);
      return makeChanges(session, client, {
        names,
        leaving: weight === 0 ? { backends: new Set(names), frontend, pool } : null,
        make: (backend) => client.setWeight({ frontend, pool, backend, weight, flush }),
        text: (response, backend) => weightText(response, pool, backend),
      });
    },
  },
];

interface Changes<T> {
  readonly names: readonly string[];
  /** Who gets no new flows any more by them; null: nobody. */
  readonly leaving: Leaving | null;
  readonly make: (name: string) => Promise<T>;
  readonly text: (response: T, name: string) => Line[];
}

/** Asks, or refuses, before a frontend is left with nobody; then makes one after the other, and says how far it came. */
async function makeChanges<T extends { readonly warning?: string | undefined }>(
  session: Session,
  client: MaglevClient,
  { names, leaving, make, text }: Changes<T>,
): Promise<Outcome> {
  // Where nobody is asked and nothing is refused, maglevd itself warns of it.
  const asks = leaving !== null && (session.careful || session.confirm !== null);
  const alone = asks ? leftAlone((await client.listFrontends()).frontends, leaving) : [];
  const warnings: string[] = [];
  if (alone.length > 0) {
    const consequence = `this leaves ${frontendNames(alone)} with nobody to serve`;
    if (session.careful) throw new MaglevError('MGL_LEFT_ALONE', `${consequence}: nothing was changed`);
    if (session.confirm !== null && !(await session.confirm(`${consequence}. Go on?`))) {
      return {
        ...success([], null),
        printed: true,
        failure: { code: 'MGL_LEFT_ALONE', message: 'nothing was changed' },
      };
    }
  }
  const done: T[] = [];
  const lines: Line[] = [];
  for (const name of names) {
    try {
      const response = await make(name);
      done.push(response);
      lines.push(...text(response, name));
      if (response.warning !== undefined)
        warnings.push(names.length === 1 ? response.warning : `${nameText(name)}: ${response.warning}`);
    } catch (thrown) {
      throw halfDone(thrown, names, done.length);
    }
  }
  const warning = warnings.length === 0 ? undefined : warnings.join('; ');
  const json = names.length === 1 ? { ...done[0], warning } : { changes: done, warning };
  return { ...success(lines, json), warning };
}

/** Of several, some were done before the one that failed: nobody should have to guess which. */
function halfDone(thrown: unknown, names: readonly string[], count: number): unknown {
  if (!(thrown instanceof RpcError) || names.length === 1) return thrown;
  const list = (some: readonly string[]) => (some.length === 0 ? 'none' : some.map(nameText).join(' '));
  const message = `${nameText(names[count] ?? '')}: ${thrown.message} (done before: ${list(names.slice(0, count))}; not tried: ${list(names.slice(count + 1))})`;
  return new RpcError(thrown.status, thrown.code, message, thrown.advice);
}

/** Every name that is meant. Of one name alone, maglevd says whether there is one; of several, all are looked up first. */
async function checkedNames(
  client: MaglevClient,
  words: readonly string[],
  action: Action,
): Promise<readonly string[]> {
  if (isAlone(words)) return words;
  const { backends } = await client.listBackends();
  const names = expandNames(
    words,
    backends.map(({ name }) => name),
    'backend',
    'MGL_BACKEND_UNKNOWN',
  );
  const chosen = new Set(names);
  const disabled = backends.filter(({ name, state }) => chosen.has(name) && state === 'disabled');
  if (!action.whenDisabled && disabled.length > 0) {
    const list = disabled.map(({ name }) => nameText(name)).join(', ');
    throw unchanged('MGL_BACKEND_DISABLED', `a disabled backend cannot ${action.word}: ${list}`);
  }
  return names;
}

async function membersOf(
  client: MaglevClient,
  frontend: string,
  poolName: string,
  words: readonly string[],
): Promise<readonly string[]> {
  if (isAlone(words)) return words;
  const { pools } = await client.getFrontend(frontend);
  const pool = pools.find(({ name }) => name === poolName);
  if (pool === undefined) {
    throw new MaglevError(
      'MGL_POOL_UNKNOWN',
      `frontend ${nameText(frontend)} has no pool ${nameText(poolName)}`,
    );
  }
  return expandNames(
    words,
    pool.backends.map(({ name }) => name),
    `backend of pool ${nameText(poolName)}`,
    'MGL_BACKEND_UNKNOWN',
  );
}

function isAlone(words: readonly string[]): boolean {
  const [word = '', ...others] = words;
  return others.length === 0 && !isPattern(word);
}

function unchanged(code: ErrorCode, message: string): MaglevError {
  return new MaglevError(code, `${message}; nothing was changed`);
}

export function parseWeight(text: string): number {
  if (/^\d{1,3}$/.test(text) && isWeight(Number(text))) return Number(text);
  throw new MaglevError('MGL_USAGE', `'${text}' is no weight: use a whole number from 0 to ${MAX_WEIGHT}`);
}

/** A maglevd that says nothing of VPP is an older one. */
function backendLine({ name, state, enabled, outcome }: BackendInfo): Line {
  const done = outcome?.summary ?? `${state}, ${enabled ? 'enabled' : 'not enabled'}`;
  return [label('backend'), plain(` ${nameText(name)}: ${done}`)];
}

/** What came of it: the weight that counts can be another one, as the reason says. */
function weightText(frontend: FrontendInfo, poolName: string, backendName: string): Line[] {
  const pool = frontend.pools.find(({ name }) => name === poolName);
  const backend = pool?.backends.find(({ name }) => name === backendName);
  const done = frontend.outcome?.summary ?? `weight ${backend?.weight ?? '?'}`;
  const place: Line = [
    label('frontend'),
    plain(` ${nameText(frontend.name)} `),
    label('pool'),
    plain(` ${nameText(poolName)} `),
    label('backend'),
    plain(` ${nameText(backendName)}: ${done}`),
  ];
  const effective: readonly (readonly [string, string | number])[] = [
    ['effective-weight', backend?.effectiveWeight ?? 'keep'],
    ['reason', backend?.reason ?? '?'],
  ];
  return [place, sentence(effective, '  ')];
}
