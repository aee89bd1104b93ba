import { startWebServers, type WebServers } from './backends.js';
import type { Stage } from './play.js';
import { Program } from './programs.js';
import { type Site, startSite } from './site.js';
import { story } from './story.js';
import { troubles } from './trouble.js';
import { addresses, frontends, webConfig } from './web-config.js';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** How long something lasts, and how long nothing happens afterwards, in ms. */
const LASTS_MS = 8000;
const QUIET_MS = 5000;

/** Two load balancers with traffic and trouble, and the dashboard of both; resolves when the demo has been ended. */
export async function playWeb({ folder, ending, cleanup }: Stage): Promise<void> {
  const farm = await startWebServers(addresses);
  cleanup(farm.close);
  say(`${addresses.length} web servers on port ${farm.port} of ${addresses[0]} to ${addresses.at(-1)}`);
  const start = (name: string) => startSite(name, { folder, config: webConfig(farm.port), cleanup });
  const sites = await Promise.all([start('ams'), start('fra')] as const);
  for (const site of sites) await sendTraffic(site);
  say('two load balancers, each a VPP simulator with traffic and a maglevd: ams and fra');

  const servers = sites.map(({ name, grpc }) => `${name}=${grpc}`).join(',');
  const user = { MAGLEV_FRONTEND_USER: 'demo', MAGLEV_FRONTEND_PASSWORD: 'demo' };
  const dashboard = new Program('maglevd-frontend', ['--server', servers, '--listen', '127.0.0.1:0'], user);
  cleanup(() => dashboard.end());
  const { address } = await dashboard.next((record) => record['msg'] === 'web-listening');
  say(`\nthe dashboard: http://${address}/view/`);
  say('user and password of what changes things: demo, demo. Ctrl-C ends everything.\n');

  for (const { name, maglevd } of sites) {
    maglevd.onRecord((record) => {
      const told = story(record);
      if (told !== null) say(`[${name}] ${told}`);
    });
  }
  const over = Promise.race([
    ending,
    ...[dashboard, ...sites.flatMap(({ maglevd, vpp }) => [maglevd, vpp])].map((one) =>
      one.ended.then(() => Promise.reject(new Error(`${one.name} ended`))),
    ),
  ]);
  await Promise.race([over, makeTrouble(sites, farm, over)]);
}

async function sendTraffic({ type }: Site): Promise<void> {
  for (const [i, { address }] of frontends.entries()) {
    await type(`set maglev-vppsim traffic ${address} port 80 flows ${120 * (i + 1)} every 250ms`);
  }
}

/** Until it is over: it lasts as long as the demo does. */
async function makeTrouble(
  sites: readonly [Site, Site],
  farm: WebServers,
  over: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  over.then(stop, stop);
  const pause = (ms: number) =>
    Promise.race([over.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ms))]);
  const list = troubles(sites, farm);
  for (let i = 0; !isOver; i++) {
    await pause(QUIET_MS);
    const trouble = list[i % list.length];
    if (isOver || trouble === undefined) return;
    say(`== ${trouble.says}`);
    await trouble.begin();
    await pause(LASTS_MS);
    if (!isOver) await trouble.end?.();
  }
}
