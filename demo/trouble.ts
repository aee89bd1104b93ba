import type { WebServers } from './backends.js';
import type { Site } from './site.js';
import { addresses, webConfig } from './web-config.js';

/** One thing that goes wrong, or that somebody does, and how it ends. */
export interface Trouble {
  readonly says: string;
  readonly begin: () => Promise<unknown>;
  readonly end: (() => Promise<unknown>) | null;
}

/** What happens in the demo of the dashboard, one after the other and then from the beginning. */
export function troubles(sites: readonly [Site, Site], farm: WebServers): Trouble[] {
  const [ams, fra] = sites;
  const ask = (index: number, path: string) => fetch(`http://${addresses[index]}:${farm.port}${path}`);
  return [
    {
      says: 'web03 dies, and comes back',
      begin: async () => farm.stop(2),
      end: () => farm.start(2),
    },
    {
      says: 'web06 answers 503',
      begin: () => ask(5, '/break'),
      end: () => ask(5, '/mend'),
    },
    {
      says: 'an operator in ams pauses web01',
      begin: () => ams.ctl('set', 'backend', 'web01', 'pause'),
      end: () => ams.ctl('set', 'backend', 'web01', 'resume'),
    },
    {
      says: 'web10 and web11 die: the spare one serves search',
      begin: async () => {
        farm.stop(9);
        farm.stop(10);
      },
      end: () => Promise.all([farm.start(9), farm.start(10)]),
    },
    {
      says: 'the config of ams is reloaded with another weight of web02',
      begin: async () => {
        await ams.write(webConfig(farm.port, 30));
        await ams.ctl('config', 'reload');
      },
      end: async () => {
        await ams.write(webConfig(farm.port));
        await ams.ctl('config', 'reload');
      },
    },
    {
      says: 'somebody removes a server from the VPP of fra by hand; maglevd puts it back',
      begin: () => fra.type(`lb as 192.0.2.12/32 protocol tcp port 80 ${addresses[7]} del`),
      end: null,
    },
    {
      says: 'the VPP of fra restarts, and forgets everything',
      begin: () => fra.type('set maglev-vppsim fault restart:2s@1s'),
      end: () => fra.type('clear maglev-vppsim faults'),
    },
    {
      says: 'an operator in fra disables web08',
      begin: () => fra.ctl('set', 'backend', 'web08', 'disable'),
      end: () => fra.ctl('set', 'backend', 'web08', 'enable'),
    },
  ];
}
