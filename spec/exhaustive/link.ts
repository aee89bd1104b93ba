import type { Ask, State } from './state.js';
import { Violation } from './vpp-model.js';

/** What actors/vpp/link.ts does, where VPP has memory enough: the queue that ships says who is sent when. */
export function send(state: State, ask: Ask, urgent: boolean): void {
  if (state.still && ask.operations.length > 0)
    throw new Violation('an equal VPP gets no write: nothing has happened since, and something is sent');
  state.queue.push(ask, urgent);
  sendOn(state);
}

export function sendOn(state: State): void {
  for (;;) {
    const ask = state.queue.next(false);
    if (ask === null) return;
    state.order++;
    state.pipe.push({ ask, order: state.order });
  }
}
