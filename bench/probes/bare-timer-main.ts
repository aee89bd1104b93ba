/**
 * How late this machine is at the moment: a process that does nothing but expect itself every few milliseconds. It is
 * asked by IPC, and answers how late each timer was since it was asked last, in milliseconds.
 */
const EVERY_MS = 10;
let late: number[] = [];
let due = performance.now() + EVERY_MS;

function beat(): void {
  const now = performance.now();
  late.push(Math.max(0, now - due));
  due = now + EVERY_MS;
  setTimeout(beat, EVERY_MS);
}

setTimeout(beat, EVERY_MS);
process.on('message', () => {
  process.send?.(late);
  late = [];
});
process.on('disconnect', () => process.exit());
