import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parseApiFile } from '../../binapi/generator/api-file.js';
import { emitModule } from '../../binapi/generator/emit-module.js';
import { generateBindings } from '../../binapi/generator/generate.js';
import { buildModel } from '../../binapi/generator/model.js';
import { apiFolder, sourceRoot } from './api-folder.js';

/** A file with everything that lb and its kin do not have. */
const rich = {
  types: [
    ['path', ['u8', 'n_labels'], ['u8', 'flags'], ['u16', 'labels', 0, 'n_labels'], { comment: 'A way. */' }],
    ['mac', ['u8', 'octets', 6], ['i8', 'offset']],
  ],
  unions: [['either', ['u8', 'small'], ['u32', 'large']]],
  enums: [['level', ['LOW', 0], ['HIGH', 200], { enumtype: 'u8' }]],
  enumflags: [['marks', ['RED', 1], ['BLUE', 2], { enumtype: 'i16' }]],
  aliases: { macs: { type: 'vl_api_mac_t', length: 3 }, moment: { type: 'f64' } },
  messages: [
    [
      'thing_get',
      ['u16', '_vl_msg_id'],
      ['u32', 'client_index'],
      ['u32', 'context'],
      ['u32', 'cursor', { default: 0 }],
      ['bool', 'all', { default: 'true' }],
      ['u64', 'function', { default: 5 }],
      { crc: '0x12ab', options: { deprecated: 'since ever', replaced_by: 'thing_v2_get' } },
    ],
    [
      'thing_get_reply',
      ['u16', '_vl_msg_id'],
      ['u32', 'context'],
      ['i32', 'retval'],
      ['u32', 'cursor'],
      { crc: '0x1', options: {} },
    ],
    [
      'thing_details',
      ['u16', '_vl_msg_id'],
      ['u32', 'context'],
      ['vl_api_path_t', 'path'],
      ['vl_api_level_t', 'levels', 2],
      ['vl_api_marks_t', 'marks'],
      ['vl_api_macs_t', 'macs'],
      ['vl_api_either_t', 'either'],
      ['vl_api_moment_t', 'moment'],
      { crc: '0x2', options: { in_progress: null } },
    ],
    [
      'thing_event',
      ['u16', '_vl_msg_id'],
      ['u32', 'client_index'],
      ['u32', 'pid'],
      { crc: '0x3', options: {} },
    ],
    [
      'want_things',
      ['u16', '_vl_msg_id'],
      ['u32', 'client_index'],
      ['u32', 'context'],
      { crc: '0x4', options: {} },
    ],
    [
      'want_things_reply',
      ['u16', '_vl_msg_id'],
      ['u32', 'context'],
      ['i32', 'retval'],
      { crc: '0x5', options: {} },
    ],
  ],
  services: {
    thing_get: { reply: 'thing_get_reply', stream: true, stream_msg: 'thing_details' },
    want_things: { reply: 'want_things_reply', events: ['thing_event'] },
  },
  options: { version: '9.8.7' },
  vl_api_version: '0xbeef',
  imports: [],
};

function generate(file: object): string {
  const model = buildModel([{ module: 'rich', messages: null }], (module) =>
    parseApiFile(module, JSON.stringify(file)),
  );
  const [module] = model.modules;
  return module === undefined ? '' : emitModule(model, module);
}

