import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApiClient } from '../../binapi/api-client.js';
import { FrameDecoder, u16At, u32At } from '../../binapi/framing.js';
import { apiVersions } from '../../binapi/generated/memclnt.js';
import { createLbApi } from '../../binapi/lb/lb-api.js';
import { openApi } from '../../binapi/open-api.js';
import { realClock } from '../../clock/real-clock.js';
import { SeededRandom } from '../../sim/random.js';
import { deform, framed, pieces, scramble } from './mutation.js';
import { type RecordedReplies, recordReplies } from './recorded-replies.js';
import { FuzzFailure, Tally } from './tally.js';
import { within } from './within.js';

const PATIENCE_MS = 10_000;
const CONTEXT_AT = 2;
const SOCKCLNT_CREATE = 15;
/** The goodbye, after which a VPP closes the connection. */
const SOCKCLNT_DELETE = 17;
const WELCOME_CONTEXT_AT = 6;

/**
 * A client and a VPP that answers its requests with mutated messages, cut anywhere, and then hangs up: every request must
 * end, with an answer or with an error that has a name.
 */
export async function fuzzClient(count: number, seed: number): Promise<Tally> {
  const server = new LyingVpp(new SeededRandom(seed), await recordReplies());
  await server.listen();
  try {
    while (server.tally.frames < count) await oneConnection(server);
    return server.tally;
  } finally {
    await server.close();
  }
}

async function oneConnection({ socketPath, tally, random }: LyingVpp): Promise<void> {
  let client: ApiClient;
  try {
    client = await openApi({
      socketPath,
      clientName: 'fuzz',
      clock: realClock,
      trace: { enabled: () => true, message: () => undefined },
      requestTimeoutMs: PATIENCE_MS,
    });
  } catch (thrown) {
    tally.countThrown(thrown, `frame ${tally.frames}, connecting`);
    return;
  }
  const lb = createLbApi(client);
  const requests: Promise<unknown>[] = [];
  for (let i = 0; i < 4; i++) {
    requests.push(lb.getLbState(), lb.showVersion(), lb.ping());
  }
  // Its answer is hardly more than the length of a list, so most changes end the connection.
  if (random.below(20) === 0) requests.push(client.call(apiVersions, {}));
  const settled = await within(PATIENCE_MS, Promise.allSettled(requests));
  if (settled === 'late') throw new FuzzFailure(`frame ${tally.frames}: requests that never end`);
  for (const result of settled) {
    if (result.status === 'fulfilled') tally.count('answered');
    else tally.countThrown(result.reason, `frame ${tally.frames}`);
  }
  if ((await within(PATIENCE_MS, client.close())) === 'late') {
    throw new FuzzFailure(`frame ${tally.frames}: a connection that never ends`);
  }
}

class LyingVpp {
  readonly tally = new Tally();
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'maglev-fuzz-'));
  readonly socketPath = path.join(this.#folder, 'api.sock');
  readonly random: SeededRandom;
  readonly #replies: RecordedReplies;
  readonly #server = createServer((socket) => this.#accept(socket));

  constructor(random: SeededRandom, replies: RecordedReplies) {
    this.random = random;
    this.#replies = replies;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socketPath, resolve));
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  #accept(socket: Socket): void {
    const decoder = new FrameDecoder();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const requests = decoder.push(chunk);
      const answer = Buffer.concat(requests.flatMap((request) => this.#answer(request)));
      for (const piece of pieces(this.random, answer)) socket.write(piece);
      // The client asks everything at once, so there is nothing behind it.
      if (requests.some((request) => u16At(request, 0) !== SOCKCLNT_CREATE)) socket.end();
    });
  }

  #answer(request: Uint8Array): Uint8Array[] {
    const id = u16At(request, 0);
    if (id === SOCKCLNT_DELETE) return [];
    if (id === SOCKCLNT_CREATE) return [this.#welcome(u32At(request, CONTEXT_AT))];
    const context = u32At(request, WELCOME_CONTEXT_AT);
    return (this.#replies.answers.get(id) ?? []).map((message) =>
      this.#mutated(withContext(message, context)),
    );
  }

  /** Mostly as it should be, because nothing comes behind one that is not. */
  #welcome(context: number): Uint8Array {
    const message = Buffer.from(this.#replies.welcome);
    message.writeUInt32BE(context, WELCOME_CONTEXT_AT);
    if (this.random.below(20) > 0) return framed(this.random, message);
    this.tally.frames++;
    return framed(this.random, scramble(this.random, message));
  }

  #mutated(message: Uint8Array): Uint8Array {
    this.tally.frames++;
    const dice = this.random.below(1_000);
    if (dice === 0) return framed(this.random, message, true);
    if (dice === 1) return framed(this.random, deform(this.random, message));
    // Behind the context, so that somebody waits for it; now and then anywhere.
    return framed(this.random, scramble(this.random, message, dice < 100 ? 0 : 6));
  }
}

function withContext(message: Uint8Array, context: number): Uint8Array {
  const copy = Buffer.from(message);
  copy.writeUInt32BE(context, CONTEXT_AT);
  return copy;
}
