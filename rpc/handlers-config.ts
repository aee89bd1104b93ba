import type { MaglevConfig } from '../domain/config.js';
import { configText } from '../domain/config-text.js';
import { unknownName } from '../domain/did-you-mean.js';
import type { Address, Ask } from '../protocol/address.js';
import type { ConfigControl } from '../protocol/config.js';
import { checkedName } from './checked-fields.js';
import { verdictMessage } from './config-message.js';
import type { MaglevServer } from './generated/maglev.js';
import { healthCheckMessage } from './healthcheck-message.js';
import { limitMs } from './limits.js';
import type { Unary } from './unary.js';

type ConfigHandlers = Pick<
  MaglevServer,
  'checkConfig' | 'reloadConfig' | 'getConfig' | 'listHealthChecks' | 'getHealthCheck'
>;

/** The file, and the health checks that the running config has: nobody else knows them all. */
export function configHandlers(unary: Unary, config: Address<ConfigControl>): ConfigHandlers {
  const verdictOf = (type: 'check-config' | 'reload-config') =>
    unary(limitMs.config, async (_, ask) => verdictMessage(await ask(config, { type })));
  return {
    checkConfig: verdictOf('check-config'),
    reloadConfig: verdictOf('reload-config'),
    getConfig: unary(limitMs.view, async (_, ask) => ({ text: textOf(await runningConfig(config, ask)) })),
    listHealthChecks: unary(limitMs.view, async (_, ask) => {
      const running = await runningConfig(config, ask);
      const checks = [...running.healthchecks.values()];
      return { healthchecks: checks.map((check) => healthCheckMessage(check, running)) };
    }),
    getHealthCheck: unary(limitMs.view, async (request, ask) => {
      const name = checkedName('name', request.name);
      const running = await runningConfig(config, ask);
      const check = running.healthchecks.get(name);
      if (check !== undefined) return healthCheckMessage(check, running);
      const text = `health check "${name}" is not in the config`;
      throw unknownName('MGL_HEALTHCHECK_UNKNOWN', text, name, running.healthchecks.keys());
    }),
  };
}

const texts = new WeakMap<MaglevConfig, string>();

/** Made once for each config: that of ten thousand backends takes a while. */
function textOf(config: MaglevConfig): string {
  const known = texts.get(config) ?? configText(config);
  texts.set(config, known);
  return known;
}

export function runningConfig(config: Address<ConfigControl>, ask: Ask): Promise<MaglevConfig> {
  return ask(config, { type: 'get-config' });
}
