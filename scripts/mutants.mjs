// npm run mutants -- --files domain/weights,domain/rise-fall [--jobs <n>]
// Changes one place of what was compiled at a time, and runs the specs of that file: a change that no spec notices survives.
// Specs are those of the same name, and those that are named for the file below.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseSync, traverse } from '@babel/core';
import { CopiedTree } from '../out/spec/bugs/copied-tree.js';

const root = path.resolve(import.meta.dirname, '..');

/** Specs that try a rule besides that of its name. */
const more = {
  'domain/rise-fall': ['domain/standing-table', 'domain/backend-life'],
  'domain/weights': ['domain/deciding', 'domain/weights-page'],
  'domain/deciding': ['domain/decider', 'actors/decision'],
  'domain/operator': ['domain/intent-review', 'domain/intent-desk', 'actors/operator-intents'],
  'domain/plan': ['domain/plan-any', 'domain/plan-sync', 'domain/whole-plan'],
  'domain/plan-vip': ['domain/plan', 'domain/plan-any', 'domain/vip-knowledge', 'exhaustive/exhaustive'],
  'domain/vip-knowledge': ['actors/session-failures', 'actors/flush-kept', 'exhaustive/exhaustive'],
  'domain/send-queue': ['actors/link'],
};

/** What an operator may be instead. */
const flips = new Map(
  Object.entries({
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '===': '!==',
    '!==': '===',
    '+': '-',
    '-': '+',
    '&&': '||',
    '||': '&&',
    '??': '&&',
  }),
);

const { values } = parseArgs({
  options: { files: { type: 'string' }, jobs: { type: 'string', default: '2' } },
});
if (values.files === undefined) {
  console.log('usage: npm run mutants -- --files domain/weights,domain/rise-fall [--jobs <n>]');
  process.exit(2);
}
let survivors = 0;
for (const file of values.files.split(',').map((name) => name.replace(/\.[jt]s$/, ''))) await judge(file);
process.exitCode = survivors === 0 ? 0 : 1;

async function judge(file) {
  const text = readFileSync(path.join(root, 'out', `${file}.js`), 'utf8');
  const specs = [file, ...(more[file] ?? [])].filter((one) =>
    existsSync(path.join(root, 'out/spec', `${one}.spec.js`)),
  );
  const left = mutantsOf(text);
  const all = left.length;
  const alive = [];
  const work = async () => {
    const tree = new CopiedTree();
    try {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const back = tree.put({ name: 'mutant', file, from: text, to: mutant.text });
        if (await passes(tree, specs)) alive.push(mutant);
        back();
      }
    } finally {
      tree.remove();
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  survivors += alive.length;
  console.log(`${file}: ${all - alive.length} of ${all} noticed by ${specs.join(', ')}`);
  for (const { line, what } of alive.sort((a, b) => a.line - b.line))
    console.log(`  ${file}.js:${line} ${what}`);
}

/** Each with one place changed. */
function mutantsOf(text) {
  const mutants = [];
  const edit = (node, start, end, to, what) => {
    const line = node.loc.start.line;
    mutants.push({ line, what, text: text.slice(0, start) + to + text.slice(end) });
  };
  const source = (node) => text.slice(node.start, node.end);
  const operator = ({ node }) => {
    const to = flips.get(node.operator);
    if (to === undefined) return;
    const at = text.indexOf(node.operator, node.left.end);
    edit(node, at, at + node.operator.length, to, `${source(node)}: ${node.operator} is ${to}`);
  };
  traverse(parseSync(text, { configFile: false, babelrc: false, sourceType: 'module' }), {
    BinaryExpression: operator,
    LogicalExpression: operator,
    UnaryExpression({ node }) {
      if (node.operator === '!')
        edit(node, node.start, node.argument.start, '', `${source(node)}: without !`);
    },
    NumericLiteral({ node }) {
      edit(node, node.start, node.end, String(node.value + 1), `${node.value} is ${node.value + 1}`);
    },
    BooleanLiteral({ node }) {
      edit(node, node.start, node.end, String(!node.value), `${node.value} is ${!node.value}`);
    },
    ConditionalExpression({ node }) {
      edit(node, node.test.start, node.test.end, `!(${source(node.test)})`, `${source(node.test)} is not so`);
    },
    ExpressionStatement({ node }) {
      edit(node, node.start, node.end, ';', `without ${source(node).slice(0, 60)}`);
    },
  });
  return mutants;
}

function passes(tree, specs) {
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const files = specs.map((one) => tree.file(`spec/${one}.spec.js`));
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [mocha, '--no-config', '--bail', '--timeout', '10000', '--exit', ...files],
      {
        stdio: 'ignore',
        cwd: root,
      },
    );
    const killer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    child.once('close', (code) => {
      clearTimeout(killer);
      resolve(code === 0);
    });
  });
}