describe('binapi/generator', () => {
  it('still makes the committed bindings from the committed descriptions', () => {
    const sources = generateBindings(apiFolder, ['memclnt', 'vpe', 'vlib', 'lb', 'ip:ip_route_lookup']);
    const folder = path.join(sourceRoot, 'binapi', 'generated');
    expect([...sources.keys()].sort()).to.deep.equal(readdirSync(folder).sort());
    for (const [name, source] of sources) {
      expect(readFileSync(path.join(folder, name), 'utf8'), name).to.equal(source);
    }
  });

  it('takes a single module with what it imports', () => {
    const sources = generateBindings(apiFolder, ['lb']);
    const names = ['interface-types.ts', 'ip-types.ts', 'lb-types.ts', 'lb.ts'];
    expect([...sources.keys()].sort()).to.deep.equal(names);
  });

  it('takes some messages of a module with their answers, and no more types than they need', () => {
    const sources = generateBindings(apiFolder, ['ip:ip_route_lookup']);
    const names = ['fib-types.ts', 'ip-types.ts', 'ip.ts'];
    expect([...sources.keys()].sort(), 'multicast and ethernet are not needed').to.deep.equal(names);
    const ip = sources.get('ip.ts') ?? '';
    expect(ip).to.contain('export const ipRouteLookup: CallDefinition<');
    expect(ip).to.contain('  messages: [ipRouteLookup, ipRouteLookupReply],');
    expect(ip).to.contain('export interface IpRoute {');
    expect(ip).not.to.contain('IpRouteV2');
    expect(ip).not.to.contain('IpTable');
  });

  it('says which message is missing', () => {
    expect(() => generateBindings(apiFolder, ['ip:ip_rout_lookup'])).to.throw(
      'ip has no message ip_rout_lookup',
    );
  });

  const pieces: readonly [string, string][] = [
    ['a crc in eight digits', "nameCrc: 'thing_get_000012ab',"],
    [
      'a stream',
      'export const thingGet: StreamDefinition<ThingGet, ThingDetails, ThingGetReply, ThingGetInput> = {',
    ],
    ['an event', "kind: 'event',"],
    ['a field named pid behind the header of an event', '    writer.u32(fields.pid);'],
    ['a default that is a number', '    writer.u32(fields.cursor ?? 0);'],
    ['a default that VPP spells as a string', '    writer.bool(fields.all ?? true);'],
    ['a default of 64 bits', '    writer.u64(fields.function ?? 5n);'],
    [
      'a length that is not next to its array',
      '  writer.u8(value.labels.length);\n  writer.u8(value.flags);',
    ],
    ['the reading of such an array', '  const labels = reader.array(nLabels, 2, () => reader.u16());'],
    ['an array of enums', 'levels: reader.array(2, 1, () => reader.u8()),'],
    ['an alias for an array of structs', 'export type Macs = readonly Mac[];'],
    ['the reading of such an alias', 'macs: reader.array(3, 7, readMac),'],
    ['flags as numbers of their width', 'writer.i16(fields.marks);'],
    ['a union as bytes', 'either: reader.bytes(4),'],
    ['an alias for f64', 'moment: reader.f64(),'],
    ['what is deprecated', 'VPP has deprecated it (since ever); use `thing_v2_get`.'],
    ['what is in progress', 'VPP calls it work in progress: it may still change.'],
    ['a comment that cannot end the comment', 'A way. * /'],
    ['the version', "  version: '9.8.7',\n  crc: '0000beef',"],
  ];
  const unwrapped = generate(rich).replaceAll('\n * ', ' ');
  for (const [what, piece] of pieces) it(`understands ${what}`, () => expect(unwrapped).to.contain(piece));

  const broken: readonly [string, object | string, string][] = [
    ['what is not JSON', '{', 'rich.api.json'],
    ['a file without messages', { ...rich, messages: undefined }, 'messages is not a list'],
    ['a message without a crc', { ...rich, messages: [['x', ['u16', '_vl_msg_id'], {}]] }, 'the crc of x'],
    [
      'a type that nobody declares',
      { ...rich, aliases: {}, types: [['a', ['vl_api_b_t', 'b']]] },
      'uses the type b',
    ],
    [
      'a primitive type that does not exist',
      { ...rich, aliases: {}, types: [['a', ['u24', 'b']]] },
      'unknown type u24',
    ],
  ];
  for (const [what, file, message] of broken) {
    it(`refuses ${what}`, () => {
      const run = () => (typeof file === 'string' ? parseApiFile('rich', file) : generate(file));
      expect(run).to.throw(message).with.property('code', 'MGL_API_FILE');
    });
  }

  it('says which module is missing and where it looked', () => {
    expect(() => generateBindings(apiFolder, ['nat'])).to.throw(
      `there is no nat.api.json below ${apiFolder}`,
    );
    expect(() => generateBindings('/nonexistent', ['lb'])).to.throw('there is no folder /nonexistent');
  });
});
