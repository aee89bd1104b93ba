import net from 'node:net';
import type { Clock } from '../protocol/clock.js';

/** A name that this process has in its network namespace, until it releases it or ends. */
export interface HeldName {
  readonly release: () => void;
}

/** Who asks gets an answer at once from a process that is well. */
const ASK_MS = 500;
/** Of what the holder says of itself; it may be anybody. */
const LONGEST_WORDS = 200;
/** Askers at a time; each is told and let go. */
const ASKERS = 16;

/**
 * Takes a name that one process of a network namespace can have at a time: that of an abstract unix socket, for which
 * no file exists, so that nothing is left behind. `words` is what whoever wants it too is told about its holder.
 * 'taken': another one has it. null: there are no such names on this machine.
 */
export function holdName(name: string, words: string): Promise<HeldName | 'taken' | null> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end(words, () => socket.destroy());
  });
  server.maxConnections = ASKERS;
  // The program may end whenever it wants to.
  server.unref();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'taken' : null);
    });
    server.listen({ path: `\0${name}` }, () => {
      server.removeAllListeners('error');
      // Of a single asker, as when there are too many open files.
      server.on('error', () => {});
      resolve({ release: () => server.close() });
    });
  });
}

/** What the holder of a name says of itself; '' when it says nothing, or there is none. */
export function holderOf(name: string, clock: Pick<Clock, 'schedule'>): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = net.connect({ path: `\0${name}` });
    const done = () => {
      cancel();
      socket.destroy();
      resolve(said.slice(0, LONGEST_WORDS));
    };
    const cancel = clock.schedule(ASK_MS, done);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
      if (said.length >= LONGEST_WORDS) done();
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}
