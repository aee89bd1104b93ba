import { expect } from 'chai';
import type { TrustGrounds } from '../../probes/trust.js';
import { Authority, type Validity } from '../support/certificates.js';
import { ProbeServers } from '../support/probe-servers.js';
import { RealSurroundings, run, shown, storeOf, target, tlsParams } from '../support/probing.js';

const day = 86_400_000;
const now = Date.now();
const past: Validity = { from: now - 3 * day, to: now - 2 * day - 60_000 };
const future: Validity = { from: now + day, to: now + 2 * day };

describe('certificates of servers', () => {
  const servers = new ProbeServers();
  after(() => servers.close());

  const sound: TrustGrounds = { trouble: null, builtAt: now - day };

  async function judged(
    { authority, cert, key }: { authority: string; cert: string; key: string },
    { grounds = sound, trusted = null }: { grounds?: TrustGrounds; trusted?: string | null } = {},
  ): Promise<string> {
    const around = new RealSurroundings({ authority, grounds });
    const port = await servers.tls({ cert, key }, () => {});
    const tls = tlsParams('www.example', false, trusted === null ? null : storeOf(trusted));
    const result = await run(target({ type: 'tcp', port, tls }), around);
    around.close();
    expect(result.verdict).to.equal(
      { L6OK: 'pass', L6RSP: 'fail', TRUST: 'doubt', CLOCK: 'doubt' }[result.code as 'L6OK'],
    );
    return shown(result);
  }

  /** A server whose chain is root, intermediate, leaf. */
  function chain(validities: { root?: Validity; intermediate?: Validity; leaf?: Validity }) {
    const root = new Authority('spec root', validities.root);
    const intermediate = root.below('spec intermediate', validities.intermediate);
    const leaf = intermediate.issue({ names: ['DNS:www.example'], ...validities.leaf });
    return { authority: root.cert, cert: `${leaf.cert}${intermediate.cert}`, key: leaf.key };
  }

  const ok = 'L6OK TLSv1.3 handshake';
  const when = new Date(future.from ?? 0).toUTCString().slice(17, 25);

  it('are good when the whole chain is', async () => {
    expect(await judged(chain({}))).to.equal(ok);
  });

  it('are told by the certificate of the chain that is too old', async () => {
    expect(await judged(chain({ leaf: past }))).to.equal('L6RSP certificate expired 2 days ago');
    expect(await judged(chain({ intermediate: past }))).to.equal(
      'L6RSP the certificate of "spec intermediate", an authority of the chain, expired 2 days ago',
    );
    expect(await judged(chain({ root: past }))).to.equal(
      'L6RSP the certificate of "spec root", an authority of the chain, expired 2 days ago',
    );
  });

  it('are told by the certificate of the chain that is too young', async () => {
    const found = [
      await judged(chain({ leaf: future })),
      await judged(chain({ intermediate: future })),
      await judged(chain({ root: future })),
    ];
    const [leaf, intermediate, root] = found;
    expect(leaf).to.match(/^L6RSP certificate is not valid before \w{3} .* GMT$/);
    expect(intermediate).to.match(
      /^L6RSP the certificate of "spec intermediate", an authority of the chain, is not valid before \w{3} .* GMT$/,
    );
    expect(root).to.match(
      /^L6RSP the certificate of "spec root", an authority of the chain, is not valid before \w{3} .* GMT$/,
    );
    for (const text of found) expect(text).to.contain(when);
  });

  it('of the future are in doubt while the clock shows a time before this program was built', async () => {
    const grounds = { ...sound, builtAt: now + day };
    const young = await judged(chain({ leaf: future }), { grounds });
    expect(young).to.match(
      /^CLOCK certificate is not valid before .* GMT, discarded: the clock says \d{4}-.*Z, and this program was built at \d{4}-.*Z$/,
    );
    expect(await judged(chain({ leaf: past }), { grounds })).to.equal('L6RSP certificate expired 2 days ago');
    expect(await judged(chain({}), { grounds })).to.equal(ok);
  });

  describe('while this process lacks authorities that it was told to trust', () => {
    const grounds = {
      ...sound,
      trouble: 'NODE_EXTRA_CA_CERTS names /ca.pem, which cannot be read: no such file or directory (ENOENT)',
    };
    const stranger = { ...chain({}), authority: new Authority('another').cert };

    it('are in doubt when their authority is unknown, or is nobody', async () => {
      expect(await judged(stranger)).to.equal(
        'L6RSP certificate is signed by an authority that is not trusted: "spec root"',
      );
      expect(await judged(stranger, { grounds })).to.equal(
        `TRUST certificate is signed by an authority that is not trusted: "spec root", discarded: ${grounds.trouble}`,
      );
      const selfSigned = new Authority('www.example').selfIssued();
      const alone = { ...selfSigned, authority: stranger.authority };
      expect(await judged(alone)).to.equal('L6RSP certificate is signed by itself');
      expect(await judged(alone, { grounds })).to.equal(
        `TRUST certificate is signed by itself, discarded: ${grounds.trouble}`,
      );
    });

    it('are judged in everything else', async () => {
      expect(await judged(chain({}), { grounds })).to.equal(ok);
      expect(await judged(chain({ leaf: past }), { grounds })).to.equal(
        'L6RSP certificate expired 2 days ago',
      );
      const { cert, key } = new Authority('other root').issue({ names: ['DNS:other.example'] });
      expect(await judged({ authority: stranger.authority, cert, key }, { grounds })).to.equal(
        'L6RSP certificate is for "other.example", not for www.example',
      );
    });

    it('are judged by the authorities of the config alone, where it names any', async () => {
      const { authority } = chain({});
      const good = chain({});
      expect(
        await judged({ ...good, authority: stranger.authority }, { grounds, trusted: good.authority }),
      ).to.equal(ok);
      expect(await judged(good, { grounds, trusted: stranger.authority })).to.equal(
        'L6RSP certificate is signed by an authority that is not trusted: "spec root"',
      );
      expect(await judged(good, { grounds, trusted: authority })).to.equal(
        'L6RSP certificate is not signed by the "spec root" that is trusted',
      );
    });
  });
});
