import { expect } from 'chai';
import { lateMayExplain } from '../../domain/probe-result.js';
import { readSocketError } from '../../domain/socket-error.js';

const noRoute = () => false;
const someRoute = () => true;

describe('errors of sockets', () => {
  for (const [errno, detail] of [
    ['ECONNREFUSED', 'connection refused'],
    ['EHOSTUNREACH', 'host unreachable'],
    ['ECONNRESET', 'connection reset by peer'],
  ] as const) {
    it(`${errno} is news about the backend`, () => {
      expect(readSocketError(errno, noRoute)).to.deep.equal({ verdict: 'fail', code: 'L4CON', detail });
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
      const finding = readSocketError(errno, someRoute);
      expect(finding).to.include({ verdict: 'doubt', code: 'SOCKERR' });
      expect(finding.detail)
        .to.match(/^\w.* \(E[A-Z]+\)$/)
        .and.contain(errno);
    });
  }

  it('lack of permission has its own code', () => {
    expect(readSocketError('EPERM', someRoute)).to.include({ verdict: 'doubt', code: 'NOPERM' });
    expect(readSocketError('EACCES', someRoute)).to.include({ verdict: 'doubt', code: 'NOPERM' });
  });

  it('a missing route is news only while other routes exist', () => {
    expect(readSocketError('ENETUNREACH', someRoute)).to.deep.equal({
      verdict: 'fail',
      code: 'L4CON',
      detail: 'no route to the backend',
    });
    expect(readSocketError('ENETUNREACH', noRoute)).to.include({ verdict: 'doubt', code: 'SOCKERR' });
  });

  it('what nobody foresaw is a doubt', () => {
    expect(readSocketError('EWHATEVER', someRoute)).to.include({ verdict: 'doubt', code: 'SOCKERR' });
  });

  it('lateness explains silence and broken answers, not refusals and statuses', () => {
    expect(lateMayExplain('L4TOUT')).to.equal(true);
    expect(lateMayExplain('L7RSP')).to.equal(true);
    expect(lateMayExplain('L4CON')).to.equal(false);
    expect(lateMayExplain('L7STS')).to.equal(false);
  });
});
