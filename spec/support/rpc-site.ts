import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../../domain/errors.js';
import { actOnBackend, noIntents, setWeight } from '../../domain/operator.js';
import type { OperatorAnswer, OperatorRequest } from '../../protocol/operator.js';
import { configAnswer } from './config-answer.js';
import type { Callees } from './rpc-fixture.js';
import { detailOf, lbCounters, siteConfig, spareLife, web1Life } from './rpc-health-samples.js';
import * as samples from './rpc-samples.js';

const acknowledged = '1 frontend, 1 weight set, acknowledged by VPP in 4 ms';

const words = { pause: 'paused', resume: 'resumed', enable: 'enabled', disable: 'disabled' } as const;

function doneBy(message: Extract<OperatorRequest, { type: 'act-on-backend' | 'set-weight' }>): string {
  return message.type === 'set-weight' ? `weight ${message.change.weight}` : words[message.action];
}

/** What an operator is answered when all is well. */
export const quietAnswer: OperatorAnswer = {
  summary: `disabled; ${acknowledged}`,
  warning: null,
  applied: [{ frontend: 'web', acknowledged: 1, weights: 1, flushed: [], pending: null }],
  tookMs: 4.25,
};

/** The actors of the small site of rpc-samples, all well, with a valid config and a VPP that is in sync. */
export function siteCallees(): Required<Callees> {
  return {
    actors: { describe: () => samples.actorTree, deadLetters: () => 3 },
    events: (message) => {
      if (message.type === 'list-events') message.reply.ok(samples.toldEvents);
    },
    recorder: (message) => {
      if (message.type === 'take-record') message.reply.ok(samples.flightRecord(message.by));
    },
    logLevel: (message) => {
      const asked = message.type === 'set-log-level';
      message.reply.ok({
        level: asked ? message.level : 'info',
        configured: 'info',
        until: asked && message.forMs !== null ? Date.now() + message.forMs : null,
      });
    },
    views: (message) => {
      switch (message.type) {
        case 'list-frontends':
          message.reply.ok(samples.frontends);
          break;
        case 'list-backends':
          message.reply.ok(samples.backends);
          break;
        case 'get-frontend': {
          const found = samples.frontends.find(({ name }) => name === message.name);
          if (found !== undefined) message.reply.ok(found);
          else
            message.reply.fail(
              new MaglevError('MGL_FRONTEND_UNKNOWN', `there is no frontend '${message.name}'`),
            );
          break;
        }
        case 'get-backend': {
          const found = samples.backends.find(({ name }) => name === message.name);
          if (found !== undefined) message.reply.ok(found);
          else
            message.reply.fail(
              new MaglevError('MGL_BACKEND_UNKNOWN', `there is no backend '${message.name}'`),
            );
          break;
        }
      }
    },
    health: (message) => {
      if (message.type === 'list-states') return;
      if (message.type === 'get-probe-numbers') return void message.reply.ok(samples.probeReadings);
      const now = Date.now();
      if (message.type === 'list-details') {
        message.reply.ok([detailOf('web1', web1Life(now)), detailOf('spare', spareLife(now))]);
        return;
      }
      switch (message.name) {
        case 'web1':
          message.reply.ok(detailOf('web1', web1Life(now)));
          break;
        case 'spare':
          message.reply.ok(detailOf('spare', spareLife(now)));
          break;
        default:
          message.reply.fail(new MaglevError('MGL_BACKEND_UNKNOWN', `there is no backend '${message.name}'`));
      }
    },
    // It judges by the real rules, and forgets at once what was asked of it.
    operator: (message) => {
      if (message.type === 'get-effective') return;
      if (message.type === 'list-overrides') {
        message.reply.ok(samples.overrides(Date.now()));
        return;
      }
      const intents =
        message.type === 'act-on-backend'
          ? actOnBackend(noIntents, siteConfig, message.name, message.action)
          : setWeight(noIntents, siteConfig, message.change);
      if (isLeft(intents)) message.reply.fail(intents.left);
      else message.reply.ok({ ...quietAnswer, summary: `${doneBy(message)}; ${acknowledged}` });
    },
    config: (message) => {
      if (message.type === 'get-config') message.reply.ok(siteConfig);
      else if (message.type === 'get-warnings') message.reply.ok([samples.warning]);
      else
        message.reply.ok(
          configAnswer({ ok: true, config: siteConfig, warnings: [samples.warning] }, siteConfig),
        );
    },
    planner: (message) => {
      if (message.type === 'plan') message.reply.ok(samples.planReport);
      else
        message.reply.ok(samples.debts.filter(({ frontend }) => frontend === (message.frontend ?? frontend)));
    },
    vpp: (message) => {
      switch (message.type) {
        case 'list-standings':
          message.reply.ok(samples.standings);
          break;
        case 'list-syncs':
          message.reply.ok([samples.fullSync]);
          break;
        case 'get-sync':
          message.reply.fail(new MaglevError('MGL_SYNC_UNKNOWN', `there is no sync ${message.id}`));
          break;
        case 'get-info':
          message.reply.ok(samples.vppInfo);
          break;
        case 'get-lb-state':
          message.reply.ok(samples.lbState);
          break;
        case 'get-lb-counters':
          message.reply.ok(lbCounters(Date.now()));
          break;
        case 'sync':
          message.reply.ok({ ...samples.quietSync, scope: message.frontend === null ? 'all' : 'vip' });
          break;
        case 'decision':
          break;
      }
    },
  };
}
