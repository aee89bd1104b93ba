import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeFlags } from '../../program/node-flags.js';
import { fleetConfig } from './fleet-config.js';
import { type Ports, targetAddress } from './target-farm.js';

/** `tcp` ends a connection before it is complete, as HAProxy does; `tcp-full` completes it. `https` is whole handshakes. */
export const kinds = [
  'icmp',
  'tcp',
  'tcp-full',
  'http',
  'http-kept',
  'https',
  'https-kept',
  'https-resumed',
] as const;
export type Kind = (typeof kinds)[number];

/** Kinds for which HAProxy has no check that does the same. */
export function isAlone(kind: Kind): boolean {
  return kind === 'icmp' || kind.endsWith('-kept');
}

export interface Load {
  readonly kind: Kind;
  readonly backends: number;
  /** Between two probes of one backend. */
  readonly intervalMs: number;
}

/** A program that checks servers, in a process of its own. */
export interface Checker {
  readonly pid: number;
  readonly end: () => Promise<void>;
}

/** `folder` is for its files. */
export type StartChecker = (folder: string, ports: Ports, load: Load) => Promise<Checker>;

const maglevdProgram = path.resolve(import.meta.dirname, '../../bin/maglevd.js');

/** maglevd as operators run it, but without VPP. Resolves when all backends are up. */
export const startMaglevd: StartChecker = async (folder, ports, { kind, backends, intervalMs }) => {
  const interval = `interval: ${intervalMs}ms, timeout: 1s`;
  const https = `type: https, port: ${ports.https}, ${interval}, params: { insecure-skip-verify: true`;
  const check: Record<Kind, string> = {
    icmp: `type: icmp, ${interval}`,
    tcp: `type: tcp, port: ${ports.http}, ${interval}`,
    'tcp-full': `type: tcp, port: ${ports.http}, ${interval}, params: { handshake: full }`,
    http: `type: http, port: ${ports.http}, ${interval}`,
    'http-kept': `type: http, port: ${ports.http}, ${interval}, params: { reuse: 1000 }`,
    https: `${https} }`,
    'https-kept': `${https}, reuse: 1000 }`,
    'https-resumed': `${https}, resume: 1000 }`,
  };
  const config = path.join(folder, 'maglev.yaml');
  writeFileSync(config, fleetConfig({ backends, check: check[kind] }));
  // What was written a moment ago is read twice, a second later.
  utimesSync(config, 1, 1);
  const flags = ['--config', config, '--vpp-api-addr=', '--vpp-stats-addr=', '--state-dir='];
  const command = [...nodeFlags, maglevdProgram, ...flags, '--grpc-addr', `unix:${folder}/grpc`];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let up = 0;
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => reject(new Error('maglevd ended early')));
    child.stdout.on('data', (text) => {
      up += String(text).split('"to":"up"').length - 1;
      if (up >= backends) resolve();
    });
  });
  return checker(child);
};

/** null = HAProxy is not installed. */
export function haproxyVersion(): string | null {
  const { stdout, error } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  return error === undefined ? (/^HAProxy version \S+/.exec(stdout)?.[0] ?? 'HAProxy') : null;
}

/**
 * HAProxy with the same servers, intervals and requests, on one thread as our prober is. Left to itself it resumes TLS sessions,
 * which spares both sides most of a handshake but does not show the server's certificate again; for whole ones it is told not to.
 */
export const startHaproxy: StartChecker = async (folder, ports, { kind, backends, intervalMs }) => {
  const http = [
    '  option httpchk',
    '  http-check send meth GET uri / ver HTTP/1.1 hdr Host bench',
    '  http-check expect status 200',
  ];
  const lines = [
    'global',
    '  nbthread 1',
    '  maxconn 4000',
    '  spread-checks 10',
    'defaults',
    `  mode ${kind.startsWith('tcp') ? 'tcp' : 'http'}`,
    '  timeout connect 1s',
    '  timeout client 1s',
    '  timeout server 1s',
    '  timeout check 1s',
    // It refuses to start without anything to listen on.
    'frontend nobody',
    `  bind unix@${folder}/haproxy.sock`,
    '  default_backend all',
    'backend all',
    ...(kind.startsWith('tcp') ? [] : http),
  ];
  const isTls = kind.startsWith('https');
  const port = isTls ? ports.https : ports.http;
  const whole = kind === 'https-resumed' ? '' : ' no-ssl-reuse';
  const tls = isTls ? ` check-ssl check-alpn http/1.1 verify none${whole}` : '';
  for (let n = 0; n < backends; n++) {
    lines.push(`  server s${n} ${targetAddress(n)}:${port} check${tls} inter ${intervalMs}ms fall 3 rise 2`);
  }
  const config = path.join(folder, 'haproxy.cfg');
  writeFileSync(config, `${lines.join('\n')}\n`);
  return checker(spawn('haproxy', ['-q', '-db', '-f', config], { stdio: ['ignore', 'ignore', 'ignore'] }));
};

function checker(child: ChildProcess): Checker {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid: child.pid ?? 0,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
