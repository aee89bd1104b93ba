import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import { recordingLog } from '../support/recording-log.js';
import { askBy } from '../support/tree.js';
import { type ThermometerMessage, thermometer } from './thermometer.js';

const root = path.resolve(import.meta.dirname, '../../..');

describe('kernel/example of docs/kernel.md', () => {
  it('is the code that is tested here', () => {
    const page = readFileSync(path.join(root, 'docs/kernel.md'), 'utf8');
    const shown = /```ts\n(.*?)```/s.exec(page)?.[1];
    expect(shown).equal(readFileSync(path.join(root, 'spec/kernel/thermometer.ts'), 'utf8'));
  });

  it('measures, answers, and comes back with a new sensor after a failure', async () => {
    const clock = new VirtualClock();
    const system = createActorSystem({ clock, log: recordingLog() });
    const history: string[] = [];
    let celsius = 20;
    const open = async () => {
      history.push('open');
      return {
        measure: () => {
          celsius += 1;
          return celsius === 23 ? Promise.reject(new Error('unplugged')) : Promise.resolve(celsius);
        },
        close: async () => void history.push('close'),
      };
    };
    const ref: ActorRef<ThermometerMessage> = system.start(thermometer(open));
    const read = (): Promise<number | string> =>
      askBy<ThermometerMessage, number>(system, ref, (reply: Reply<number>) => ({
        type: 'read',
        reply,
      })).catch((error: MaglevError) => error.code);

    const early = read();
    await clock.settle();
    expect(await early).equal(21);
    await clock.advance(1150);
    expect(await read()).equal(22);
    await clock.advance(1150);
    const later = read();
    await clock.advance(100);
    expect(await later).equal(24);
    expect(history).deep.equal(['open', 'close', 'open']);
    await system.stop();
    expect(history).deep.equal(['open', 'close', 'open', 'close']);
    expect(await read()).equal('MGL_ACTOR_STOPPED');
  });
});
