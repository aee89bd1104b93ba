import { createServer, type Server } from 'node:net';
import type { ByteSocket } from '../../binapi/byte-socket.js';
import { MaglevError } from '../../domain/errors.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { FreeLogger } from '../../protocol/log.js';
import type { FaultAction } from '../faults/fault.js';
import type { FaultMachine, TimedAction } from '../faults/fault-machine.js';
import { SimulatedCrash } from '../lb/crash.js';
import { vppHandlers } from '../messages/vpp-handlers.js';
import type { SeededRandom } from '../random.js';
import type { Vpp } from '../vpp.js';
import { Client } from './client.js';
import { isControl } from './control.js';
import { Dispatcher, type Request } from './dispatcher.js';
import { executeWithFaults } from './faulty-execution.js';
import { MessageTable } from './message-table.js';
import { Registrations } from './registrations.js';
import { sessionHandlers } from './session-handlers.js';

/** Why a VPP is no more, other than that it was told to stop. */
export type Death =
  | { readonly kind: 'crashed'; readonly crash: SimulatedCrash }
  | { readonly kind: 'killed'; readonly reason: string }
  /** It is back so many milliseconds later. */
  | { readonly kind: 'restarting'; readonly afterMs: number; readonly withState: boolean };

export interface ApiServerOptions {
  readonly vpp: Vpp;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: FaultMachine;
  readonly log: FreeLogger;
  readonly onDeath: (death: Death) => void;
  /** VPP begins or ends to hang. */
  readonly onHang?: (hangs: boolean) => void;
}

