import { expect } from 'chai';
import { below, configOf, errorsOf } from './config-lines.js';

interface Case {
  readonly title: string;
  readonly text: string;
  readonly errors: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'an empty file', text: '', errors: ['f:1:1 maglev: required key is missing'] },
  { title: 'a file of comments', text: '# nothing\n', errors: ['f:1:1 maglev: required key is missing'] },
  { title: 'a file that is a list', text: '- maglev\n', errors: ['f:1:1: expected a map, found a list'] },
  {
    title: 'a file that is a word',
    text: 'maglev',
    errors: ["f:1:1: expected a map, found the text 'maglev'"],
  },
  {
    title: 'another key at the top',
    text: 'maglevd: {}\n',
    errors: ["f:1:1 maglevd: unknown key, did you mean 'maglev'?", 'f:1:1 maglev: required key is missing'],
  },
  {
    title: 'a second document',
    text: below('---', 'maglev: {}'),
    errors: ['f:3:1: a second YAML document begins here: the file must have only one'],
  },
  {
    title: 'an indentation by tab',
    text: 'maglev:\n\tbackends: {}\n',
    errors: ['f:2:1: indentation: a tab stands in front of this line: use spaces'],
  },
  {
    title: 'a colon in a plain value',
    text: below('  backends:', '    a: { address: 192.0.2.9 }', '    b: address: 192.0.2.9'),
    errors: ['f:5:8: YAML: a second key: value on one line; put quotes around a value that contains a colon'],
  },
  {
    title: 'a key without a colon',
    text: below('  backends:', '    a', '    b: {}'),
    errors: ['f:4:5: YAML: a key must end in a colon on the same line'],
  },
  {
    title: 'errors in front of a syntax error, but none that it may have caused',
    text: below(
      '  backends:',
      '    a: { adress: 192.0.2.9, address: 192.0.2.9 }',
      '    b: { enabled: true, address: [ }',
    ),
    errors: [
      "f:4:10 maglev.backends.a.adress: unknown key, did you mean 'address'?",
      'f:5:36: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      'f:5:37: YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  },
  {
    title: 'duplicate keys',
    text: below('  backends:', '    a: { address: 192.0.2.9 }', '    "a": { address: 192.0.2.8 }'),
    errors: ['f:5:5 maglev.backends.a: duplicate key, it is already on line 4'],
  },
  {
    title: 'duplicate sections',
    text: below('  backends: {}', '  backends: {}'),
    errors: ['f:4:3 maglev.backends: duplicate key, it is already on line 3'],
  },
  {
    title: 'a merge key, without errors about what it would have brought',
    text: below('  backends:', '    a: &a { address: 192.0.2.9 }', '    b: { <<: *a }', '    c: {}'),
    errors: [
      'f:5:10 maglev.backends.b: merge keys (<<) are not supported: write the keys out, or use an alias for the whole value',
      'f:6:5 maglev.backends.c.address: required key is missing',
    ],
  },
  {
    title: 'tags',
    text: below('  backends:', '    a: { address: !!str 192.0.2.9, enabled: !yes true }'),
    errors: [
      "f:4:25 maglev.backends.a.address: YAML tags ('tag:yaml.org,2002:str') are not used in this file",
      "f:4:50 maglev.backends.a.enabled: YAML tags ('!yes') are not used in this file",
    ],
  },
  {
    title: 'an alias of nothing',
    text: below('  backends:', '    a: *missing'),
    errors: ['f:4:8 maglev.backends.a: the alias *missing stands for no anchor above it'],
  },
  {
    title: 'an alias inside its own anchor',
    text: below('  backends: &all', '    a: *all'),
    errors: ['f:4:8 maglev.backends.a: the alias *all stands for no anchor above it'],
  },
  {
    title: 'an alias as key',
    text: below('  backends:', '    &a a: { address: 192.0.2.9 }', '    *a : { address: 192.0.2.9 }'),
    errors: ['f:5:5 maglev.backends: a key must be plain text'],
  },
  {
    title: 'a list as key',
    text: below('  backends:', '    [a]: { address: 192.0.2.9 }'),
    errors: ['f:4:5 maglev.backends: a key must be plain text'],
  },
  {
    title: 'a NUL character',
    text: below('  backends:', '    a: { address: "192.0.2.9\0" }'),
    errors: ['f:4:29: control character U+0000: the file is not plain text'],
  },
];

