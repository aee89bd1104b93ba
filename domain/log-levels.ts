import type { LogLevel } from './events/event.js';

/** From the one that tells most to the one that tells least. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
