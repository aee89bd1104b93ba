import { nameText } from '../domain/name.js';
import type {
  ConfigChange,
  ConfigChanges,
  ConfigValueChange,
  OperatorWord,
  VipServer,
} from '../rpc/generated/maglev.js';
import { errorText, type Line, label, plain, type Span } from './text.js';

/** Lines of one kind that are printed; --json has all. */
const MOST = 50;

/** A line for each thing that changes, and for what follows from it: first what cuts flows, then the rest. */
export function changesText(changes: ConfigChanges, loaded: boolean): Line[] {
  const { vipsRemoved, vipsAnew, vipsAdded, serversRemoved, serversAdded, backendsAnew } = changes;
  return [
    ...cut(changes.changes.map(changeLine)),
    ...cut(vipsRemoved.map((vip) => line('VIP removed', vip, flowsCut))),
    ...cut(vipsAnew.map(({ vip, why }) => line('VIP made anew', vip, `, because ${why}`, flowsCut))),
    ...cut(serversRemoved.map((server) => line('server removed', serverText(server), flowsCut))),
    ...cut(vipsAdded.map((vip) => line('VIP added', vip))),
    ...cut(serversAdded.map((server) => line('server added', serverText(server)))),
    ...cut(backendsAnew.map((name) => line('verdict begins anew', `backend ${nameText(name)}`))),
    ...wordsText(changes, loaded),
    ...(changes.changes.length === 0 ? [[plain('no change: it means the same as the running config')]] : []),
  ];
}

const flowsCut: Span = errorText(': its flows are cut');

function wordsText(changes: ConfigChanges, loaded: boolean): Line[] {
  const { wordsKnown, wordsDropped, wordsDormant, wordsWoken } = changes;
  if (!wordsKnown) {
    return [line('operators', 'what becomes of their words is not known: see the log of maglevd')];
  }
  const is = loaded ? 'is' : 'would be';
  return [
    ...cut(
      wordsDropped.map((word) => {
        const why = word.why === undefined ? '' : `: ${word.why}`;
        return line('operator', `${wordText(word)} ${is} dropped${why}`);
      }),
    ),
    ...cut(
      wordsDormant.map((word) =>
        line('operator', `${wordText(word)} ${is} out of force until the config has it again`),
      ),
    ),
    ...cut(wordsWoken.map((word) => line('operator', `${wordText(word)} ${is} in force again`))),
  ];
}

/** `weight 10 of backend web1 in frontend shop, pool main`. */
function wordText({ asked, backend, frontend, pool }: OperatorWord): string {
  const where =
    frontend === undefined || pool === undefined
      ? ''
      : ` in frontend ${nameText(frontend)}, pool ${nameText(pool)}`;
  return `${asked} of backend ${nameText(backend)}${where}`;
}

/** `changed frontend shop: port 80 -> 8080, description none -> 'the shop'`. */
function changeLine({ how, what, name, values }: ConfigChange): Line {
  const [value] = values;
  if (what === 'setting' && value !== undefined) {
    return line(how, `${what} ${name}: ${shown(value.before)} -> ${shown(value.after)}`);
  }
  const differences = values.slice(0, MOST).map(difference).join(', ');
  const more = values.length > MOST ? `, and ${values.length - MOST} more` : '';
  return line(how, `${what} ${nameText(name)}${differences === '' ? '' : `: ${differences}${more}`}`);
}

function difference({ key, before, after }: ConfigValueChange): string {
  return `${key} ${shown(before)} -> ${shown(after)}`;
}

function shown(value: string): string {
  return value === '' ? 'none' : nameText(value);
}

function serverText({ server, vip }: VipServer): string {
  return `${server} of ${vip}`;
}

function line(title: string, ...rest: readonly (string | Span)[]): Line {
  return [label(title), plain(' '), ...rest.map((one) => (typeof one === 'string' ? plain(one) : one))];
}

function cut(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MOST) return lines;
  return [...lines.slice(0, MOST), [plain(`... and ${lines.length - MOST} more`)]];
}
