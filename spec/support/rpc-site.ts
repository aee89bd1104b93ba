import { MaglevError } from '../../domain/errors.js';
import type { Callees } from './rpc-fixture.js';
import * as samples from './rpc-samples.js';

/** The actors of the small site of rpc-samples, all well, with a valid config and a VPP that is in sync. */
export function siteCallees(): Required<Callees> {
  return {
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
    config: (message) => {
      if (message.type !== 'get-config') {
        message.reply.ok({ ok: true, config: samples.anyConfig, warnings: [samples.warning] });
      }
    },
    vpp: (message) => {
      switch (message.type) {
        case 'get-info':
          message.reply.ok(samples.vppInfo);
          break;
        case 'get-lb-state':
          message.reply.ok(samples.lbState);
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
