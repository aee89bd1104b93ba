import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { uidOfPeer } from '../../linux/peer-credentials.js';

describe('linux/peer-credentials', () => {
  it('knows who is at the other end of a unix socket, and nobody behind a closed one', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-peer-'));
    const server = net.createServer().listen(path.join(folder, 's'));
    await once(server, 'listening');
    const client = net.connect(path.join(folder, 's'));
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    expect(uidOfPeer(accepted)).to.equal(process.geteuid?.());
    accepted.destroy();
    client.destroy();
    expect(uidOfPeer(accepted)).to.equal(null);
    server.close();
    rmSync(folder, { recursive: true });
  });
});
