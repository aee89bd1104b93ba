import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { RECENT_MS, REREAD_MS, readSettled } from '../../config/settled-file.js';
import { decodeText } from '../../config/utf8.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { configOf, warningsOf } from './config-lines.js';

const block = `maglev:
  vpp:
    lb:
      ipv4-src-address: 192.0.2.1
      ipv6-src-address: 2001:db8::12
      startup-max-delay: 1m30s
  healthchecks:
    web: { type: http, interval: 1m30s, params: { path: "/a?b" } }
  backends:
    w1: { address: 10.0.0.11, healthcheck: web }
    w12:
      address: 10.0.0.12
  frontends:
    grün:
      address: 203.0.113.10
      protocol: tcp
      port: 8001
      pools:
        - name: main
          backends:
            w1:
              weight: 10
            w12:
              weight: 100
`;

/** As block, with the sections the other way round, so that other values come last. */
const reversed = `maglev:
  frontends:
    shop: { address: 203.0.113.10, protocol: udp, port: 5353, pools: [{ name: p, backends: { w1: , w2: { weight: 25 } } }] }
  backends:
    w1: {address: 10.0.0.11}
    w2:
      healthcheck: ping
      address: 10.0.0.122
  healthchecks:
    ping:
      type: icmp
      fall: 13
      timeout: 1m30s
  vpp:
    lb:
      ipv4-src-address: 192.0.2.1
      ipv6-src-address: 2001:db8::1
      sticky-buckets-per-core: 65536
      flow-timeout: 40s
      new-flows-table-length: 1024
`;

/** All on one line, quoted. */
const json =
  '{"maglev":{"vpp":{"lb":{"ipv4-src-address":"192.0.2.1","ipv6-src-address":"2001:db8::1"}},"backends":{"a":{"address":"10.0.0.1"}},"frontends":{"f":{"address":"203.0.113.1","pools":[{"name":"p","backends":{"a":{}}}]}}}}';

function verdictOf(bytes: Uint8Array): ConfigVerdict {
  const text = decodeText(bytes);
  if (text._tag === 'Right') return checkConfigText(text.right, 'f');
  return { ok: false, stage: 'read', issues: [], warnings: [] };
}

/** What a start or a reload takes when it finds these verdicts in a file that is being written; and how long it waited. */
async function settled(running: MaglevConfig | null, ...found: readonly ConfigVerdict[]) {
  return settledSince(0, running, ...found);
}

async function settledSince(
  sinceChangeMs: number,
  running: MaglevConfig | null,
  ...found: readonly ConfigVerdict[]
) {
  let waited = 0;
  let times = 0;
  let told = 0;
  const verdict = await readSettled({
    file: 'f',
    load: async () => found[Math.min(times++, found.length - 1)] as ConfigVerdict,
    running: () => running,
    wait: async (ms) => {
      waited += ms;
    },
    sinceChangeMs: async () => sinceChangeMs,
    waits: () => {
      expect(waited, 'told before it waits').to.equal(0);
      told++;
    },
  });
  expect(told, 'told once').to.equal(waited > 0 ? 1 : 0);
  return { verdict, waited, times };
}

