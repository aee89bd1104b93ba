import { Turns } from './turns.js';

/** Beginning an item costs something, too; replies of many that come together let as many begin. */
const BEGUN_A_TURN = 8;

/**
 * Does `work` for every item, with items of at most `width` in all under way at once (an item that weighs more goes by
 * itself), and gives the results in the order of the items. It begins nothing more after a failure, waits for what is
 * under way, and rejects with the first failure: when it settles, nothing of it goes on. What bounds the work of one turn
 * of the event loop, so that whoever else waits for it is served in between.
 */
export async function inWindow<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
  weightOf: (item: T) => number = () => 1,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  let next = queue.next();
  let underWay = 0;
  let weight = 0;
  const turns = new Turns(BEGUN_A_TURN);
  let resting = false;
  const run = async (i: number, item: T) => {
    try {
      results[i] = await work(item);
    } catch (error) {
      failures.push(error);
    }
  };
  await new Promise<void>((done) => {
    const begin = () => {
      while (next.done !== true && failures.length === 0) {
        if (resting) return;
        const [i, item] = next.value;
        const own = weightOf(item);
        if (underWay > 0 && weight + own > width) return;
        next = queue.next();
        underWay++;
        weight += own;
        void run(i, item).then(() => {
          underWay--;
          weight -= own;
          begin();
        });
        const others = turns.after(1);
        resting = others !== null;
        void others?.then(goOn);
      }
      if (underWay === 0) done();
    };
    const goOn = () => {
      resting = false;
      begin();
    };
    begin();
  });
  if (failures.length > 0) throw failures[0];
  return results;
}
