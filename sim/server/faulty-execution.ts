import type { AnyMessage, MessageDefinition } from '../../binapi/codec/message.js';
import { Writer } from '../../binapi/codec/writer.js';
import type { FaultAction } from '../faults/fault.js';
import type { SeededRandom } from '../random.js';
import type { Client } from './client.js';
import type { Deliver, Dispatcher, Request } from './dispatcher.js';
import { writeFrame, writeFrameHeader } from './frames.js';

/** What the frame header of `oversize` announces. */
const ABSURD_LENGTH = 0x7fffffff;
const CONTEXT_FLIP = 0x5a5a5a5a;

/** Those who end something behind the execution take the answer with them. */
const takesAnswerAlong: ReadonlySet<FaultAction['kind']> = new Set(['drop', 'die', 'restart', 'disconnect']);

/** An answer that was given but not sent. */
type HeldAnswer = {
  readonly to: Client;
  readonly send: (deliver: Deliver, contextFlip: number) => void;
};

/**
 * Executes a request that faults have struck, and spoils its answer. Faults that end something before it is executed have
 * been dealt with; those that end something behind it are up to the caller.
 */
export function executeWithFaults(
  request: Request,
  actions: readonly FaultAction[],
  dispatcher: Dispatcher,
  random: SeededRandom,
): void {
  const refusal = actions.find((action) => action.kind === 'refuse');
  const answers =
    refusal === undefined ? held(request, dispatcher) : refused(request, refusal.retval, dispatcher);
  let flip = 0;
  let times = 1;
  for (const action of actions) {
    if (takesAnswerAlong.has(action.kind)) times = 0;
    if (action.kind === 'duplicate') times = 2;
    if (action.kind === 'wrong-context') flip = CONTEXT_FLIP;
    if (action.kind === 'delay' || action.kind === 'reorder') {
      for (const to of receivers(answers)) hold(to, action);
    }
    if (action.kind === 'partial') {
      tear(answers, action.bytes, dispatcher, random);
      return;
    }
    if (action.kind === 'garbage' || action.kind === 'oversize') {
      request.sender.flush();
      request.sender.outgoing.send(nonsense(action, random));
      return;
    }
  }
  for (let i = 0; i < times; i++) for (const answer of answers) answer.send(dispatcher.deliver, flip);
}

/** Executes, and holds the answers back. */
function held(request: Request, dispatcher: Dispatcher): HeldAnswer[] {
  const answers: HeldAnswer[] = [];
  dispatcher.execute(request, (to, definition, context, fields) => {
    answers.push({
      to,
      send: (deliver, flip) => deliver(to, definition, (context ^ flip) >>> 0, fields),
    });
  });
  return answers;
}

/** Does not execute, and holds a reply with `retval` and zeros. */
function refused(request: Request, retval: number, dispatcher: Dispatcher): HeldAnswer[] {
  const { reply } = request.handler;
  if (reply === null) return [];
  const refusal = refusalAs(reply);
  return held(
    {
      ...request,
      handler: {
        ...request.handler,
        serve: (_message, call) => {
          call.answer(refusal, retval);
          return true;
        },
      },
    },
    dispatcher,
  );
}

function refusalAs(reply: AnyMessage): MessageDefinition<unknown, number> {
  return {
    ...reply,
    encode: (writer, header, retval) => {
      const start = writer.length;
      writer.u16(header.id);
      writer.u32(header.context);
      writer.i32(retval);
      writer.zeros(reply.minSize - (writer.length - start));
    },
  };
}

function receivers(answers: readonly HeldAnswer[]): ReadonlySet<Client> {
  return new Set(answers.map((answer) => answer.to));
}

function hold(client: Client, { kind, ms }: Extract<FaultAction, { kind: 'delay' | 'reorder' }>): void {
  client.flush();
  if (kind === 'reorder') client.outgoing.waitForOthers(ms);
  else client.outgoing.wait(ms);
}

function tear(
  answers: readonly HeldAnswer[],
  bytes: number | null,
  dispatcher: Dispatcher,
  random: SeededRandom,
): void {
  for (const to of receivers(answers)) {
    const writer = new Writer();
    const deliver: Deliver = (client, definition, context, fields) => {
      const id = dispatcher.idOf(definition);
      if (client === to) writeFrame(writer, random, definition, { id, clientIndex: 0, context }, fields);
    };
    for (const answer of answers) answer.send(deliver, 0);
    const whole = writer.take();
    to.flush();
    to.outgoing.send(whole.subarray(0, bytes ?? Math.floor(whole.length / 2)));
    to.end();
  }
}

function nonsense(
  action: Extract<FaultAction, { kind: 'garbage' | 'oversize' }>,
  random: SeededRandom,
): Uint8Array {
  if (action.kind === 'garbage') return random.bytes(action.bytes);
  const writer = new Writer();
  writeFrameHeader(writer, random, ABSURD_LENGTH);
  return writer.take();
}
