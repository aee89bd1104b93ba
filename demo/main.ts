import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { realClock } from '../actors/kernel/real-clock.js';
import { cliInband } from '../binapi/generated/vlib.js';
import { openApi } from '../binapi/open-api.js';
import { startWebServers } from './backends.js';
import { demoConfig } from './config.js';
import { output, Program } from './programs.js';

const usage = `usage: npm run demo [-- --for <seconds>s]

Starts the VPP simulator, three web servers and maglevd, and shows what VPP has. Runs until Ctrl-C;
with --for 10s it ends by itself with a summary.`;

const say = (text: string) => console.log(text);
const heading = (text: string) => say(`\n== ${text}`);

/** Milliseconds to run, null = until Ctrl-C. */
function duration(): number | null {
  try {
    const { values } = parseArgs({
      options: { for: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      say(usage);
      process.exit(0);
    }
    if (values.for === undefined) return null;
    const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(values.for);
    if (match === null) throw new Error(`--for takes a duration such as 10s, not "${values.for}"`);
    return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] as 'ms' | 's' | 'm'];
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(64);
  }
}

/** Types a command into VPP's own CLI, as somebody would who changes VPP by hand. */
async function typeIntoVpp(socketPath: string, command: string): Promise<void> {
  const trace = { enabled: () => false, message: () => {} };
  const client = await openApi({ socketPath, clientName: 'demo', clock: realClock, trace });
  await client.call(cliInband, { cmd: command });
  await client.close();
}

interface Stage {
  readonly folder: string;
  readonly ending: Promise<unknown>;
  readonly cleanup: (undo: () => void | Promise<void>) => void;
}

async function play({ folder, ending, cleanup }: Stage): Promise<void> {
  const socket = path.join(folder, 'api.sock');
  const servers = await startWebServers();
  cleanup(servers.close);
  say(`three web servers on port ${servers.port} of ${servers.addresses.join(', ')}`);

  const stats = path.join(folder, 'stats.sock');
  const vpp = new Program('maglev-vppsim', ['--socket', socket, '--stats-socket', stats]);
  cleanup(() => vpp.end());
  await vpp.next((record) => record['event'] === 'ready');
  say(`the VPP simulator on ${socket}`);

  const config = path.join(folder, 'maglev.yaml');
  await writeFile(config, demoConfig(servers.addresses, servers.port));
  const maglevd = new Program('maglevd', [
    '--config',
    config,
    '--vpp-api-addr',
    socket,
    '--vpp-stats-addr',
    stats,
    '--grpc-addr',
    '127.0.0.1:0',
    '--state-dir',
    path.join(folder, 'state'),
  ]);
  cleanup(() => maglevd.end());
  const listening = maglevd.next((record) => record['msg'] === 'grpc-listening');
  const synced = maglevd.next((record) => record['msg'] === 'vpp-lbsync-done');
  const nowUp = (name: string) =>
    maglevd.next(
      (one) => one['msg'] === 'backend-transition' && one['backend'] === name && one['to'] === 'up',
    );
  const allUp = Promise.all(['web0', 'web1', 'web2'].map(nowUp));
  const { address } = await listening;
  say(`maglevd with the config ${config}`);
  const { vipAdded, asAdded, durationMs } = await synced;
  say(`VPP was empty: maglevd added ${vipAdded} VIPs and ${asAdded} servers in ${durationMs} ms`);
  await allUp;
  say('all three servers answered their first probe');
  const show = (...words: string[]) => output('maglevc', ['--server', String(address), ...words]);
  await show('sync', 'vpp', 'lbstate');

  heading('what the config wants (maglevc show frontend shop)');
  say(await show('show', 'frontend', 'shop'));
  heading('what VPP has (maglevc show vpp lbstate)');
  const before = await show('show', 'vpp', 'lbstate');
  say(before);

  heading('a server dies, and comes back');
  const wentDown = maglevd.next((one) => one['msg'] === 'backend-transition' && one['to'] === 'down');
  const lowered = maglevd.next((one) => one['msg'] === 'vpp-lbsync-done' && one['frontend'] === 'shop');
  servers.stop(0);
  const { reason } = await wentDown;
  await lowered;
  say(`web0 is down (${reason}); its weight went to 0, and web1 has all of the shop:`);
  const shop = (await show('show', 'vpp', 'lbstate'))
    .split('vip ')
    .find((text) => text.startsWith('192.0.2.10/32'));
  say(`vip ${shop?.trimEnd()}`);
  const backUp = nowUp('web0');
  await servers.start(0);
  await backUp;
  await show('sync', 'vpp', 'lbstate');
  say('web0 is back');

  heading('somebody changes VPP by hand, and maglevd repairs it at its next sync');
  const repair = maglevd.next(
    (record) => record['msg'] === 'vpp-lbsync-done' && Number(record['asAdded']) > 0,
  );
  const command = 'lb as 192.0.2.10/32 protocol tcp port 80 127.0.0.12 del';
  await typeIntoVpp(socket, command);
  say(`vpp# ${command}`);
  const { asAdded: repaired } = await repair;
  const after = await show('show', 'vpp', 'lbstate');
  say(`maglevd put ${repaired} server back; VPP ${after === before ? 'is as before' : 'DIFFERS'}`);
  if (after !== before) throw new Error(`VPP differs from the decision:\n${after}`);

  heading('your turn');
  const maglevc = `node out/bin/maglevc.js --server ${address}`;
  say(`In a second terminal, in this folder:
  ${maglevc} show frontends
  ${maglevc} show backends
  ${maglevc} show vpp lbstate
  ${maglevc} show vpp lb counters
Edit ${config} and reload it:
  ${maglevc} config check
  ${maglevc} config reload
Ctrl-C ends everything.`);
  let syncs = 0;
  let changes = 0;
  let lastFailures: unknown = 0;
  maglevd.onRecord((record) => {
    if (record['msg'] !== 'vpp-lbsync-done') return;
    syncs++;
    lastFailures = record['failures'] ?? record['error'];
    const made = ['vipAdded', 'vipRemoved', 'asAdded', 'asRemoved', 'asWeightUpdated'].reduce(
      (sum, key) => sum + Number(record[key] ?? 0),
      0,
    );
    changes += made;
    if (made > 0) say(`[maglevd] a sync made ${made} changes: ${JSON.stringify(record)}`);
  });
  const died = Promise.race([
    maglevd.ended.then(() => Promise.reject(new Error('maglevd ended'))),
    vpp.ended.then(() => Promise.reject(new Error('the simulator ended'))),
  ]);
  await Promise.race([ending, died]);
  heading('summary');
  if (lastFailures !== 0) throw new Error(`the last sync failed: ${lastFailures}`);
  say(`${syncs} more syncs made ${changes} changes; VPP equals the config`);
}

const runFor = duration();
const folder = await mkdtemp(path.join(tmpdir(), 'maglev-demo-'));
const undos: (() => void | Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve());
  process.once('SIGTERM', () => resolve());
});
const timeUp = new Promise<void>((resolve) => {
  if (runFor !== null) setTimeout(resolve, runFor);
});
try {
  const played = play({
    folder,
    ending: Promise.race([timeUp, interrupted]),
    cleanup: (undo) => undos.push(undo),
  });
  await Promise.race([played, interrupted.then(() => new Promise((resolve) => setTimeout(resolve, 500)))]);
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const undo of undos.reverse()) await undo();
}
// Nothing of the demo is left; an interrupted one may still have a promise that nobody waits for.
process.exit();
