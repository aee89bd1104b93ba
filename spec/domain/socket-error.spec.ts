import { expect } from 'chai';
import { lateMayExplain } from '../../domain/probe-result.js';
import { readSocketError } from '../../domain/socket-error.js';

describe('errors of sockets', () => {
  for (const [errno, detail] of [
    ['ECONNREFUSED', 'connection refused'],
    ['EHOSTUNREACH', 'host unreachable'],
    ['ECONNRESET', 'connection reset by peer'],
  ] as const) {
    it(`${errno} is news about the backend`, () => {
      for (const origin of ['here', 'network'] as const)
        expect(readSocketError(errno, origin)).to.deep.equal({ verdict: 'fail', code: 'L4CON', detail });
    });
  }

  for (const errno of [
    'EMFILE',
    'ENFILE',
    'ENOBUFS',
    'ENOMEM',
    'EADDRNOTAVAIL',
    'EADDRINUSE',
    'ENETDOWN',
    'EAGAIN',
    'EINVAL',
  ]) {
    it(`${errno} is our own trouble, and says so`, () => {
      const finding = readSocketError(errno, 'network');
      expect(finding).to.include({ verdict: 'doubt', code: 'SOCKERR' });
      expect(finding.detail)
        .to.match(/^\w.* \(E[A-Z]+\)$/)
        .and.contain(errno);
    });
  }

  it('lack of permission has its own code', () => {
    expect(readSocketError('EPERM', 'network')).to.include({ verdict: 'doubt', code: 'NOPERM' });
    expect(readSocketError('EPERM', 'here')).to.include({ verdict: 'doubt', code: 'NOPERM' });
    expect(readSocketError('EACCES', 'here')).to.include({ verdict: 'doubt', code: 'NOPERM' });
  });

  for (const [errno, detail, code] of [
    ['ENETUNREACH', 'no route to the backend', 'SOCKERR'],
    ['EACCES', 'forbidden by the network', 'NOPERM'],
    ['EPROTO', 'protocol error', 'SOCKERR'],
    ['ENONET', 'host is not on the network', 'SOCKERR'],
    ['EOPNOTSUPP', 'source route failed', 'SOCKERR'],
  ] as const) {
    it(`${errno} is news when a router says it, and our own trouble when this machine does`, () => {
      expect(readSocketError(errno, 'network')).to.deep.equal({ verdict: 'fail', code: 'L4CON', detail });
      expect(readSocketError(errno, 'here')).to.include({ verdict: 'doubt', code });
    });
  }

  it('what nobody foresaw is a doubt', () => {
    expect(readSocketError('EWHATEVER', 'network')).to.include({ verdict: 'doubt', code: 'SOCKERR' });
  });

  it('lateness explains silence, broken answers and peers that gave up, not refusals and other statuses', () => {
    const detailsOf = (...errnos: readonly string[]) =>
      errnos.map((errno) => ({ code: 'L4CON' as const, detail: readSocketError(errno, 'network').detail }));
    for (const failure of [
      { code: 'L4TOUT', detail: 'no answer within 1s' },
      { code: 'L7RSP', detail: 'connection reset by peer before any response' },
      { code: 'L7STS', detail: 'HTTP 408' },
      ...detailsOf('ECONNRESET', 'ECONNABORTED', 'EPIPE'),
    ] as const)
      expect(lateMayExplain(failure), failure.detail).to.equal(true);
    for (const failure of [
      { code: 'L7STS', detail: 'HTTP 503' },
      ...detailsOf('ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES'),
    ] as const)
      expect(lateMayExplain(failure), failure.detail).to.equal(false);
  });
});
