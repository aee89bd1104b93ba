import { expect } from 'chai';
import { type FlightRecord, flightLines } from '../../domain/flight-record.js';
import { Person } from '../../lab/person.js';
import { play } from '../../lab/play.js';
import { type Recording, readRecording } from '../../lab/replay/recording.js';
import { configFrom, replay } from '../../lab/replay/replay.js';
import { reportOf } from '../../lab/replay/report.js';
import type { Scenario } from '../../lab/scenario.js';
import { Turns } from '../../lab/turns.js';
import { World } from '../../lab/world.js';

const backend = (name: string, last: number) => ({
  name,
  address: `10.0.0.${last}`,
  check: 'web',
  enabled: true,
});

/** One of two servers refuses for 7 s, after two minutes. */
const scenario: Scenario = {
  seed: 5,
  durationMs: 200_000,
  fleet: {
    checks: [
      {
        name: 'web',
        type: 'http',
        intervalMs: 1000,
        fastMs: 1000,
        downMs: 2000,
        timeoutMs: 500,
        rise: 2,
        fall: 3,
      },
    ],
    backends: [backend('a', 1), backend('b', 2)],
    frontends: [
      {
        name: 'shop',
        address: '192.0.2.1',
        protocol: 'tcp',
        port: 80,
        sticky: false,
        flushOnDown: true,
        pools: [{ name: 'only', backends: [{ name: 'a', weight: 100 }] }],
      },
      {
        name: 'blog',
        address: '192.0.2.2',
        protocol: 'tcp',
        port: 80,
        sticky: false,
        flushOnDown: true,
        pools: [{ name: 'only', backends: [{ name: 'b', weight: 100 }] }],
      },
    ],
    tableLength: 1024,
    syncIntervalMs: 30_000,
    startupMs: [1000, 10_000],
    heapBytes: 1 << 30,
  },
  faults: [
    { kind: 'server', at: 150_000, forMs: 7000, backend: 'a', how: 'refuses', p: 1 },
    { kind: 'operator', at: 170_000, backend: 'b', action: 'pause' },
  ],
};

/** Plays it, and takes a record at its end. */
async function recorded(): Promise<string> {
  const turns = new Turns();
  const giveBack = turns.takeOver();
  try {
    const world = new World(scenario, turns, false);
    play(world, new Person(world));
    world.clock.schedule(0, () => void world.launch());
    await world.clock.run(scenario.durationMs, () => false);
    let record: FlightRecord | null = null;
    world.ask<FlightRecord>(
      'take-record',
      ({ ask, recorder }) => ask(recorder, { type: 'take-record', by: 'spec' }),
      (taken) => {
        record = taken;
      },
    );
    await world.clock.run(scenario.durationMs + 1, () => record !== null);
    world.close();
    if (record === null) throw new Error('there is no record');
    return [...flightLines(record)].join('');
  } finally {
    giveBack();
  }
}

function recordingOf(text: string): Recording {
  const recording = readRecording(text);
  if (typeof recording === 'string') throw new Error(recording);
  return recording;
}

describe('lab/replay: a flight recording', () => {
  let text: string;
  let recording: Recording;
  before(async () => {
    text = await recorded();
    recording = recordingOf(text);
  });
  const config = (change: (text: string) => string = (same) => same) => {
    const found = configFrom(change(recording.configText), 'm.yaml');
    if (typeof found === 'string') throw new Error(found);
    return found;
  };

  it('is played into the tree again: the same transitions, at about the same time', async () => {
    const played = await replay(recording, config());
    const verdicts = played.transitions.filter(({ backend: name }) => name === 'a').map(({ to }) => to);
    expect(verdicts).to.deep.equal(['down', 'up']);
    const away = played.frontends.get('shop');
    expect(away?.times).to.equal(1);
    expect(away?.ms).to.be.within(3000, 12_000);
    expect(played.transitions.at(-1)).to.include({ backend: 'b', to: 'paused' });
    expect(reportOf(recording, played, null)).to.contain('2 of 2 recorded transitions are played again');
  });

  it('is played with another config: what would have been otherwise', async () => {
    const other = config((yaml) => yaml.replace(/fall: 3/, 'fall: 20'));
    const [asItRan, patient] = [await replay(recording, config()), await replay(recording, other)];
    expect(patient.frontends.has('shop')).to.equal(false);
    const report = reportOf(recording, asItRan, patient);
    expect(report).to.match(/frontend shop without server +\d+(\.\d+)?s \(1x\) +never\n/);
    expect(report).to.match(/frontend blog without server +\S+ \(1x\) +\S+ \(1x\)\n/);
  });

  it('says why it cannot be played', () => {
    expect(readRecording('')).to.equal('it is no flight recording');
    expect(readRecording('{"kind":"begin"}\n{')).to.equal('line 2 is not JSON');
    expect(readRecording(text.slice(0, text.lastIndexOf('{')))).to.match(/not whole/);
    expect(readRecording(text.replace('"version":1', '"version":2'))).to.match(/version 2/);
  });
});