/** The binary API of one run of VPP on a unix socket: reads requests, executes them in order, sends answers. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #registrations = new Registrations<Client>();
  readonly #dispatcher: Dispatcher;
  readonly #server: Server;
  /** Requests that came while VPP hangs. */
  #held: Request[] = [];
  #hung = false;
  #dead = false;
  #cancelHang: Cancel = () => undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { vpp, random, log } = options;
    const table = new MessageTable(random, vpp.personality);
    this.#dispatcher = new Dispatcher(
      table,
      this.#registrations,
      [...vppHandlers(vpp, (range) => table.firstId(range)), ...sessionHandlers(table, this.#registrations)],
      log,
    );
    this.#server = createServer((socket) => this.accept(socket));
  }

  /** Rejects with MGL_LISTEN when the path cannot be listened on. */
  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        const advice = 'Choose a path with --socket that you may create.';
        reject(new MaglevError('MGL_LISTEN', `cannot listen on ${path}: ${error.message}`, { advice }));
      };
      this.#server.once('error', failed);
      this.#server.listen({ path, backlog: 128 }, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
  }

  /** Ends everything at once, without a word to the clients. Resolves when the path is free. */
  close(): Promise<void> {
    this.#dead = true;
    this.#held = [];
    this.#cancelHang();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.disconnectAll();
    return closed;
  }

  disconnectAll(): void {
    for (const client of this.#registrations.all()) client.destroy();
  }

  /** Answers nobody any more; after `ms` everything that came meanwhile is executed. */
  hang(ms: number | null): void {
    this.#hung = true;
    this.#options.log.log('info', 'vppsim-hang', { ms });
    this.#options.onHang?.(true);
    this.#cancelHang();
    this.#cancelHang = ms === null ? () => undefined : this.#options.clock.schedule(ms, () => this.resume());
  }

  /** Ends a hang, and executes what came meanwhile. */
  resume(): void {
    if (!this.#hung || this.#dead) return;
    this.#hung = false;
    this.#options.onHang?.(false);
    this.#cancelHang();
    const waiting = this.#held;
    this.#held = [];
    for (const request of waiting) this.#guarded(request.sender, () => this.#take(request, []));
    this.#flush();
  }

  /** What happens at a time rather than at a message. */
  strike(action: TimedAction): void {
    if (this.#dead) return;
    const death = deathBy(action, 'fault at its time');
    if (death !== null) this.#die(death);
    else if (action.kind === 'hang') this.hang(action.ms);
    else this.disconnectAll();
  }

  /** A client has connected. Whoever simulates the machine too brings clients here, and need not listen. */
  accept(socket: ByteSocket): void {
    const { clock, random, log } = this.#options;
    const client = new Client(socket, clock, random);
    client.clientIndex = this.#registrations.add(client);
    log.log('debug', 'vppsim-accept', { clientIndex: client.clientIndex });
    // Errors of a socket are followed by its close.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(client, chunk));
    socket.on('close', () => this.#closed(client));
  }

  #closed(client: Client): void {
    if (client.dangling && !this.#dead) this.#crashOfDangling(client);
    client.destroy();
    this.#registrations.remove(client.clientIndex);
    this.#options.log.log('debug', 'vppsim-close', { clientIndex: client.clientIndex, client: client.name });
  }

  #read(client: Client, chunk: Uint8Array): void {
    if (client.dangling) this.#crashOfDangling(client);
    for (const message of client.read(chunk)) {
      if (this.#dead || client.closed) return;
      this.#guarded(client, () => this.#receive(client, message));
    }
    this.#flush();
  }

  #receive(sender: Client, message: Uint8Array): void {
    const handler = this.#dispatcher.handlerOf(sender, message);
    if (handler !== null && isControl({ sender, handler, message })) {
      this.#dispatcher.execute({ sender, handler, message }, this.#dispatcher.deliver);
      return;
    }
    const actions = this.#options.faults.onMessage(handler?.request.name ?? null);
    if (handler === null) {
      for (const action of actions) if (action.kind !== 'hang') this.#before(sender, action);
      for (const action of actions) if (action.kind === 'hang') this.hang(action.ms);
      return;
    }
    this.#take({ sender, handler, message }, actions);
  }

  #take(request: Request, actions: readonly FaultAction[]): void {
    const { sender } = request;
    for (const action of actions) {
      this.#options.log.log('info', 'vppsim-fault', { ...action, message: request.handler.request.name });
      if (this.#before(sender, action)) return;
      if (action.kind === 'hang') this.hang(action.ms);
    }
    if (this.#hung) {
      this.#held.push(request);
      return;
    }
    if (actions.length === 0) this.#dispatcher.execute(request, this.#dispatcher.deliver);
    else executeWithFaults(request, actions, this.#dispatcher, this.#options.random);
    for (const action of actions) this.#after(sender, action);
  }

  /** Faults that leave nothing to execute: returns true. */
  #before(sender: Client, action: FaultAction): boolean {
    const death = 'execute' in action && !action.execute ? deathBy(action, 'fault before a message') : null;
    if (death !== null) {
      this.#die(death);
      return true;
    }
    if (action.kind === 'disconnect' && !action.execute) {
      sender.end();
      return true;
    }
    return false;
  }

  #after(sender: Client, action: FaultAction): void {
    const death = deathBy(action, 'fault behind a message');
    if (death !== null) this.#die(death);
    if (action.kind === 'disconnect') sender.end();
  }

  #guarded(sender: Client, run: () => void): void {
    if (this.#dead) return;
    try {
      run();
    } catch (thrown) {
      if (!(thrown instanceof SimulatedCrash)) throw thrown;
      this.#options.log.log('error', 'vppsim-crash', { rule: thrown.rule, client: sender.name });
      this.#die({ kind: 'crashed', crash: thrown });
    }
  }

  #crashOfDangling(client: Client): void {
    const detail = `client index 0x${client.clientIndex.toString(16)}`;
    this.#die({ kind: 'crashed', crash: new SimulatedCrash('foreign-client-delete', detail) });
  }

  #die(death: Death): void {
    if (this.#dead) return;
    this.#dead = true;
    // VPP writes each answer as it is given, so those of the requests before this one are on their way.
    for (const client of this.#registrations.all()) client.die();
    this.#options.onDeath(death);
  }

  /** Answers go out once all requests of a chunk are executed, to whomever they are for. */
  #flush(): void {
    if (this.#dead) return;
    const clients = this.#registrations.all();
    const answered = clients.filter((client) => client.flush());
    for (const { outgoing } of clients) {
      if (!outgoing.waitingForOthers) continue;
      if (answered.some((other) => !other.outgoing.waitingForOthers)) outgoing.othersAnswered();
    }
  }
}

function deathBy(action: FaultAction, reason: string): Death | null {
  if (action.kind === 'die') return { kind: 'killed', reason };
  if (action.kind !== 'restart') return null;
  return { kind: 'restarting', afterMs: action.ms, withState: action.withState };
}
