import { constants } from 'node:os';
import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { type Host, libc, libcFunction, openLibc, SyscallError, succeeded } from '../../linux/libc.js';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

function refusal(host: Partial<Host>): MaglevError {
  const missing = () => {
    throw new Error('Cannot find module koffi\nRequire stack:\n- here');
  };
  const thrown = thrownBy(() => openLibc({ platform: 'linux', arch: 'x64', foreign: missing, ...host }));
  if (!(thrown instanceof MaglevError)) throw new Error(`not refused: ${thrown}`);
  return thrown;
}

describe('linux: libc', () => {
  it('answers what a function returns, and takes numbers, text and memory', () => {
    expect(libcFunction('int getpid()')()).to.equal(process.pid);
    const name = new Uint8Array(256);
    expect(libcFunction('int gethostname(void *name, size_t size)')(name, name.length)).to.equal(0);
    expect(Buffer.from(name).toString('utf8', 0, name.indexOf(0))).to.not.equal('');
    expect(libcFunction('int access(str path, int mode)')('/proc/self', 0)).to.equal(0);
  });

  it('answers -errno where a function returns -1', () => {
    const close = libcFunction('int close(int fd)');
    expect(close(-1)).to.equal(-constants.errno.EBADF);
    expect(libcFunction('int access(str path, int mode)')('/nowhere', 0)).to.equal(-constants.errno.ENOENT);
  });

  it('names the failed call and the errno', () => {
    expect(succeeded('open the door', 7)).to.equal(7);
    const thrown = thrownBy(() => succeeded('open the door', -constants.errno.EACCES));
    expect(thrown).to.be.instanceOf(SyscallError);
    expect(thrown).to.include({ code: 'MGL_SYSCALL', errno: 'EACCES' });
    expect(String(thrown)).to.contain('open the door: EACCES (permission denied)');
    expect(thrownBy(() => succeeded('x', -4000))).to.include({ errno: 'errno 4000' });
  });

  it('gives a stable address to memory, however small', () => {
    const memory = new Uint8Array(8);
    const address = libc().addressOf(memory);
    expect(address > 0n).to.equal(true);
    const copy = libcFunction('void *memcpy(uintptr_t to, void *from, size_t size)');
    copy(address, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 8);
    expect([...memory]).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('says what is missing on a machine that cannot', () => {
    expect(refusal({ platform: 'darwin', arch: 'arm64' })).to.include({
      code: 'MGL_LINUX_UNSUPPORTED',
      message: 'darwin on arm64 is not 64-bit Linux on x64 or arm64',
    });
    expect(refusal({ arch: 'ia32' }).code).to.equal('MGL_LINUX_UNSUPPORTED');
    expect(refusal({})).to.include({
      code: 'MGL_LINUX_UNSUPPORTED',
      message: 'the package koffi cannot be loaded: Cannot find module koffi',
    });
    const thrown = thrownBy(() => libc().declare('int no_such_function(int)'));
    expect(thrown).to.include({ code: 'MGL_LINUX_UNSUPPORTED' });
    expect(String(thrown)).to.contain('no_such_function');
  });
});
