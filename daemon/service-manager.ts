import { asMaglevError } from '../domain/errors.js';
import { openNotifySocket } from '../linux/notify-socket.js';
import type { Logger } from '../protocol/log.js';
import type { ServiceManager } from '../protocol/service.js';

export interface ServiceSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly log: Logger;
}

/**
 * The service manager that started this process, as its environment says (sd_notify(3), sd_watchdog_enabled(3)); null
 * when there is none. What it cannot be told is logged once: a service runs as well without.
 */
export function serviceManager({ env, pid, log }: ServiceSurroundings): ServiceManager | null {
  const address = env['NOTIFY_SOCKET'] ?? '';
  if (address === '') return null;
  let failed = false;
  const attempt = <T>(act: () => T): T | null => {
    try {
      return act();
    } catch (thrown) {
      const { code, message } = asMaglevError(thrown);
      if (!failed) log.log('warn', 'service-not-told', { code, error: message });
      failed = true;
      return null;
    }
  };
  const socket = attempt(() => openNotifySocket(address));
  if (socket === null) return null;
  return {
    notify: (lines) => {
      attempt(() => socket.send(lines));
    },
    watchdogMs: watchdogOf(env, pid),
  };
}

/** Milliseconds; null: nobody watches, or it is another process that is watched. */
export function watchdogOf(env: ServiceSurroundings['env'], pid: number): number | null {
  const microseconds = env['WATCHDOG_USEC'] ?? '';
  const of = env['WATCHDOG_PID'] ?? '';
  if (!/^[1-9]\d{0,15}$/.test(microseconds) || (of !== '' && of !== String(pid))) return null;
  return Number(microseconds) / 1000;
}
