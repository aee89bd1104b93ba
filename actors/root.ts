import type { ConfigVerdict, MaglevConfig } from '../domain/config.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { Address } from '../protocol/address.js';
import type { ConfigChanged } from '../protocol/config.js';
import type { DecisionChanged, VipWanted } from '../protocol/decision.js';
import type { BackendChanged } from '../protocol/health.js';
import type { EffectiveChanged } from '../protocol/operator.js';
import type { VouchRequest, VppControl } from '../protocol/vpp.js';
import { ask, untilAnswered } from './ask.js';
import { configKeeperActor } from './config-keeper.js';
import { type EventsOptions, eventsActor } from './events.js';
import { frontendsActor } from './frontends/frontends.js';
import { gatewayActor, type StartRpc } from './gateway.js';
import type { BackendMemory } from './health/backend.js';
import { healthActor } from './health/health.js';
import type { MakeEngine } from './health/prober.js';
import { newIntentCell } from './intent-keeping.js';
import type { IntentStore } from './intent-store.js';
import type { ActorRef, ActorSpec, Context } from './kernel/contract.js';
import { operatorActor } from './operator.js';
import type { OpenStats, OpenVpp } from './vpp/api.js';
import { vppActor } from './vpp/vpp.js';

export interface RootOptions {
  /** Checked before the tree is started: maglevd refuses to start on an invalid one. */
  readonly config: MaglevConfig;
  /** How the config file is called, for messages. */
  readonly configFile: string;
  readonly loadConfig: (memory: VppMemory | null) => Promise<ConfigVerdict>;
  /** null: VPP is disabled. */
  readonly openVpp: OpenVpp | null;
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
  readonly rpc: StartRpc;
  readonly events: EventsOptions;
  readonly makeProbeEngine: MakeEngine;
  readonly intents: IntentStore;
  /** Told why the tree ends, when it ends because it can never do its work. */
  readonly fatal: (error: MaglevError) => void;
}

/** SIGHUP, and what the children report: the root passes each on to whom it concerns. */
export type RootMessage =
  | { readonly type: 'reload' }
  | { readonly type: 'cannot-listen'; readonly error: MaglevError }
  | ConfigChanged
  | EffectiveChanged
  | BackendChanged
  | DecisionChanged
  | VipWanted;

/** A SIGHUP that nobody could take is not lost. */
const RELOAD_RETRY_MS = 1000;

/**
 * The whole tree. A child asks those above it in this list for what it needs when it starts, and is told of changes
 * by the root; so each can be restarted alone, and comes back with what is true then.
 */
export function rootActor(options: RootOptions): ActorSpec<RootMessage> {
  // What a crash of the root itself must not lose.
  const cell = { running: options.config };
  const memories = new Map<string, BackendMemory>();
  const intents = newIntentCell();
  let startedAt: number | undefined;
  return {
    name: 'root',
    // Restarted after a crash, but not when it ends by itself.
    restart: 'transient',
    supervision: {
      strategy: 'one-for-one',
      intensity: { restarts: 20, withinMs: 60_000 },
      backoff: { minMs: 100, maxMs: 5000, jitter: 0.2 },
    },
    start: (context) => {
      startedAt ??= context.clock.monotonic();
      const report = context.self;
      const events = context.spawn(eventsActor(options.events));
      let vppRef: ActorRef<VppControl | VouchRequest> | null = null;
      // Listening comes before VPP: a maglevd that cannot be asked, because another one already serves that address,
      // must not begin to govern VPP. So those before it get a door to the actor that is started last.
      const door: Address<VppControl | VouchRequest> = {
        name: 'vpp',
        tell: (message) => vppRef?.tell(message) ?? false,
      };
      const config = context.spawn(
        configKeeperActor({ cell, file: options.configFile, load: options.loadConfig, vpp: door, report }),
      );
      const operator = context.spawn(
        operatorActor({ config, report, store: options.intents, cell: intents }),
      );
      const vpp = options.openVpp === null ? null : door;
      const health = context.spawn(
        healthActor({ operator, report, memories, makeEngine: options.makeProbeEngine, vpp }),
      );
      const frontends = context.spawn(frontendsActor({ operator, health, report, startedAt }));
      context.spawn(
        gatewayActor({
          targets: {
            config,
            events,
            views: frontends,
            operator,
            health,
            vpp,
          },
          rpc: options.rpc,
          cannotListen: (error) => report.tell({ type: 'cannot-listen', error }),
        }),
      );
      if (options.openVpp !== null)
        vppRef = context.spawn(
          vppActor({ open: options.openVpp, openStats: options.openStats, decisions: frontends }),
        );
      return {
        receive: (message) => {
          switch (message.type) {
            case 'reload':
              if (!config.tell({ type: 'reload-config', reply: unheard })) {
                context.log.log('warn', 'config-reload-delayed', { retryMs: RELOAD_RETRY_MS });
                context.after(RELOAD_RETRY_MS, message);
              }
              break;
            case 'cannot-listen':
              options.fatal(message.error);
              context.stopSelf();
              break;
            case 'config-changed':
              operator.tell(message);
              break;
            case 'effective-changed':
              inForce(context, [health, frontends], message);
              break;
            case 'backend-changed':
              frontends.tell(message);
              break;
            case 'decision':
            case 'vip-wanted':
              vpp?.tell(message);
              break;
          }
        },
      };
    },
  };
}

/** Passes a change on to all whom it concerns, and answers when it is in force with each of them. */
function inForce(
  context: Pick<Context<never>, 'ask'>,
  targets: readonly Address<EffectiveChanged>[],
  { effective, touched, reply }: EffectiveChanged,
): void {
  const question = { type: 'effective-changed', effective, touched } as const;
  Promise.all(targets.map((target) => ask(context, target, question, untilAnswered))).then(
    () => reply.ok(undefined),
    (error: unknown) => reply.fail(asMaglevError(error)),
  );
}

/** For a reload that nobody waits for: the config-keeper logs what came of it. */
const unheard = { ok: () => false, fail: () => false };