describe('config: YAML that is refused', () => {
  for (const { title, text, errors } of cases) {
    it(title, () => expect(errorsOf(text)).to.deep.equal(['parse', ...errors]));
  }

  it('nesting that no parser should follow', () => {
    for (const opening of ['[', '{a: ', '- ', '? ', '- - ']) {
      const errors = errorsOf(`maglev: \n  ${opening.repeat(100_000)}`);
      expect(errors, opening).to.have.length(2);
      expect(errors[1], opening).to.match(/^f:2:\d+: YAML: nested too deeply$/);
    }
  });

  it('aliases that multiply', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`);
    const errors = errorsOf(['a0: &a0 [x]', ...lines].join('\n'));
    expect(errors).to.include('f:12:24 a11[2]: aliases repeat more than 1000000 values');
    expect(errors.filter((line) => line.includes('repeat'))).to.have.length(1);
  });
});

describe('config: YAML that is accepted', () => {
  it('anchors and aliases for whole values', () => {
    const { backends, frontends } = configOf(
      below(
        '  backends:',
        '    a: { address: &ip 192.0.2.9 }',
        '    b: { address: *ip, enabled: &no false }',
        '    c: { address: 192.0.2.10, enabled: *no }',
        '  frontends:',
        '    x: { address: 203.0.113.1, pools: &pools [{ name: p, backends: { a: , c: { weight: 0 } } }] }',
        '    y: { address: 203.0.113.2, pools: *pools }',
      ),
    );
    expect(backends.get('b')).to.deep.include({ address: '192.0.2.9', enabled: false });
    expect(backends.get('c')).to.deep.include({ enabled: false });
    expect(frontends.get('y')?.pools).to.deep.equal(frontends.get('x')?.pools);
  });

  it('errors in a value that is used twice are said for both uses', () => {
    expect(
      errorsOf(below('  backends:', '    a: &a { address: 192.0.2.9, port: 80 }', '    b: *a')),
    ).to.deep.equal([
      'parse',
      'f:4:33 maglev.backends.a.port: unknown key: known here are address, healthcheck, enabled',
      'f:4:33 maglev.backends.b.port: unknown key: known here are address, healthcheck, enabled',
    ]);
  });

  it('JSON, CRLF, a byte order mark, and both document markers', () => {
    const json =
      '{"maglev":{"vpp":{"lb":{"ipv4-src-address":"192.0.2.1","ipv6-src-address":"2001:db8::1"}}}}';
    const expected = configOf(below());
    for (const text of [json, below().replaceAll('\n', '\r\n'), `\ufeff${below()}`, `---\n${below()}...\n`]) {
      expect(configOf(text), JSON.stringify(text)).to.deep.equal(expected);
    }
  });

  it('a %YAML directive changes no meaning', () => {
    const text = below('  backends:', '    on: { address: 192.0.2.9, enabled: yes }');
    expect(errorsOf(`%YAML 1.1\n---\n${text}`)).to.deep.equal([
      'parse',
      "f:6:40 maglev.backends.on.enabled: expected true or false, found the text 'yes'",
    ]);
  });

  it('names that mean something to JavaScript or to YAML', () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'null',
      'true',
      '12',
      '0x10',
      '1.0',
      '-',
      '.',
      '<',
    ];
    const lines = names
      .slice(0, -1)
      .map((name) => `    ${name === '-' ? '"-"' : name}: { address: 192.0.2.9 }`);
    const { backends } = configOf(below('  backends:', ...lines));
    expect([...backends.keys()]).to.deep.equal(names.slice(0, -1));
  });
});