describe('config: a file that is being written', () => {
  for (const [title, text] of Object.entries({ block, reversed, json })) {
    const bytes = new TextEncoder().encode(text);
    const whole = verdictOf(bytes);
    const before = configOf(text);
    /** What runs differs from the file in what the file changes. */
    const backends = new Map(
      [...before.backends].map(([name, one]) => [name, { ...one, enabled: !one.enabled }]),
    );
    const edited = { ...before, backends };

    it(`takes effect as a whole, wherever it was cut a second before: ${title}`, async () => {
      let valid = 0;
      for (let end = 0; end < bytes.length; end++) {
        const part = verdictOf(bytes.subarray(0, end));
        if (part.ok) valid++;
        for (const running of [before, edited]) {
          const { verdict } = await settled(running, part, whole);
          if (!verdict.ok) expect(part, `cut at ${end}`).to.equal(verdict);
          else expect(verdict.config, `cut at ${end}`).to.deep.equal(before);
        }
        const { verdict } = await settled(null, part, whole);
        if (verdict.ok) expect(verdict.config, `begun at ${end}`).to.deep.equal(before);
      }
      if (title !== 'json') expect(valid, 'parts that are valid').to.be.above(3);
    });
  }

  const running = configOf(block);
  const wrongPort = checkConfigText(block.replace('port: 8001', 'port: 8'), 'f');

  it('waits a second for every difference that counts, and takes what stayed the same', async () => {
    const edits: readonly [string, string][] = [
      ['port: 8001', 'port: 8'],
      ['weight: 100', 'weight: 10'],
      ['10.0.0.12', '10.0.0.1'],
      ['interval: 1m30s', 'interval: 1m'],
      ['startup-max-delay: 1m30s', 'startup-max-delay: 1m'],
      ['2001:db8::12', '2001:db8::1'],
      ['name: main', 'name: ma'],
      ['type: http,', 'type: http, rise: 3,'],
      ['/a?b', '/a'],
      ['  backends:\n', '  backends:\n    spare: { address: 10.0.0.99 }\n'],
    ];
    for (const [from, to] of edits) {
      const next = checkConfigText(block.replace(from, to), 'f');
      expect(next.ok, to).to.equal(true);
      expect(await settled(running, next), to).to.deep.equal({ verdict: next, waited: REREAD_MS, times: 2 });
    }
  });

  it('tells at once what is wrong with a file that is of no use', async () => {
    const broken = checkConfigText('maglev: [', 'f');
    expect(await settled(running, broken)).to.deep.equal({ verdict: broken, waited: 0, times: 1 });
  });

  it('starts at once with what nobody has written to for a second', async () => {
    const verdict = checkConfigText(block, 'f');
    expect(await settledSince(RECENT_MS, null, verdict)).to.deep.equal({ verdict, waited: 0, times: 1 });
    expect(await settledSince(RECENT_MS - 1, null, verdict)).to.deep.equal({
      verdict,
      waited: REREAD_MS,
      times: 2,
    });
  });

  it('starts with what it read last, and says so, when somebody writes again and again', async () => {
    const versions = Array.from({ length: 20 }, (_, i) =>
      checkConfigText(block.replace('weight: 100', `weight: ${i}`), 'f'),
    );
    const { verdict, waited } = await settled(null, ...versions);
    expect(waited).to.equal(10 * REREAD_MS);
    expect(verdict).to.deep.include({ ok: true });
    expect(verdict.warnings.at(-1)?.message).to.match(/^the file is still being written/);
    expect((await settled(running, ...versions)).verdict).to.deep.include({ ok: false, stage: 'read' });
  });

  it('goes back to what runs', async () => {
    const same = checkConfigText(block, 'f');
    expect(await settled(running, wrongPort, same)).to.deep.include({ verdict: same });
  });
});

describe('config: the end of a file', () => {
  const text = block.replace('weight: 100', 'weight: 10');
  const message = 'the file does not end in a line break: it may be cut off';

  it('is warned about when it is no line break', () => {
    // What is probed is not what is served, which is another matter.
    const others = warningsOf(text);
    expect(others).to.have.length(1);
    expect(warningsOf(text.trimEnd())).to.deep.equal([...others, `f:24:25: ${message}`]);
    expect(warningsOf(`${text.trimEnd()} # the end`)).to.deep.equal([...others, `f:24:35: ${message}`]);
    for (const end of ['\n', '\r\n', '\n\n', '\n# the end\n', '\n...\n']) {
      expect(warningsOf(text.trimEnd() + end), JSON.stringify(end)).to.deep.equal(others);
    }
  });

  it('is warned about beside errors of meaning', () => {
    const lines = warningsOf(text.replace('healthcheck: web', 'healthcheck: wbe').trimEnd());
    expect(lines.at(-1)).to.include(message);
  });
});
