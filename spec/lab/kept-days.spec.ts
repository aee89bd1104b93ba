import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { runDay } from '../../lab/day.js';
import { readScenario } from '../../lab/kept.js';
import { storyOf } from '../../lab/story.js';

/** Days on which something was broken once, by a fault of ours or by one that was put in to see it found. */
const folder = path.resolve(import.meta.dirname, '../../../spec/days');

describe('lab: days that were kept', () => {
  for (const file of readdirSync(folder).sort()) {
    it(`nothing is broken on ${path.basename(file, '.json')}`, async () => {
      const scenario = readScenario(readFileSync(path.join(folder, file), 'utf8'));
      const day = await runDay(scenario);
      expect(day.violations, storyOf(scenario, day)).to.deep.equal([]);
    });
  }
});
