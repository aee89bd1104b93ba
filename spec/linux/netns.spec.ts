import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { enterNamespace, namespaceNamed, namespacePath } from '../../linux/netns.js';

describe('network namespaces', () => {
  it('are found by name or by path, and told apart', () => {
    expect(namespacePath('blue')).to.equal('/run/netns/blue');
    const own = namespaceNamed('/proc/thread-self/ns/net');
    expect(namespaceNamed('/proc/self/ns/net')).to.equal(own);
    expect(namespaceNamed('/proc/self/ns/mnt')).not.to.equal(own);
    expect(namespaceNamed('no-such-namespace')).to.equal(null);
  });

  it('cannot be entered when there is none, which names what is there', () => {
    const refusals = ['no-such-namespace', import.meta.filename].map((name) => {
      try {
        enterNamespace(name);
        return null;
      } catch (thrown) {
        return thrown instanceof MaglevError ? [thrown.code, thrown.message] : thrown;
      }
    });
    expect(refusals).to.deep.equal([
      ['MGL_NETNS_MISSING', 'network namespace no-such-namespace does not exist'],
      ['MGL_NETNS_MISSING', `${import.meta.filename} is not a network namespace`],
    ]);
  });
});
