import type { BackendMemory } from '../domain/backend-memory.js';
import type { ConfigIssue, MaglevConfig } from '../domain/config.js';
import { MaglevError } from '../domain/errors.js';
import { EventTally } from '../metrics/event-tally.js';
import { ProbeBook } from '../probes/engine/book.js';
import type { Address } from '../protocol/address.js';
import type { ConfigChanged, ConfigConsidered, LoadConfig, ReadConfig } from '../protocol/config.js';
import type { DecisionChanged, VipWanted } from '../protocol/decision.js';
import type { IntentStore } from '../protocol/intents.js';
import type { StartRpc } from '../protocol/rpc.js';
import type { RoundTripRequest, ServiceManager } from '../protocol/service.js';
import type { VouchRequest, VppControl } from '../protocol/vpp.js';
import { type ConfigCell, configKeeperActor } from './config-keeper.js';
import { type DecisionMessage, decisionActor } from './decision.js';
import { type EventsOptions, eventsActor } from './events.js';
import { type GatewayMessage, gatewayActor } from './gateway.js';
import { type HealthMessage, healthActor } from './health/health.js';
import type { MakeEngine } from './health/prober.js';
import { IntentCell, intentKeeperActor } from './intent-keeper.js';
import type { ActorSpec } from './kernel/contract.js';
import { answerWith } from './kernel/question.js';
import { byType } from './life.js';
import { type LogLevelOptions, logLevelActor } from './log-level.js';
import { type MetricsOptions, metricsActor } from './metrics.js';
import { type OperatorMessage, operatorActor } from './operator.js';
import { plannerActor } from './planner.js';
import { type RecorderOptions, recorderActor } from './recorder.js';
import { roundTrip } from './round-trip.js';
import { serviceActor } from './service.js';
import { trunk } from './supervision.js';
import type { OpenStats, OpenVpp } from './vpp/api.js';
import { vppActor } from './vpp/vpp.js';

export interface RootOptions {
  /** Checked before the tree is started: maglevd refuses to start on an invalid one. */
  readonly config: MaglevConfig;
  /** What its check warned of; default none. */
  readonly warnings?: readonly ConfigIssue[];
  /** How the config file is called, for messages. */
  readonly configFile: string;
  readonly loadConfig: LoadConfig;
  readonly readConfig: ReadConfig;
  /**
   * null: VPP is disabled. `ready` is to be awaited when this process has the right to govern VPP, and before it
   * connects: it settles when what operators asked for is in force, or nobody waits for that any longer.
   */
  readonly openVpp: ((ready: () => Promise<void>) => OpenVpp) | null;
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
  readonly rpc: StartRpc;
  readonly events: EventsOptions;
  readonly log: LogLevelOptions;
  readonly recorder: RecorderOptions;
  readonly makeProbeEngine: MakeEngine;
  readonly intents: IntentStore;
  /** null or absent: metrics are served nowhere. */
  readonly metrics?: MetricsOptions | null;
  /** null: nobody started maglevd that wants to be told how it is. */
  readonly service: ServiceManager | null;
  /** Told why the tree ends, when it ends because it can never do its work. */
  readonly fatal: (error: MaglevError) => void;
}

export type RootMessage =
  /** SIGHUP. */
  | { readonly type: 'reload' }
  /** SIGUSR2. */
  | { readonly type: 'keep-record' }
  | { readonly type: 'reload-over'; readonly error: Error | null }
  | { readonly type: 'cannot-listen'; readonly error: MaglevError }
  | RoundTripRequest;

/** An operator actor that is being restarted must not keep us from VPP for long. */
const READY_MS = 3000;

/** A SIGHUP that nobody could take is not lost. */
const RELOAD_RETRY_MS = 1000;
/** As long as the shortest time between two of them. */
const ROUND_TRIP_MS = 10_000;

/**
 * The whole tree. A child asks those above it in this list for what it needs when it starts, and tells those below it of
 * changes; so each can be restarted alone, and comes back with what is true then.
 */
