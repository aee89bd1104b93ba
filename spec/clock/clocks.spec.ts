import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { realClock } from '../../clock/real-clock.js';
import { TimerHeap } from '../../clock/timer-heap.js';
import { TimerQueue } from '../../clock/timer-queue.js';
import { VirtualClock } from '../../clock/virtual-clock.js';

describe('clock/virtual clock', () => {
  it('fires timers in the order of their time, those of one moment in the order they were set', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const set = (name: string, ms: number) =>
      clock.schedule(ms, () => fired.push(`${name}@${clock.monotonic()}`));
    set('c', 30);
    set('a', 10);
    set('b1', 20);
    set('b2', 20);
    set('never', Number.POSITIVE_INFINITY);
    set('late', 31);
    set('past', -5);
    await clock.advance(30);
    expect(fired).deep.equal(['past@0', 'a@10', 'b1@20', 'b2@20', 'c@30']);
    expect(clock.monotonic()).equal(30);
  });

  it('lets everything settle between two timers: promises, microtasks and turns of the event loop', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    clock.schedule(10, () => {
      void (async () => {
        await turn();
        await Promise.resolve();
        await turn();
        process.nextTick(() => order.push('first, all of it'));
      })();
    });
    clock.schedule(10, () => order.push('second'));
    await clock.advance(10);
    expect(order).deep.equal(['first, all of it', 'second']);
  });

  it('fires timers that timers set, within the time that passes', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const again = (): void => {
      at.push(clock.monotonic());
      if (at.length < 100) clock.schedule(0.25, again);
    };
    clock.schedule(0.25, again);
    await clock.advance(1);
    expect(at).deep.equal([0.25, 0.5, 0.75, 1]);
  });

  it('does overlapping advances one after the other', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    for (const ms of [5, 15]) clock.schedule(ms, () => at.push(clock.monotonic()));
    await Promise.all([clock.advance(10), clock.advance(10)]);
    expect([at, clock.monotonic()]).deep.equal([[5, 15], 20]);
  });

  it('two of them settle at once', async () => {
    const clocks = [new VirtualClock(), new VirtualClock()];
    await Promise.all(clocks.map((clock) => clock.settle()));
  });

  it('is the same for the same seed, and keeps wall time apart from monotonic time', async () => {
    const draw = (seed: number) => {
      const clock = new VirtualClock({ seed });
      return Array.from({ length: 20 }, () => clock.random());
    };
    expect(draw(7)).deep.equal(draw(7));
    expect(draw(7)).not.deep.equal(draw(8));
    for (const drawn of draw(9)) expect(drawn).within(0, 1);
    const clock = new VirtualClock({ startMs: 1000 });
    await clock.advance(50);
    clock.jumpWall(-500);
    expect([clock.now(), clock.monotonic()]).deep.equal([550, 50]);
  });

  it('rejects with what a timer throws, and goes on', async () => {
    const clock = new VirtualClock();
    clock.schedule(1, () => {
      throw new Error('in a timer');
    });
    const thrown = await clock.advance(5).catch((error: unknown) => String(error));
    expect(thrown).equal('Error: in a timer');
    await clock.advance(5);
    expect(clock.monotonic()).equal(6);
  });

  it('refuses times that are none', async () => {
    const clock = new VirtualClock();
    expect(() => clock.schedule(Number.NaN, () => {})).throw(RangeError);
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await clock.advance(ms).catch((thrown: unknown) => thrown)).instanceOf(RangeError);
    }
  });

  it('its heap is a sorted list, whatever is added, cancelled and popped', () => {
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 }).map((due) => ({ due })) },
      { weight: 2, arbitrary: fc.nat(100).map((cancel) => ({ cancel })) },
      { weight: 3, arbitrary: fc.constant({ pop: true }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const heap = new TimerHeap();
        const model: { due: number; order: number; run: () => void }[] = [];
        const cancels: { cancel: () => void; order: number }[] = [];
        let order = 0;
        for (const action of actions) {
          if ('due' in action) {
            const run = (): void => {};
            cancels.push({ cancel: heap.add(action.due, run), order });
            model.push({ due: action.due, order, run });
            model.sort((a, b) => a.due - b.due || a.order - b.order);
            order += 1;
          } else if ('cancel' in action) {
            const chosen = cancels[action.cancel % Math.max(1, cancels.length)];
            chosen?.cancel();
            const place = model.findIndex((timer) => timer.order === chosen?.order);
            if (place >= 0) model.splice(place, 1);
          } else {
            expect(heap.pop()?.run).equal(model.shift()?.run);
          }
          expect(heap.size).equal(model.length);
          expect(heap.peek()?.run).equal(model[0]?.run);
        }
      }),
    );
  });
});

