/**
 * How late this machine is at the moment: a process that does nothing but expect itself every few milliseconds. It is
 * asked by IPC, and answers how late each timer was since it was asked last, in milliseconds.
 */
const everyMs = 10;
let late: number[] = [];
let due = performance.now() + everyMs;

function beat(): void {
  const now = performance.now();
  late.push(Math.max(0, now - due));
  due = now + everyMs;
  setTimeout(beat, everyMs);
}

setTimeout(beat, everyMs);
process.on('message', () => {
  process.send?.(late);
  late = [];
});
process.on('disconnect', () => process.exit());
