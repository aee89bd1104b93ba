import { getHeapStatistics, setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

// Loaded before maglevd (--import), and so before each of its threads: what lives in their heaps when all garbage is collected. Asked
// by IPC, and answered by each thread for itself.

/** What lives in one thread. In bytes. */
export interface ThreadMemory {
  readonly thread: number;
  /** Objects of V8. */
  readonly heap: number;
  /** Memory of this thread beside its heap: buffers, and what Node's own objects hold. */
  readonly external: number;
}

/** `snapshot`: where a heap snapshot of each thread is written to. */
export interface MemoryQuestion {
  readonly snapshot: string | null;
}

/** What a channel hands over. */
interface Told<T> {
  readonly data: T;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const channel = new BroadcastChannel('heap-watch');

function measure({ snapshot }: MemoryQuestion): ThreadMemory {
  // What a first collection finalizes, a second one frees.
  collect();
  collect();
  if (snapshot !== null) writeHeapSnapshot(`${snapshot}-${threadId}.heapsnapshot`);
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return { thread: threadId, heap, external };
}

if (isMainThread) {
  channel.onmessage = (event) => process.send?.((event as Told<ThreadMemory>).data);
  process.on('message', (question: MemoryQuestion) => {
    channel.postMessage(question);
    process.send?.(measure(question));
  });
  process.channel?.unref();
} else {
  channel.onmessage = (event) => {
    const { data } = event as Told<MemoryQuestion | ThreadMemory>;
    if ('snapshot' in data) channel.postMessage(measure(data));
  };
}
channel.unref();
