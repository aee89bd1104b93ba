import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startWebServers } from './backends.js';
import { demoConfig } from './config.js';
import { output, Program } from './programs.js';
import { changeCount, counted, story } from './story.js';
import { typeIntoVpp } from './type-into-vpp.js';
import { suggestions } from './your-turn.js';

const say = (text: string) => process.stdout.write(`${text}\n`);
const heading = (text: string) => say(`\n== ${text}`);

export interface Stage {
  readonly folder: string;
  /** When it is over. */
  readonly ending: Promise<unknown>;
  readonly cleanup: (undo: () => void | Promise<void>) => void;
}

/** What `look` shows once a packet has been counted: VPP's counters are read every half second. */
async function untilItMoves(look: () => Promise<string>): Promise<string> {
  for (let tries = 0; tries < 50; tries++) {
    const shown = await look();
    if (/^ *received +[1-9]/m.test(shown)) return shown.trimEnd();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('no counter moved');
}

/** Runs all scenes; resolves when the demo has been ended. */
export async function play({ folder, ending, cleanup }: Stage): Promise<void> {
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
  const made = `${counted(Number(vipAdded), 'VIP')} and ${counted(Number(asAdded), 'server')}`;
  say(`VPP was empty: maglevd added ${made} in ${durationMs} ms`);
  await allUp;
  say('all three servers answered their first probe');
  const show = (...words: string[]) => output('maglevc', ['--server', String(address), ...words]);
  await show('sync', 'vpp', 'lbstate');

  heading('what the config wants (maglevc show frontend shop)');
  say((await show('show', 'frontend', 'shop')).trimEnd());
  heading('what VPP has (maglevc show vpp lbstate)');
  const before = await show('show', 'vpp', 'lbstate');
  say(before.trimEnd());

  heading('clients come: 200 of them, five packets a second each');
  const traffic = 'set maglev-vppsim traffic 192.0.2.10 port 80 flows 200 every 200ms';
  say(`vpp# ${traffic}`);
  say(await typeIntoVpp(socket, traffic));
  say('\nwhat VPP counted of it, a moment later (maglevc show vpp lb counters):');
  say(await untilItMoves(() => show('show', 'vpp', 'lb', 'counters')));

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
  say('its clients are with web1 now, and no other client moved:');
  say(await typeIntoVpp(socket, 'show maglev-vppsim traffic'));
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
  say(
    `maglevd put ${counted(Number(repaired), 'server')} back; VPP ${after === before ? 'is as before' : 'DIFFERS'}`,
  );
  if (after !== before) throw new Error(`VPP differs from the decision:\n${after}`);

  heading('your turn');
  const { addresses, port } = servers;
  say(suggestions({ grpc: String(address), socket, config, addresses, port }));
  let over = false;
  let syncs = 0;
  let changes = 0;
  let lastFailures: unknown = 0;
  maglevd.onRecord((record) => {
    if (record['msg'] !== 'vpp-lbsync-done') return;
    syncs++;
    lastFailures = record['failures'] ?? record['error'];
    changes += changeCount(record);
  });
  maglevd.onRecord((record) => {
    const told = story(record);
    if (told !== null && !over) say(`[maglevd] ${told}`);
  });
  const died = Promise.race([
    maglevd.ended.then(() => Promise.reject(new Error('maglevd ended'))),
    vpp.ended.then(() => Promise.reject(new Error('the simulator ended'))),
  ]);
  await Promise.race([ending, died]);
  over = true;
  heading('summary');
  if (lastFailures !== 0) throw new Error(`the last sync failed: ${lastFailures}`);
  say(await typeIntoVpp(socket, 'show maglev-vppsim traffic'));
  say(`${counted(syncs, 'more sync')} made ${counted(changes, 'change')}; VPP equals the config`);
}
