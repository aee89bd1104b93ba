import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { Role } from '../domain/access.js';
import type { PlanRequest } from '../rpc/generated/maglev.js';
import type { Action } from './contract.js';

/** Reads what a page sent. Left: what is wrong, as the end of a sentence. */
export function readAction(text: string): Either<string, Action> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return left('it is no JSON');
  }
  if (typeof value !== 'object' || value === null) return left('it is no object');
  const fields = value as Readonly<Record<string, unknown>>;
  const { backend, frontend, pool, weight, flush } = fields;
  switch (fields['do']) {
    case 'pause':
    case 'resume':
    case 'enable':
    case 'disable':
      return isName(backend) ? right({ do: fields['do'], backend }) : left('backend must be a name');
    case 'weight': {
      if (!isName(backend) || !isName(frontend) || !isName(pool))
        return left('frontend, pool and backend must be names');
      if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > 100)
        return left('weight must be a whole number from 0 to 100');
      if (typeof flush !== 'boolean') return left('flush must be true or false');
      return right({ do: 'weight', frontend, pool, backend, weight, flush });
    }
    case 'sync':
      if (frontend === null) return right({ do: 'sync', frontend: null });
      return isName(frontend) ? right({ do: 'sync', frontend }) : left('frontend must be a name, or null');
    case 'reload':
      return right({ do: 'reload' });
    default:
      return left('do must be pause, resume, enable, disable, weight, sync or reload');
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}

/** Who may do it; the API says the same. */
export function roleFor(action: Action): Role {
  return action.do === 'reload' ? 'admin' : 'operator';
}

/** The command of maglevc that does it. */
export function commandOf(action: Action): string {
  switch (action.do) {
    case 'weight': {
      const { frontend, pool, backend, weight, flush } = action;
      const where = `${quoted(frontend)} pool ${quoted(pool)} backend ${quoted(backend)}`;
      return `maglevc set frontend ${where} weight ${weight}${flush ? ' flush' : ''}`;
    }
    case 'sync':
      return `maglevc sync vpp lbstate${action.frontend === null ? '' : ` ${quoted(action.frontend)}`}`;
    case 'reload':
      return 'maglevc config reload';
    default:
      return `maglevc set backend ${quoted(action.backend)} ${action.do}`;
  }
}

function quoted(name: string): string {
  return /^[\w.@:-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** What is asked of Plan. */
export function planChange(action: Action): NonNullable<PlanRequest['change']> {
  switch (action.do) {
    case 'weight': {
      const { do: _, ...value } = action;
      return { $case: 'weight', value };
    }
    case 'sync':
      return { $case: 'sync', value: {} };
    case 'reload':
      return { $case: 'reload', value: {} };
    default:
      return { $case: 'backend', value: { name: action.backend, action: action.do } };
  }
}
