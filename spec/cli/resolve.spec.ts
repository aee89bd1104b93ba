import { expect } from 'chai';
import fc from 'fast-check';
import type { Command } from '../../cli/command.js';
import { commands } from '../../cli/commands.js';
import { type Grammar, grammarOf, type Item, mayEnd, steps } from '../../cli/grammar.js';
import { failureText, resolve } from '../../cli/resolve.js';

const tree = grammarOf(commands);

/** The usage of the command that a line means, with its slots, or the sentence of why there is none. */
function meaning(line: string, root: Grammar = tree): string {
  const found = resolve(root, line === '' ? [] : line.split(' '));
  if (found.kind !== 'command') return failureText(found);
  const slots = Object.entries(found.slots).map(([name, value]) => `${name}=${value}`);
  return [found.command.usage, ...slots].join(' | ');
}

function command(usage: string): Command {
  return { usage, help: '', json: '', run: async () => ({ text: [], json: null, failure: null }) };
}

const fixedWords = new Set(commands.flatMap(({ usage }) => usage.split(/[ [\]]+/)));

describe('cli/resolve', () => {
  const lines: readonly [string, string][] = [
    ['show frontends', 'show frontends'],
    ['sh ba', 'show backends'],
    ['sh ba nginx0', 'show backend <name> | name=nginx0'],
    ['sh backend nginx0', 'show backend <name> | name=nginx0'],
    ['sh fr', 'show frontends'],
    ['sh vp i', 'show vpp info'],
    ['sh vpp l', 'show vpp lbstate [<name>]'],
    ['sh vpp lb s', 'show vpp lb state [<name>]'],
    ['sy v lbs', 'sync vpp lbstate [<name>]'],
    ['sync vpp lbstate web', 'sync vpp lbstate [<name>] | name=web'],
    ['sync vpp lb state web', 'sync vpp lb state [<name>] | name=web'],
    ['con c', 'config check'],
    ['h', 'help [<command>...]'],
    ['show backend show', 'show backend <name> | name=show'],
    ['sh healthchecks', 'show healthchecks'],
    ['sh h https', 'show healthcheck <name> | name=https'],
    ['sh vp lb c', 'show vpp lb counters [<name>]'],
    ['set backend web1 pause', 'set backend <name>... pause | name=web1'],
    ['se b web1 p', 'set backend <name>... pause | name=web1'],
    ['se b pause r', 'set backend <name>... resume | name=pause'],
    [
      'set frontend web pool a backend b weight 50',
      'set frontend <name> pool <pool> backend <backend>... weight <0-100> [flush] ' +
        '| name=web | pool=a | backend=b | 0-100=50',
    ],
    [
      'se f web p a b b w 50 f',
      'set frontend <name> pool <pool> backend <backend>... weight <0-100> [flush] ' +
        '| name=web | pool=a | backend=b | 0-100=50 | flush=flush',
    ],
    ['set backend web1 web2 pause', 'set backend <name>... pause | name=web1'],
    ['set backend web1 pause r', 'set backend <name>... resume | name=web1'],
    [
      'watch events nu 5 l l w backend',
      'watch events [num <n>] [log [level <level>]] [backend] [frontend] [vpp] [sync] [config] [names <name>...] | num=num | n=5 | log=log | level=warn | backend=backend',
    ],
    ['watch sh ba every 5s', 'watch <show-command> [every <time>] | every=every | time=5s'],
    [
      'wait ba a b up for 5s',
      'wait backend <name>... <state> [for <time>] | name=a | state=up | for=for | time=5s',
    ],
    [
      'wait ba a upp',
      "'wait backend a upp' is not complete: expected one of <name>, up, down, unknown, paused, disabled",
    ],
    ['s vpp lbstate', "'s' can mean 'show' or 'sync' or 'set'"],
    ['sh v', "'v' after 'show' can mean 'version' or 'vpp'"],
    ['sync vpp l s', "'sync vpp l s' can mean 'sync vpp lbstate s' or 'sync vpp lb state'"],
    [
      '',
      "'' is not complete: expected one of show, sync, explain, plan, compare, set, record, config, watch, wait, help, " +
        'completion, quit, exit',
    ],
    [
      'show',
      "'show' is not complete: expected one of version, status, frontends, frontend, backends, backend, " +
        'probes, caller, healthchecks, healthcheck, vpp, overrides, events, actors, log, config',
    ],
    [
      'set backend web1',
      "'set backend web1' is not complete: expected one of pause, resume, enable, disable, <name>",
    ],
    [
      'set backend web1 pasue',
      "unknown command word 'pasue' after 'set backend web1': did you mean 'pause'?",
    ],
    [
      'set frontend web pool a backend b weight',
      "'set frontend web pool a backend b weight' is not complete: expected <0-100>",
    ],
    [
      'set frontend web pool a backend b weight 5 flsh',
      "unknown command word 'flsh' after 'set frontend web pool a backend b weight 5': did you mean 'flush'?",
    ],
    ['show backend', "'show backend' is not complete: expected <name>"],
    ['show vpp lb', "'show vpp lb' is not complete: expected one of state, counters"],
    ['show version x', "'show version' is complete, and takes no 'x'"],
    ['sh ba web1 x', "'show backend web1' is complete, and takes no 'x'"],
    ['shwo frontends', "unknown command word 'shwo': did you mean 'show'?"],
    ['show frontens', "unknown command word 'frontens' after 'show': did you mean 'frontends'?"],
    ['sh v p', "'v' after 'show' can mean 'version' or 'vpp'"],
    [
      'show vpp xyz',
      "unknown command word 'xyz' after 'show vpp': expected one of info, lbstate, lb, syncs, sync",
    ],
    ['Show version', "unknown command word 'Show': did you mean 'show'?"],
  ];
  for (const [line, expected] of lines) {
    it(`reads '${line}'`, () => expect(meaning(line)).to.equal(expected));
  }

  /** Words of a command: in the order of its usage, with what may be left out or not, as the numbers say. */
  const spelled = (items: readonly Item[], numbers: readonly number[], value: string): string[] => {
    const words: string[] = [];
    let left = items;
    for (const number of numbers) {
      const all = steps(left);
      const step = all[number % Math.max(1, all.length)];
      if (step === undefined || (mayEnd(left) && number % 3 === 0)) break;
      words.push(step.atom.kind === 'word' ? step.atom.word : valueFor(step.atom.name, value));
      left = step.rest;
    }
    for (let all = steps(left); !mayEnd(left); all = steps(left)) {
      // The last one leads on; those before it can be left out.
      const step = all.at(-1);
      if (step === undefined) break;
      words.push(step.atom.kind === 'word' ? step.atom.word : valueFor(step.atom.name, value));
      left = step.rest;
    }
    return words;
  };
  const valueFor = (slot: string, value: string) =>
    ({ level: 'warn', state: 'down', shell: 'zsh' })[slot] ?? value;

  /** Any command of maglevc, in one of its forms, with some value in each slot. */
  const spoken = fc.record({
    found: fc.constantFrom(...tree.keys()),
    numbers: fc.array(fc.nat(99), { minLength: 12, maxLength: 12 }),
    // No word begins with a capital letter.
    value: fc.stringMatching(/^[A-Z][\w.-]{1,63}$/),
  });
  const wordsOf = ({ found, numbers, value }: { found: number; numbers: readonly number[]; value: string }) =>
    spelled(tree[found]?.items ?? [], numbers, value);

  it('takes every command in each of its forms, whatever the values are', () => {
    fc.assert(
      fc.property(spoken, (line) => {
        const words = wordsOf(line);
        const result = resolve(tree, words);
        expect(
          result.kind === 'command' ? result.command.usage : failureText(result),
          words.join(' '),
        ).to.equal(tree[line.found]?.command.usage);
        if (result.kind !== 'command') return;
        const values = words.filter((word) => word === line.value);
        const { slots, given } = result;
        const taken = Object.entries(slots).flatMap(([name, value]) => given.lists[name] ?? [value]);
        expect(taken.filter((value) => value === line.value)).to.deep.equal(values);
      }),
    );
  });

  it('takes shortened words for the same command or a form of it, or says that they are not clear', () => {
    fc.assert(
      fc.property(spoken, fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }), (line, lengths) => {
        const words = wordsOf(line);
        const short = words.map((word, i) =>
          word === line.value ? word : word.slice(0, 1 + ((lengths[i] ?? 0) % word.length)),
        );
        const result = resolve(tree, short);
        if (result.kind === 'command') {
          // Only forms of a word can stand for each other: the command may be its plural, never another one.
          const other = result.command.usage.split(' ');
          for (const [i, word] of (tree[line.found]?.command.usage ?? '').split(' ').entries()) {
            if (/^[<[]/.test(word)) break;
            const meant = other[i] ?? '';
            expect(meant.startsWith(word) || word.startsWith(meant), `${short.join(' ')}: ${meant}`).to.equal(
              true,
            );
          }
        } else if (result.kind !== 'ambiguous') {
          // A shortened word was by chance another word in full, as `lb` of `lbstate`: that one counts.
          // So is a beginning that several values have, as `d` of `down`: it could as well be a name.
          const complete = short.filter(
            (word, i) => word !== words[i] && (fixedWords.has(word) || word.length === 1),
          );
          expect(complete, short.join(' ')).to.not.deep.equal([]);
        }
      }),
    );
  });

  it('refuses every line that is not the beginning of words, without throwing', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (words) => {
        const result = resolve(tree, words);
        if (result.kind !== 'command') expect(failureText(result)).to.be.a('string').and.not.be.empty;
      }),
    );
    fc.assert(
      fc.property(spoken, (line) => {
        const words = wordsOf(line);
        const usage = tree[line.found]?.command.usage ?? '';
        const result = resolve(tree, [...words, '-', '-']);
        // What ends with a list of names takes any number of them.
        if (!/\.\.\.\]?$|names/.test(usage))
          expect(result.kind, [...words].join(' ')).to.not.equal('command');
      }),
    );
  });

  it('finds the words of any grammar: an exact one first, also when it begins another one', () => {
    const root = grammarOf([command('a b'), command('ab b'), command('a <x> d'), command('abc')]);
    expect(meaning('a b', root)).to.equal('a b');
    expect(meaning('ab b', root)).to.equal('ab b');
    expect(meaning('a z d', root)).to.equal('a <x> d | x=z');
    expect(meaning('abc', root)).to.equal('abc');
  });
});
