import type { ServerWritableStream } from '@grpc/grpc-js';
import { asMaglevError, MaglevError } from '../domain/errors.js';
import { flightPieces } from '../domain/flight-record.js';
import type { Address, Ask } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { RecorderRequest } from '../protocol/recorder.js';
import type { Connections } from './connections.js';
import type { Doorkeeper } from './doorkeeper.js';
import type { MaglevServer, RecordPiece, RecordRequest } from './generated/maglev.js';
import { limitMs, MAX_RECORDS } from './limits.js';
import { grpcStatusOf } from './status.js';

export interface RecordSources {
  readonly recorder: Address<RecorderRequest>;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly doorkeeper?: Doorkeeper;
  /** Where the connections of the calls are; absent: there are none to look after. */
  readonly connections?: Connections | null;
}

type Call = ServerWritableStream<RecordRequest, RecordPiece>;

/** The record in pieces, each made when the client has taken those before: nobody holds all of it as text. */
export function recordHandlers(sources: RecordSources): Pick<MaglevServer, 'record'> {
  let underWay = 0;
  return {
    record: (call) => {
      if (underWay >= MAX_RECORDS) {
        const text = `${underWay} records are on their way already`;
        call.emit('error', grpcStatusOf(new MaglevError('MGL_MAILBOX_FULL', text)));
        return;
      }
      underWay++;
      const connection = sources.connections?.of(call.getPeer());
      if (connection !== undefined) connection.calls++;
      send(call, sources)
        .then(
          () => call.end(),
          (error: unknown) => {
            if (!call.cancelled) call.emit('error', grpcStatusOf(asMaglevError(error)));
          },
        )
        .finally(() => {
          underWay--;
          if (connection === undefined) return;
          connection.calls--;
          connection.usedAt = sources.clock.monotonic();
        });
    },
  };
}

async function send(call: Call, { recorder, ask, clock, doorkeeper }: RecordSources): Promise<void> {
  const by = doorkeeper?.callerOf(call) ?? call.getPeer();
  const record = await ask(recorder, { type: 'take-record', by }, { timeoutMs: limitMs.view });
  for (const text of flightPieces(record)) {
    if (call.cancelled) return;
    if (call.write({ text })) await turn(clock);
    else await taken(call);
  }
}

/** Lets others have their turn: a client that takes everything at once must not keep them waiting. */
function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.schedule(0, resolve));
}

/** Resolves when the client has taken what was sent, or has gone. */
function taken(call: Call): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      call.off('cancelled', done);
      resolve();
    };
    call.once('drain', done);
    call.once('cancelled', done);
  });
}