describe('clock/real clock', () => {
  it('tells in a process that has just begun what the machine tells all processes', () => {
    const url = new URL('../../clock/real-clock.js', import.meta.url);
    const program = `
      const { realClock } = await import(${JSON.stringify(url.href)});
      const machine = () => Number(process.hrtime.bigint()) / 1e6;
      const pairs = Array.from({ length: 50 }, () => {
        const [before, told, after] = [machine(), realClock.monotonic(), machine()];
        return { took: after - before, off: told - (before + after) / 2 };
      });
      console.log(pairs.sort((a, b) => a.took - b.took)[0].off);`;
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(Math.abs(Number(told)), 'milliseconds').to.be.below(0.015);
  });

  const wait = (ms: number) =>
    new Promise<number>((resolve) => {
      const set = realClock.monotonic();
      realClock.schedule(ms, () => resolve(realClock.monotonic() - set));
    });

  it('never fires early, also for fractions of a millisecond', async () => {
    const waits = [0, 0.5, 1, 1.2, 3.7, 12.3, 0.1, 5];
    const took = await Promise.all(waits.map(wait));
    took.forEach((ms, i) => {
      expect(ms).least(waits[i] ?? 0);
    });
  });

  it('does not fire before schedule returns, nor when cancelled, nor at a past time', async () => {
    const fired: string[] = [];
    const done = new Promise<void>((resolve) => {
      realClock.schedule(-10, () => {
        fired.push('past');
        resolve();
      });
    });
    const cancel = realClock.schedule(0, () => fired.push('cancelled'));
    cancel();
    expect(fired).deep.equal([]);
    await done;
    await wait(2);
    cancel();
    expect(fired).deep.equal(['past']);
  });

  it('fires in the order of their time those that are due together', async () => {
    const fired: string[] = [];
    const timers = new TimerQueue();
    await new Promise<void>((resolve) => {
      timers.schedule(6, () => {
        fired.push('last');
        resolve();
      });
      for (const ms of [3, 1, 2]) timers.schedule(ms, () => fired.push(String(ms)));
      timers.schedule(5, () => fired.push('cancelled'))();
      timers.schedule(2, () => timers.schedule(0, () => fired.push('2 and 0')));
      // Late for all of them.
      const begin = performance.now();
      while (performance.now() - begin < 8);
    });
    const [one, two, ...rest] = fired;
    expect([one, two]).deep.equal(['1', '2']);
    expect(rest.filter((name) => name !== '2 and 0')).deep.equal(['3', 'last']);
  });

  it('fires the others when one throws', async () => {
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const caught: unknown[] = [];
    process.once('uncaughtException', (error) => caught.push(error.message));
    try {
      const timers = new TimerQueue();
      timers.schedule(1, () => {
        throw new Error('in a timer');
      });
      await new Promise<void>((resolve) => void timers.schedule(1, resolve));
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    expect(caught).deep.equal(['in a timer']);
  });

  it('keeps delays that no Node timer can hold', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    let fired = 0;
    const cancels = [2 ** 31, 3e9, 1e15].map((ms) =>
      realClock.schedule(ms, () => {
        fired += 1;
      }),
    );
    await wait(20);
    for (const cancel of cancels) cancel();
    process.off('warning', listen);
    expect([fired, warnings]).deep.equal([0, []]);
  });

  it('takes a delay that no Node timer can hold in steps, and is not early when Node is', () => {
    const { setTimeout: realTimeout } = globalThis;
    const realNow = performance.now;
    const asked: { ms: number; run: () => void }[] = [];
    let now = 0;
    let fired = 0;
    const fake = (run: () => void, ms: number): void => {
      asked.push({ run, ms });
    };
    Object.defineProperty(globalThis, 'setTimeout', { value: fake, configurable: true, writable: true });
    performance.now = () => now;
    try {
      new TimerQueue().schedule(3e9, () => {
        fired += 1;
      });
      for (const at of [2 ** 31 - 1, 3e9 - 0.4, 3e9]) {
        expect(fired).equal(0);
        now = at;
        asked.at(-1)?.run();
      }
    } finally {
      performance.now = realNow;
      Object.defineProperty(globalThis, 'setTimeout', {
        value: realTimeout,
        configurable: true,
        writable: true,
      });
    }
    expect(asked.map(({ ms }) => ms)).deep.equal([2 ** 31 - 1, 3e9 - 2 ** 31 + 1, 1]);
    expect(fired).equal(1);
  });

  it('keeps the process alive for a pending timer, not for a cancelled one nor for one that never fires', () => {
    const module = new URL('../../clock/real-clock.js', import.meta.url);
    const script = `
      import { realClock } from ${JSON.stringify(module.href)};
      realClock.schedule(3e9, () => {})();
      realClock.schedule(Infinity, () => {});
      realClock.schedule(20, () => console.log('fired'));`;
    const node = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 8000 });
    expect([node.status, String(node.stdout)]).deep.equal([0, 'fired\n']);
  });

  it('refuses a delay that is not a number', () => {
    expect(() => realClock.schedule(Number.NaN, () => {})).throw(RangeError);
  });

  it('tells the wall time', () => {
    expect(Math.abs(realClock.now() - Date.now())).below(1000);
    expect(realClock.random()).within(0, 1);
  });
});
