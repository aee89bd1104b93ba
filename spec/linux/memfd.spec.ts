import { closeSync, fstatSync, ftruncateSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { createMemfd } from '../../linux/memfd.js';
import { passedDescriptors } from '../support/passed-descriptors.js';

describe('linux: memfd', () => {
  it('is memory with a name and a size, which cannot shrink', () => {
    const fd = createMemfd('stat segment', 10_000);
    expect(readlinkSync(`/proc/self/fd/${fd}`)).to.equal('/memfd:stat segment (deleted)');
    expect(fstatSync(fd).size).to.equal(10_000);
    expect(() => ftruncateSync(fd, 9_999)).to.throw('EPERM');
    writeSync(fd, 'end', 9_997);
    const bytes = Buffer.alloc(6);
    expect(readSync(fd, bytes, 0, 6, 9_994)).to.equal(6);
    expect(bytes).to.deep.equal(Buffer.from('\0\0\0end'));
    closeSync(fd);
  });

  it('leaves nothing behind when it fails', () => {
    const before = passedDescriptors();
    expect(() => createMemfd('x'.repeat(250), 1)).to.throw('EINVAL');
    expect(() => createMemfd('half a byte', 0.5)).to.throw();
    expect(passedDescriptors()).to.deep.equal(before);
  });
});
