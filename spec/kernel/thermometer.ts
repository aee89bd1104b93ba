import type { ActorSpec } from '../../actors/kernel/contract.js';
import type { Reply } from '../../protocol/address.js';

/** What a thermometer understands. */
export type ThermometerMessage =
  | { readonly type: 'read'; readonly reply: Reply<number> }
  | { readonly type: 'measure' }
  | { readonly type: 'measured'; readonly celsius: number }
  | { readonly type: 'failed'; readonly error: Error };

/** One open sensor. */
export interface Sensor {
  readonly measure: (signal: AbortSignal) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Measures every second, and answers with the newest value; a question before the first one waits for it. */
export function thermometer(open: () => Promise<Sensor>): ActorSpec<ThermometerMessage> {
  return {
    name: 'thermometer',
    capacity: 100,
    start: async (context) => {
      // All state is made here, so that a restart begins with a clean one.
      const sensor = await open();
      let newest: number | null = null;
      let waiting: Reply<number>[] = [];
      context.every(1000, { type: 'measure' }, { immediate: true });
      return {
        receive: (message) => {
          switch (message.type) {
            case 'measure':
              // Not awaited: questions are answered while the sensor works.
              context.pipe(
                sensor.measure(context.signal),
                (celsius) => ({ type: 'measured', celsius }),
                (error) => ({ type: 'failed', error }),
              );
              return;
            case 'measured':
              newest = message.celsius;
              for (const reply of waiting) reply.ok(newest);
              waiting = [];
              return;
            case 'failed':
              // Nothing to repair here: crash, and come back with the sensor opened anew.
              throw message.error;
            case 'read':
              if (newest === null) waiting.push(message.reply);
              else message.reply.ok(newest);
          }
        },
        stop: () => sensor.close(),
      };
    },
  };
}
