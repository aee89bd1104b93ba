import { checkConfigText } from '../config/check.js';
import { configText, edited } from './config-file.js';
import type { Person } from './person.js';
import { vipIdOf } from './places.js';
import { askAround } from './questions.js';
import { endOf, type Fault, type HandCommand, type VppFault } from './scenario.js';
import { Watcher } from './watcher.js';
import type { World } from './world.js';

/** Has all faults of the scenario happen at their times. */
export function play(world: World, person: Person): void {
  const { clock, scenario } = world;
  scenario.faults.forEach((fault, number) => {
    clock.schedule(fault.at, () => {
      world.trace.line(`fault ${JSON.stringify(fault)}`);
      world.troubles++;
      const over = strike(world, person, fault, number);
      clock.schedule(endOf(fault) - fault.at, () => {
        over();
        world.troubles--;
        world.lastTroubleAt = clock.monotonic();
        world.trace.line(`over ${fault.kind} of ${(fault.at / 1000).toFixed(3)}`);
      });
    });
  });
}

const nothing = (): void => {};

/** Gives what ends it. */
function strike(world: World, person: Person, fault: Fault, number: number): () => void {
  const { truth, vpp, disk, scenario } = world;
  switch (fault.kind) {
    case 'server':
    case 'network':
    case 'doubt':
      world.servers.begin(fault);
      return () => world.servers.end(fault);
    case 'vpp': {
      const sound = isLateOnly(fault) ? nothing : truth.troubled();
      const over = strikeVpp(world, fault);
      return () => {
        over();
        sound();
      };
    }
    case 'hand':
      truth.troubled(1);
      if (vpp.runs) byHand(world, fault.command);
      world.lookAtVpp();
      return nothing;
    case 'operator':
      person.act(fault);
      return nothing;
    case 'weight':
      person.weigh(fault);
      return nothing;
    case 'sync':
      person.sync(fault.frontend);
      return nothing;
    case 'reload':
      return edit(world, person, fault);
    case 'hangups':
      for (let i = 0; i < fault.count; i++) world.process?.maglevd.hangup();
      return nothing;
    case 'clock-set':
      world.setWall(fault.byMs);
      return nothing;
    case 'watcher':
      new Watcher(world, number, fault.forMs, fault.stopsMs);
      return nothing;
    case 'disk': {
      const { how } = fault;
      if (how === 'torn') {
        disk.tear();
        world.kill(fault.forMs);
        return nothing;
      }
      disk.troubles.add(how);
      return () => disk.mended(how);
    }
    case 'thread':
      return strikeThreads(world, fault);
    case 'heap': {
      const sound = truth.troubled();
      const free = vpp.fillHeap(scenario.fleet.tableLength);
      return () => {
        free();
        sound();
      };
    }
    case 'stall':
      truth.troubled(fault.forMs + 1);
      world.process?.clock.stall(fault.forMs);
      return nothing;
    case 'questions':
      askAround(world, fault.count);
      return nothing;
    case 'crash':
      return world.strike(fault.actor, fault.nth, () => {
        truth.troubled(5000);
        return 'crash';
      });
    case 'kill':
      return world.strike(null, fault.nth, () => {
        world.kill(fault.downMs);
        return 'kill';
      });
    case 'restart':
      world.terminate(fault.downMs);
      return nothing;
  }
}

/** Everything is done and answered, only later: nobody has to guess what became of it. */
function isLateOnly({ how }: VppFault): boolean {
  return typeof how !== 'string' && /^delay:(\d+ms|[123]s)@/.test(how.text);
}

function strikeVpp({ vpp }: World, { how, forMs }: VppFault): () => void {
  switch (how) {
    case 'down':
    case 'down-with-state':
      vpp.kill();
      return () => vpp.start(how === 'down' ? 'empty' : 'configured');
    case 'hang':
      vpp.hang(forMs);
      return nothing;
    case 'disconnect':
      vpp.disconnect();
      return nothing;
    default:
      vpp.setFault(how.text);
      return () => vpp.clearFault(how.text);
  }
}

function strikeThreads(
  world: World,
  { how, forMs, backend }: Extract<Fault, { kind: 'thread' }>,
): () => void {
  const { process, truth } = world;
  if (process === null) return nothing;
  const { threads } = process;
  switch (how) {
    case 'ends':
      threads.die();
      return nothing;
    case 'hangs':
      threads.hang(forMs);
      return nothing;
    case 'deadly': {
      const address = truth.addressOf(backend);
      threads.poison(address);
      return () => threads.acquit(address);
    }
  }
}

function edit(world: World, person: Person, fault: Extract<Fault, { kind: 'reload' }>): () => void {
  const base = world.fileFleet ?? world.truth.config;
  const wanted = edited(base, fault.edit, world.scenario.fleet);
  // Whoever edits it checks it first; only what is broken on purpose is not.
  const isValid = wanted === null || checkConfigText(configText(wanted), 'maglev.yaml').ok;
  const fleet = isValid ? wanted : base;
  const whole = fleet === null ? 'maglev: [' : configText(fleet);
  const half = whole.slice(0, Math.floor(whole.length * ((fault.at % 97) / 97)));
  if (fault.halfMs > 0) world.writeFile(half, null);
  else world.writeFile(whole, fleet);
  if (fleet !== null) world.truth.mayCount(fleet);
  world.process?.maglevd.hangup();
  return () => {
    world.writeFile(whole, fleet);
    if (fleet !== null) world.truth.mayCount(fleet);
    if (fault.by === 'signal') world.process?.maglevd.hangup();
    person.reload();
  };
}

function byHand(world: World, command: HandCommand): void {
  const { vpp, truth } = world;
  if (command.do === 'stray-vip') {
    vpp.type(`lb vip ${command.address}/32 encap gre4 new_len 1024`);
    return;
  }
  if (command.do === 'settings') {
    vpp.type(`lb conf timeout ${command.timeout}`);
    return;
  }
  const frontend = truth.config.frontends.find(({ name }) => name === command.frontend);
  const vip = frontend === undefined ? undefined : vipIdOf(frontend);
  if (frontend === undefined || vip === undefined) return;
  truth.touch(vip);
  const [prefix = '', protocol = '', port = ''] = vip.split(',');
  const where = protocol === 'any' ? prefix : `${prefix} protocol ${protocol} port ${port}`;
  if (command.do === 'remove-vip') {
    vpp.type(`lb vip ${where} del`);
    return;
  }
  const address = truth.config.backends.find(({ name }) => name === command.backend)?.address;
  if (address === undefined) return;
  if (command.do === 'remove-server') vpp.type(`lb as ${where} ${address} del`);
  else vpp.type(`lb as ${where} ${address} weight ${command.weight}`);
}
