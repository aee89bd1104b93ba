import { createActorSystem } from '../../actors/kernel/system.js';
import { rootActor } from '../../actors/root.js';
import { realClock } from '../../clock/real-clock.js';
import { loadConfigFile } from '../../config/load.js';
import { memoryStore } from '../../daemon/intent-store.js';
import { openVpp } from '../../daemon/open-vpp.js';
import { serviceManager } from '../../daemon/service-manager.js';
import { noEvents, noLog, noRecorder } from './bare-tree.js';
import { FakeServers } from './fake-servers.js';
import { instrument } from './instrument.js';

/**
 * The tree of maglevd on a VPP, as a service of whoever is named by NOTIFY_SOCKET; at SIGUSR2 the actor `decision` gets
 * stuck for ever in its next message. Arguments: the config file, and VPP's API socket.
 */
const [, , file = '', socketPath = ''] = process.argv;
const verdict = await loadConfigFile(file);
if (!verdict.ok) throw new Error(`${file} is no config`);
const log = { enabled: () => false, log: () => {} };
const clock = realClock;
let stuck = false;
process.on('SIGUSR2', () => {
  stuck = true;
});
createActorSystem({ clock, log }).start(
  instrument(
    rootActor({
      config: verdict.config,
      configFile: file,
      loadConfig: async () => verdict,
      readConfig: async () => verdict,
      openVpp: () => openVpp({ socketPath, clock, log }),
      openStats: null,
      rpc: async () => ({
        address: 'spec',
        httpAddress: '',
        setAccess: () => {},
        reload: async () => {},
        stop: async () => {},
      }),
      events: noEvents(),
      log: noLog(),
      recorder: noRecorder(),
      makeProbeEngine: (_netns, context) => new FakeServers().engine(context),
      intents: memoryStore(),
      service: serviceManager({ env: process.env, pid: process.pid, log }),
      fatal: () => {},
    }),
    ({ actor }) => (stuck && actor === 'decision' ? new Promise<void>(() => {}) : undefined),
  ),
);
