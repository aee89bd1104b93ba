import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

/**
 * The servers of bench:work, on every loopback address: at one port all are well, at another they answer 503, at a third they
 * accept and are silent, and at a fourth nobody listens. Those that answer are HAProxy's: Node's would need a core for themselves. Tells
 * its ports by IPC, and ends with it. Its argument is a folder for its files.
 */
export interface WorkPorts {
  readonly well: number;
  readonly failing: number;
  readonly silent: number;
  readonly refusing: number;
}

/** None that the kernel chooses for clients: otherwise each probe that finds nobody is looked at, whether it has met itself. */
const ports: WorkPorts = { well: 17_910, failing: 17_911, silent: 17_912, refusing: 17_913 };

const [, , folder = ''] = process.argv;
const lines = [
  'global',
  '  nbthread 1',
  '  maxconn 8000',
  'defaults',
  '  mode http',
  '  timeout client 10s',
  'frontend well',
  `  bind 0.0.0.0:${ports.well} backlog 4096`,
  // Of the same length, so that bytes can be compared.
  '  http-request return status 200 content-type text/plain string "all is really well here"',
  'frontend failing',
  `  bind 0.0.0.0:${ports.failing} backlog 4096`,
  '  http-request return status 503 content-type text/plain string "not now"',
];
const config = path.join(folder, 'haproxy.cfg');
writeFileSync(config, `${lines.join('\n')}\n`);
const haproxy = spawn('haproxy', ['-q', '-db', '-f', config], { stdio: ['ignore', 'ignore', 'inherit'] });
haproxy.once('exit', (code) => process.exit(code ?? 1));

const quiet = createServer((socket) => {
  // Checkers end connections by a reset.
  socket.on('error', () => {});
  socket.resume();
});
quiet.listen({ port: ports.silent, host: '0.0.0.0', backlog: 4096 }, () => process.send?.(ports));
process.on('disconnect', () => {
  haproxy.kill('SIGKILL');
  process.exit();
});
