import { parentPort } from 'node:worker_threads';
import { serveEverybody } from './web-thread.js';

parentPort?.postMessage(await serveEverybody());
