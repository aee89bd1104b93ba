import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { teller } from '../../daemon/teller.js';
import type { EventTold } from '../../protocol/events.js';
import type { FreeLogger } from '../../protocol/log.js';

describe('the teller of events', () => {
  const stage = (level: 'info' | 'error' = 'info') => {
    const printed: string[] = [];
    const printer: FreeLogger = {
      enabled: (wanted) => wanted === 'error' || (level === 'info' && wanted !== 'debug'),
      log: (wanted, event) => {
        if (printer.enabled(wanted)) printed.push(event);
      },
    };
    const told: EventTold['told'][] = [];
    const collector = {
      name: 'collector',
      alive: true,
      tell: (message: EventTold): boolean => {
        if (collector.alive) told.push(message.told);
        return collector.alive;
      },
    };
    return { ...teller(new VirtualClock(), printer), printed, told, collector };
  };

  it('numbers what is told at info and above, also what was told before anybody collected it', () => {
    const { log, source, told, collector } = stage();
    log.log('info', 'config-reload-start');
    log.log('debug', 'dead-letter', { to: 'x', reason: 'ended', message: 'm' });
    source.tell({ type: 'listen', collector, level: 'info' });
    log.log('info', 'stopping', { signal: 'SIGTERM' });
    expect(told.map(({ seq, event }) => [seq, event.name])).to.deep.equal([
      [1, 'config-reload-start'],
      [2, 'stopping'],
    ]);
  });

  it('tells a collector at the level that it wants, and prints at its own', () => {
    const { log, source, told, collector, printed } = stage('error');
    expect(log.enabled('debug')).to.equal(false);
    expect(log.enabled('info')).to.equal(true);
    source.tell({ type: 'listen', collector, level: 'debug' });
    expect(log.enabled('debug')).to.equal(true);
    log.log('debug', 'dead-letter', { to: 'x', reason: 'ended', message: 'm' });
    log.log('info', 'config-reload-start');
    expect(told.map(({ seq }) => seq)).to.deep.equal([0, 1]);
    expect(printed).to.deep.equal([]);
  });

  it('tells every change of a state, whatever its level', () => {
    const { log, source, told, collector } = stage();
    source.tell({ type: 'listen', collector, level: 'info' });
    log.log('debug', 'vpp-connect-failed', { code: 'C', error: 'e', advice: 'a', retryMs: 1 });
    expect(told.map(({ seq, event }) => [seq, event.name])).to.deep.equal([[0, 'vpp-connect-failed']]);
  });

  it('keeps for the next collector what the last one did not take, and is not led astray by its end', () => {
    const { log, source, told, collector } = stage();
    const ending = {
      name: 'ending',
      tell: () => {
        // As the kernel does for a message to an actor that has ended.
        log.log('info', 'config-reload-start');
        return false;
      },
    };
    source.tell({ type: 'listen', collector: ending, level: 'info' });
    log.log('info', 'stopping', { signal: 'SIGTERM' });
    expect(told).to.deep.equal([]);
    source.tell({ type: 'listen', collector, level: 'info' });
    expect(told.map(({ seq, event }) => [seq, event.name])).to.deep.equal([
      [1, 'stopping'],
      [2, 'config-reload-start'],
    ]);
  });
});
