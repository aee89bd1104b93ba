import { expect } from 'chai';
import { besideEachOther } from '../../cli/side-by-side.js';
import { plain, render } from '../../cli/text.js';
import { runCli } from '../support/cli-run.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { backends } from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';

const said = (server: string, text: string) => ({
  server,
  lines: text.split('\n').map((line) => [plain(line)]),
});
const shown = (...all: ReturnType<typeof said>[]) => render(besideEachOther(all), false);

describe('maglevc: several daemons', () => {
  it('prints once what all say, and behind its name what only some do, ages aside', () => {
    expect(shown(said('a', 'x 1\ny up 17m3s'), said('b', 'x 1\ny up   2h0m'))).to.equal(
      'a, b: all the same\nx 1\ny up 17m3s\n',
    );
    expect(shown(said('lb1', 'head\nx up\ny up\nz up'), said('lb2', 'head\nx up\ny down\nz up'))).to.equal(
      '     head\n     x up\nlb1> y up\nlb2> y down\n     z up\n',
    );
    expect(shown(said('a', 'x\ny'), said('b', 'x\nq\ny'), said('c', 'y'))).to.equal(
      'a> x\nb> x\nb> q\n   y\n',
    );
  });

  describe('of which one has another state', () => {
    let well: Fixture;
    let ill: Fixture;
    before(async () => {
      const site = siteCallees();
      well = await startFixture(site);
      ill = await startFixture({
        ...site,
        views: (message) => {
          if (message.type !== 'list-backends') site.views(message);
          else
            message.reply.ok(backends.map((one) => (one.name === 'web1' ? { ...one, state: 'down' } : one)));
        },
      });
    });
    after(async () => {
      await well.stop();
      await ill.stop();
    });
    const run = (line: string, more = '') =>
      runCli(['--server', `${well.server.address},${ill.server.address}${more}`, ...line.split(' ')]);

    it('runs a command on each, and marks what differs', async () => {
      const { code, stdout } = await run('show backends');
      const rows = stdout.split('\n');
      expect(code).to.equal(0);
      expect(rows.filter((row) => row.startsWith(`${well.server.address}> `))).to.have.length(1);
      expect(rows.find((row) => row.startsWith(`${ill.server.address}> `))).to.match(
        /web1 +10\.0\.0\.1 +down/,
      );
      expect(rows.filter((row) => /^ +spare /.test(row))).to.have.length(1);
      const document = JSON.parse((await run('--json show backends')).stdout);
      expect(document).to.include({ differs: true });
      expect(
        document.servers.map(({ server, exitCode }: { server: string; exitCode: number }) => [
          server,
          exitCode,
        ]),
      ).to.deep.equal([
        [well.server.address, 0],
        [ill.server.address, 0],
      ]);
    });

    it('exits with the worst code, and says who fails', async () => {
      const { code, stdout } = await run('show vpp info', ',unix:/no/such/socket');
      expect(code).to.equal(5);
      expect(stdout).to.match(/unix:\/no\/such\/socket *> cannot reach maglevd .*MGL_SERVER_UNREACHABLE/);
      expect(await run('show frontend nope')).to.include({ code: 3 });
    });

    it('is one maglevc for what asks no daemon', async () => {
      expect((await run('completion bash')).stdout).to.match(/^# bash completion/);
    });
  });
});