export function rootActor(options: RootOptions): ActorSpec<RootMessage> {
  // What a crash of the root itself must not lose.
  const cell: ConfigCell = { running: options.config, warnings: options.warnings ?? [] };
  const memories = new Map<string, BackendMemory>();
  const book = new ProbeBook();
  const intents = new IntentCell();
  const tally = new EventTally();
  let startedAt: number | undefined;
  return {
    name: 'root',
    // Restarted after a crash, but not when it ends by itself.
    restart: 'transient',
    supervision: trunk,
    start: (context) => {
      startedAt ??= context.clock.monotonic();
      const { configFile, loadConfig, readConfig, makeProbeEngine: makeEngine, openVpp, openStats } = options;
      const to = {
        operator: context.alias<OperatorMessage>('operator'),
        health: context.alias<HealthMessage>('health'),
        decision: context.alias<DecisionMessage>('decision'),
        gateway: context.alias<GatewayMessage>('gateway'),
        vpp: context.alias<VppControl | DecisionChanged | VipWanted | VouchRequest>('vpp'),
      };
      const vpp = openVpp === null ? null : to.vpp;
      const report: Address<ConfigChanged | ConfigConsidered> = {
        name: 'operator',
        tell: (message) => {
          if (message.type === 'config-changed') to.gateway.tell(message);
          return to.operator.tell(message);
        },
      };
      const events = context.spawn(eventsActor(options.events));
      const logLevel = context.spawn(logLevelActor(options.log));
      const config = context.spawn(
        configKeeperActor({
          cell,
          file: configFile,
          load: loadConfig,
          read: readConfig,
          vpp: to.vpp,
          report,
        }),
      );
      const { health, decision } = to;
      const keeper = context.spawn(
        intentKeeperActor({ store: options.intents, cell: intents, report: to.operator }),
      );
      to.operator.bind(context.spawn(operatorActor({ config, health, decision, keeper })));
      to.health.bind(
        context.spawn(
          healthActor({ operator: to.operator, report: decision, memories, book, makeEngine, vpp }),
        ),
      );
      to.decision.bind(context.spawn(decisionActor({ operator: to.operator, health, vpp, startedAt })));
      const planner = context.spawn(plannerActor({ config, operator: to.operator, decision, vpp }));
      // Listening comes before VPP: a maglevd that cannot be asked, because another one already serves that address,
      // must not begin to govern VPP.
      const sources = { config, events, views: decision, operator: to.operator, health, vpp };
      const recorder = context.spawn(recorderActor({ ...options.recorder, configFile, targets: sources }));
      const targets = { ...sources, logLevel, planner, recorder };
      const cannotListen = (error: MaglevError) => context.self.tell({ type: 'cannot-listen', error });
      to.gateway.bind(context.spawn(gatewayActor({ targets, rpc: options.rpc, cannotListen })));
      if (openVpp !== null) {
        const ready = () =>
          context.ask(to.operator, { type: 'await-intents' }, { timeoutMs: READY_MS }).catch(() => {});
        to.vpp.bind(context.spawn(vppActor({ open: openVpp(ready), openStats, decisions: decision })));
      }
      const { metrics = null } = options;
      if (metrics !== null) {
        context.spawn(metricsActor({ ...metrics, sources: targets, root: context.self, tally }));
      }
      // Last: whoever started maglevd is told that it is ready when all of it has been started.
      const { service: manager } = options;
      const service = manager === null ? null : context.spawn(serviceActor({ manager, root: context.self }));
      return {
        receive: byType<RootMessage>({
          reload: () => {
            to.gateway.tell({ type: 'reload-files' });
            service?.tell({ type: 'reloading' });
            // The config-keeper logs what comes of it.
            context.pipe(
              context.ask(config, { type: 'reload-config' }),
              () => ({ type: 'reload-over', error: null }),
              (error) => ({ type: 'reload-over', error }),
            );
          },
          'reload-over': ({ error }) => {
            if (wasNotTaken(error)) {
              context.log.log('warn', 'config-reload-delayed', { retryMs: RELOAD_RETRY_MS });
              context.after(RELOAD_RETRY_MS, { type: 'reload' });
            } else service?.tell({ type: 'reloaded' });
          },
          'keep-record': (message) => recorder.tell(message),
          'round-trip': ({ reply }) => answerWith(roundTrip(context, targets, ROUND_TRIP_MS), reply),
          'cannot-listen': ({ error }) => {
            options.fatal(error);
            context.stopSelf();
          },
        }),
      };
    },
  };
}

/** Nobody had room for the question, or was there to take it. */
function wasNotTaken(error: Error | null): boolean {
  return error instanceof MaglevError && ['MGL_MAILBOX_FULL', 'MGL_ACTOR_STOPPED'].includes(error.code);
}
