import { MaglevError } from '../../domain/errors.js';
import { parseTime } from '../time-text.js';
import type { Fault, FaultAction } from './fault.js';
import { parseTrigger } from './fault-trigger.js';

/** For --help and for errors. */
export const faultGrammar = [
  '<action>[:<argument>][@<when>]',
  '  actions: die, die-after, restart[:<time>], restart-after[:<time>], restart-with-state[:<time>], slow-start:<time>,',
  '           hang[:<time>], disconnect, disconnect-after, refuse:<retval>, drop, delay:<time>, reorder[:<time>],',
  '           duplicate, wrong-context, partial[:<bytes>], garbage[:<bytes>], oversize',
  '  when:    [<message>][#<n>|#<n>-<m>|#<n>+]  the n-th message (of that name) counted from 1; default: every one',
  '           <time>+ or <time>-<time>          messages from that time on, or between, after the fault was set;',
  '                                             also behind the above: lb_conf#1,5s+',
  '           <time>                            so long after the fault was set (die, restart, hang, disconnect)',
  '  time:    250ms, 3s, 2m',
] as const;

const DEFAULT_GARBAGE_BYTES = 64;
const DEFAULT_RESTART_MS = 1_000;
const DEFAULT_REORDER_MS = 1_000;

/** Reads a fault. `messages` are the requests that can be named. Throws MGL_USAGE. */
export function parseFault(text: string, messages: ReadonlySet<string>): Fault {
  const match = /^([a-z-]+)(?::([^@]*))?(?:@(.+))?$/.exec(text.trim());
  if (match === null) throw usage(text, 'is not written as <action>[:<argument>][@<when>]');
  const action = parseAction(text, match[1] ?? '', match[2] ?? null);
  const trigger = parseTrigger(action, match[3] ?? '#1+', messages);
  if (typeof trigger === 'string') throw usage(text, trigger);
  return { action, trigger, text: text.trim() };
}

function parseAction(text: string, name: string, argument: string | null): FaultAction {
  const action = actionOf(text, name, argument);
  if (argument !== null && !takesArgument.has(action.kind)) throw usage(text, `takes no argument`);
  return action;
}

const takesArgument: ReadonlySet<FaultAction['kind']> = new Set([
  'hang',
  'restart',
  'slow-start',
  'refuse',
  'delay',
  'reorder',
  'partial',
  'garbage',
]);

function actionOf(text: string, name: string, argument: string | null): FaultAction {
  switch (name) {
    case 'die':
    case 'disconnect':
      return { kind: name, execute: false };
    case 'die-after':
      return { kind: 'die', execute: true };
    case 'disconnect-after':
      return { kind: 'disconnect', execute: true };
    case 'restart':
    case 'restart-after':
    case 'restart-with-state': {
      const ms = argument === null ? DEFAULT_RESTART_MS : time(text, argument);
      const [execute, withState] = [name === 'restart-after', name === 'restart-with-state'];
      return { kind: 'restart', execute, ms, withState };
    }
    case 'hang':
      return { kind: 'hang', ms: argument === null ? null : time(text, argument) };
    case 'delay':
    case 'slow-start':
      return { kind: name, ms: time(text, argument ?? '') };
    case 'reorder':
      return { kind: 'reorder', ms: argument === null ? DEFAULT_REORDER_MS : time(text, argument) };
    case 'refuse':
      if (!/^-[1-9]\d{0,4}$/.test(argument ?? ''))
        throw usage(text, 'needs a negative return code, like refuse:-1');
      return { kind: 'refuse', retval: Number(argument) };
    case 'partial':
      return { kind: 'partial', bytes: argument === null ? null : count(text, argument) };
    case 'garbage':
      return { kind: 'garbage', bytes: argument === null ? DEFAULT_GARBAGE_BYTES : count(text, argument) };
    case 'drop':
    case 'duplicate':
    case 'wrong-context':
    case 'oversize':
      return { kind: name };
    default:
      throw usage(text, `has no known action: '${name}'`);
  }
}

function time(text: string, written: string): number {
  const ms = parseTime(written);
  if (ms === null) throw usage(text, `needs a time like 250ms, 3s or 2m, not '${written}'`);
  return ms;
}

function count(text: string, written: string): number {
  if (!/^\d{1,7}$/.test(written)) throw usage(text, `needs a number of bytes, not '${written}'`);
  return Number(written);
}

function usage(text: string, what: string): MaglevError {
  return new MaglevError('MGL_USAGE', `fault '${text}' ${what}`);
}
