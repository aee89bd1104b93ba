import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { realClock } from '../../clock/real-clock.js';
import { SeededRandom } from '../../sim/random.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { deform, framed, pieces, scramble } from './mutation.js';
import { sampleRequest } from './requests.js';
import { FuzzFailure, Tally } from './tally.js';
import { within } from './within.js';

const FRAMES_PER_CONNECTION = 100;
const HEAP_BYTES = 4 * 1024 * 1024;
const PATIENCE_MS = 10_000;

/** Streams of mutated frames over the simulator's socket, while another client must still be answered. */
export async function fuzzSocket(count: number, seed: number): Promise<Tally> {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  const simulator = await startSimulator({ clock: realClock, heapBytes: HEAP_BYTES });
  let witness = await RawVppClient.connect(simulator.socketPath, 'witness');
  try {
    while (tally.frames < count) {
      await oneConnection(random, simulator, witness, tally);
      const alive = await isAnswered(witness);
      if (alive && simulator.running) {
        tally.count('connections survived');
        continue;
      }
      witness = await afterDeath(simulator, witness, tally);
    }
  } finally {
    await witness.close();
    await simulator.stop();
  }
  return tally;
}

/** `witness` knows the ids of this run. */
async function oneConnection(
  random: SeededRandom,
  simulator: Simulator,
  witness: RawVppClient,
  tally: Tally,
): Promise<void> {
  const socket = connect(simulator.socketPath);
  socket.on('error', () => undefined);
  // What comes back is taken and thrown away, or not taken at all.
  if (random.below(4) > 0) socket.on('data', () => undefined);
  await once(socket, 'connect');
  const frames: Uint8Array[] = [];
  const lies = random.below(10) === 0;
  for (let i = 0; i < FRAMES_PER_CONNECTION; i++) frames.push(randomFrame(random, witness, lies && i === 50));
  tally.frames += frames.length;
  await writeAll(random, socket, Buffer.concat(frames));
  // In the order of a socket's life, so that what was sent is read.
  if (random.below(2) === 0) socket.end();
  await isAnswered(witness);
  socket.destroy();
}

function randomFrame(random: SeededRandom, witness: RawVppClient, lie: boolean): Uint8Array {
  const index = [0, 0x80000001, 0x80000002, 0x80000003, 0xffffffff][random.below(5)] as number;
  const { bytes } = sampleRequest(random, (definition) => witness.idOf(definition) ?? 0, index);
  return framed(random, random.below(8) === 0 ? deform(random, bytes) : scramble(random, bytes), lie);
}

async function writeAll(random: SeededRandom, socket: Socket, bytes: Uint8Array): Promise<void> {
  for (const piece of pieces(random, bytes)) {
    if (socket.destroyed) return;
    socket.write(piece);
    if (random.below(8) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** False: the connection has ended. Throws FuzzFailure when no answer comes. */
async function isAnswered(witness: RawVppClient): Promise<boolean> {
  const context = witness.send(controlPing, {});
  for (;;) {
    const answer = await within(PATIENCE_MS, witness.next());
    if (answer === 'late') throw new FuzzFailure('the simulator answers nobody any more');
    if (answer === null) return false;
    // Mutated requests may name the witness as the one to answer.
    if (answer.context === context) return true;
  }
}

async function afterDeath(simulator: Simulator, witness: RawVppClient, tally: Tally): Promise<RawVppClient> {
  const { death } = simulator;
  if (death?.kind === 'crashed') tally.countThrown(death.crash, '');
  else if (simulator.running) tally.count('the witness was said goodbye for');
  else throw new FuzzFailure(`the simulator ended, ${death?.kind ?? 'for no reason'}`);
  await witness.close();
  await simulator.start();
  return RawVppClient.connect(simulator.socketPath, 'witness');
}
