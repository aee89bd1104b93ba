import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output, Program } from './programs.js';
import { typeIntoVpp } from './type-into-vpp.js';

/** A load balancer: the simulator of VPP, and a maglevd that governs it. */
export interface Site {
  readonly name: string;
  /** Where its maglevd serves gRPC. */
  readonly grpc: string;
  readonly config: string;
  readonly maglevd: Program;
  readonly vpp: Program;
  /** Writes its config file; it counts at the next reload. */
  readonly write: (text: string) => Promise<void>;
  /** What somebody types into VPP's own CLI. */
  readonly type: (command: string) => Promise<string>;
  /** What maglevc says. */
  readonly ctl: (...words: string[]) => Promise<string>;
}

/** Starts both, in a folder of its own; resolves when VPP has what the config wants. */
export async function startSite(
  name: string,
  {
    folder,
    config: text,
    cleanup,
  }: { folder: string; config: string; cleanup: (undo: () => Promise<void>) => void },
): Promise<Site> {
  const home = path.join(folder, name);
  await mkdir(home);
  const [socket, stats, config] = ['api.sock', 'stats.sock', 'maglev.yaml'].map((file) =>
    path.join(home, file),
  ) as [string, string, string];
  const write = (more: string) => writeFile(config, more);
  await write(text);
  const vpp = new Program('maglev-vppsim', ['--socket', socket, '--stats-socket', stats]);
  cleanup(() => vpp.end());
  await vpp.next((record) => record['event'] === 'ready');
  const flags = {
    config,
    'vpp-api-addr': socket,
    'vpp-stats-addr': stats,
    'state-dir': path.join(home, 'state'),
  };
  const maglevd = new Program('maglevd', [
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ...['--grpc-addr', '127.0.0.1:0', '--metrics-addr', 'none'],
  ]);
  cleanup(() => maglevd.end());
  const listening = maglevd.next((record) => record['msg'] === 'grpc-listening');
  const synced = maglevd.next((record) => record['msg'] === 'vpp-lbsync-done' && record['scope'] === 'all');
  const grpc = String((await listening)['address']);
  await synced;
  return {
    name,
    grpc,
    config,
    maglevd,
    vpp,
    write,
    type: (command) => typeIntoVpp(socket, command),
    ctl: (...words) => output('maglevc', ['--server', grpc, ...words]),
  };
}
