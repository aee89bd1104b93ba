import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { nodeFlags } from '../../program/node-flags.js';
import { programFile } from '../support/process.js';

const root = path.resolve(import.meta.dirname, '../../..');

describe('how Node runs maglevd', () => {
  it('is the same from a checkout, and for the bench that runs its parts in its own process', () => {
    const [first] = readFileSync(path.join(root, 'bin/maglevd.ts'), 'utf8').split('\n');
    expect(first).to.equal(`#!/usr/bin/env -S node ${nodeFlags.join(' ')}`);
    expect(readFileSync(path.join(root, 'package.json'), 'utf8')).to.include(
      `node --enable-source-maps ${nodeFlags.join(' ')} out/bench/detection.js`,
    );
  });

  it('is what this Node accepts', () => {
    const said = execFileSync(process.execPath, [...nodeFlags, programFile('maglevd'), '--version']);
    expect(String(said)).to.match(/^maglevd /);
  });
});
