import { asMaglevError } from '../domain/errors.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { Command, Given, Outcome, Session, SlotValues } from './command.js';
import type { Context } from './context.js';
import { type Filter, filtered } from './filters.js';
import { type Flow, follow } from './flow.js';
import { askYes } from './keys.js';
import { ownError, type Printer, usageError } from './printer.js';
import type { Server } from './servers.js';
import { widthOf } from './surroundings.js';

/** A command with its values, and what its output goes through. */
export interface Task {
  readonly command: Command;
  readonly slots: SlotValues;
  readonly given: Given;
  readonly filters: readonly Filter[];
}

/** Runs a command on one maglevd. Rejects as the command does. */
export function runOn(
  { surroundings, keys, options, commands }: Context,
  printer: Printer,
  server: Server,
  { command, slots, given, filters }: Task,
  flow?: Flow,
): Promise<Outcome> {
  const { clock, stdout, stderr } = surroundings;
  const session: Session = {
    clock,
    // A terminal can be another size at the next look.
    get width() {
      return widthOf(surroundings);
    },
    commands,
    inShell: printer.inShell,
    client: () => server.client(command.slow === true),
    connect: (address) => server.connectTo(address, command.slow === true),
    careful: options.careful,
    confirm:
      keys === null || printer.json
        ? null
        : (question) => askYes(keys, question, (text) => stderr.write(text)),
    follow: (run) =>
      flow === undefined ? follow({ printer, stdout, keys }, (own) => run(through(own, filters))) : run(flow),
  };
  return command.run(session, slots, given);
}

/** What goes on goes through the same filters, each time anew. */
function through(flow: Flow, filters: readonly Filter[]): Flow {
  if (filters.length === 0) return flow;
  return {
    ...flow,
    emit: (text, json) => {
      const left = filtered(text, filters);
      if (left.length > 0) flow.emit(left, json);
    },
    draw: (text, json) => flow.draw(filtered(text, filters), json),
  };
}

/** Anything that a command fails with, as an error that can be printed. */
export function explained(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  const { message, code } = asMaglevError(thrown);
  if (code === 'MGL_USAGE') return usageError(message);
  if (code.endsWith('_UNKNOWN')) return ownError('NOT_FOUND', code, message);
  return ownError('INTERNAL', code, message);
}
