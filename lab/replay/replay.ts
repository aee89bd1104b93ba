import { checkConfigText } from '../../config/check.js';
import { formatIssue } from '../../config/report.js';
import type { ConfigVerdict, MaglevConfig } from '../../domain/config.js';
import { vipKeyOf } from '../../domain/desired.js';
import { vipId } from '../../domain/lb.js';
import type { RpcTargets } from '../../protocol/rpc.js';
import { Disk } from '../disk.js';
import { EngineThreads } from '../engine-threads.js';
import { LabClock, ProcessClock } from '../lab-clock.js';
import { Maglevd } from '../maglevd.js';
import { nothingSeen, seenIn, serves } from '../seen.js';
import { Turns } from '../turns.js';
import { VppMachine } from '../vpp-machine.js';
import { Absences, type AbsenceTally } from './absences.js';
import { courseOf, RecordedServers } from './recorded-servers.js';
import type { RecordedCause, Recording } from './recording.js';

/** A VPP that was connected just now proves nothing for a while: so long before the recording begins it runs already. */
const LEAD_MS = 90_000;
const HEAP_BYTES = 1024 * 1024 * 1024;

export interface PlayedTransition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly backend: string;
  readonly to: string;
}

/** What came of it. */
export interface Replayed {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly transitions: readonly PlayedTransition[];
  /** When each backend was not up, and each frontend had no server in VPP. */
  readonly backends: AbsenceTally;
  readonly frontends: AbsenceTally;
  /** Changes that VPP was sent. */
  readonly writes: number;
}

/** From when on something is known of servers. */
export function beginningOf({ at, servers, causes }: Recording): number {
  const times = [...servers.flatMap((server) => courseOf(server).slice(0, 1)), ...causes].map(
    (one) => one.at,
  );
  return Math.min(at, ...times);
}

/** The config of a text, or why it is none. */
export function configFrom(text: string, file: string): MaglevConfig | string {
  const verdict = checkConfigText(text, file);
  return verdict.ok ? verdict.config : verdict.issues.map(formatIssue).join('\n');
}

/** Plays what came in into the tree that ships, on virtual time, under this config. One at a time in a process. */
export async function replay(recording: Recording, config: MaglevConfig): Promise<Replayed> {
  const turns = new Turns();
  const giveBack = turns.takeOver();
  try {
    return await played(recording, config, turns);
  } finally {
    giveBack();
  }
}

async function played(recording: Recording, config: MaglevConfig, turns: Turns): Promise<Replayed> {
  const clock = new LabClock(turns, 1);
  const from = beginningOf(recording);
  const wallOffset = from - LEAD_MS - clock.now();
  const own = new ProcessClock(clock, 1, () => wallOffset);
  const transitions: PlayedTransition[] = [];
  const backends = new Absences(own.now, from);
  const frontends = new Absences(own.now, from);
  let writes = 0;
  const lookAtVpp = () => {
    const seen = vpp?.runs ? seenIn(vpp.lb) : nothingSeen;
    for (const frontend of config.frontends.values())
      frontends.set(frontend.name, !serves(seen.get(vipId(vipKeyOf(frontend)))));
  };
  let vpp: VppMachine | null = null;
  const machine = new VppMachine({
    clock,
    seed: 1,
    heapBytes: HEAP_BYTES,
    onWrite: () => {
      if (own.now() >= from) writes++;
      lookAtVpp();
    },
    onDeath: () => {},
    onLife: lookAtVpp,
  });
  vpp = machine;
  const verdict: ConfigVerdict = { ok: true, config, warnings: [] };
  let targets: RpcTargets | null = null;
  const servers = new RecordedServers(own, recording.servers, config);
  const maglevd = new Maglevd({
    clock: own,
    pid: 1,
    sinceFileMs: async () => Number.POSITIVE_INFINITY,
    readFile: async () => verdict,
    dial: () => machine.connect(() => own.stalledFor),
    handOut: () => machine.handOutStats(),
    startThread: new EngineThreads(own, servers).start,
    intents: new Disk(() => {}).store(own, () => true),
    hook: () => null,
    told: (_level, event, fields) => {
      if (event !== 'backend-transition') return;
      const [backend, to] = [String(fields['backend']), String(fields['to'])];
      backends.set(backend, to !== 'up');
      if (own.now() >= from) transitions.push({ at: own.now(), backend, to });
    },
    serving: (now) => {
      targets = now;
    },
    ended: () => {},
    notified: () => {},
  });
  clock.schedule(0, () => void maglevd.start());
  for (const cause of recording.causes)
    clock.schedule(LEAD_MS + cause.at - from, () => befall(cause, machine, targets));
  await clock.run(LEAD_MS + recording.at - from, () => false);
  const to = recording.at;
  const replayed: Replayed = {
    from,
    to,
    transitions,
    backends: backends.tally(to),
    frontends: frontends.tally(to),
    writes,
  };
  maglevd.kill();
  machine.kill();
  return replayed;
}

const unheard = { ok: () => true, fail: () => true };

function befall(cause: RecordedCause, vpp: VppMachine, targets: RpcTargets | null): void {
  switch (cause.kind) {
    case 'vpp':
      if (cause.runs) vpp.start('configured');
      else vpp.kill();
      break;
    case 'operator': {
      const { backend: name, action } = cause;
      targets?.operator.tell({ type: 'act-on-backend', name, action, peer: 'replay', reply: unheard });
      break;
    }
    case 'weight': {
      const { change, flush } = cause;
      targets?.operator.tell({ type: 'set-weight', change, flush, peer: 'replay', reply: unheard });
      break;
    }
  }
}
