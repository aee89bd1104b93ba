import { startCrowd, startServer } from './watch/processes.js';

/**
 * What it costs to be watched: crowds of subscribers, one that sleeps, and many that come and go. The subscribers are
 * processes of their own, on the CPUs of the same machine.
 */
const crowds = [
  { subscribers: 1000, rate: 10 },
  { subscribers: 200, rate: 100 },
  { subscribers: 1000, rate: 100 },
] as const;

const only = process.argv[2];
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (value: number) => `${(value / 1e6).toFixed(1)} MB`;

async function measureCrowd({ subscribers, rate }: (typeof crowds)[number]): Promise<void> {
  const server = await startServer();
  const crowd = await startCrowd(server.first);
  await crowd.ask({ type: 'subscribe', count: subscribers });
  await server.ask({ type: 'tell', rate, seconds: 2 });
  await crowd.ask({ type: 'count' });
  const told = await server.ask({ type: 'tell', rate, seconds: 5 });
  await server.ask({ type: 'tell', rate: 1, seconds: 1 });
  const got = await crowd.ask({ type: 'count' });
  console.log(
    [
      `  ${subscribers} subscribers, ${rate} events/s:`,
      `event to last subscriber p50 ${ms(got.lastMs.p50)}, p99 ${ms(got.lastMs.p99)}, max ${ms(got.lastMs.max)};`,
      `timers late p50 ${ms(told.lateMs.p50)}, p99 ${ms(told.lateMs.p99)}, max ${ms(told.lateMs.max)};`,
      `${(100 * told.cpu).toFixed(0)} % of a CPU, ${mb(told.rss)};`,
      `${got.heard} of ${subscribers * (rate * 5 + 1)} heard, ${got.lagged} lagged, ${got.ended} ended`,
    ].join(' '),
  );
  crowd.end();
  server.end();
}

async function measureSleeper(): Promise<void> {
  const server = await startServer();
  const crowd = await startCrowd(server.first);
  // What the last events take is kept for everybody, watched or not.
  await server.ask({ type: 'tell', rate: 5000, seconds: 4 });
  const before = await server.ask({ type: 'report' });
  await crowd.ask({ type: 'subscribe', count: 1 });
  await crowd.ask({ type: 'sleep' });
  await server.ask({ type: 'tell', rate: 5000, seconds: 60 });
  const { bytes } = await server.ask({ type: 'report' });
  await crowd.ask({ type: 'wake' });
  await server.ask({ type: 'tell', rate: 10, seconds: 2 });
  const got = await crowd.ask({ type: 'count' });
  console.log(
    `  one that sleeps for 60 s under 5000 events/s: ${mb(bytes - before.bytes)}; it wakes and hears ${got.heard}, is told of ${got.lost} more; ${got.ended} ended`,
  );
  crowd.end();
  server.end();
}

async function measureComers(): Promise<void> {
  const server = await startServer();
  const crowd = await startCrowd(server.first);
  const round = async () => {
    await crowd.ask({ type: 'subscribe', count: 500 });
    await crowd.ask({ type: 'leave' });
  };
  for (let i = 0; i < 4; i++) await round();
  await server.ask({ type: 'tell', rate: 100, seconds: 1 });
  const before = await server.ask({ type: 'report' });
  for (let i = 0; i < 20; i++) await round();
  await server.ask({ type: 'tell', rate: 100, seconds: 1 });
  const after = await server.ask({ type: 'report' });
  console.log(
    `  10000 come and go: ${mb(after.bytes - before.bytes)} more, ${after.descriptors - before.descriptors} descriptors more`,
  );
  crowd.end();
  server.end();
}

console.log('watching:');
if (only === undefined || only === 'crowds') for (const crowd of crowds) await measureCrowd(crowd);
if (only === undefined || only === 'sleeper') await measureSleeper();
if (only === undefined || only === 'comers') await measureComers();
