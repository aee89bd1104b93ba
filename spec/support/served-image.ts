import { mkdtempSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStats, type StatsOptions, type StatsSegment } from '../../binapi/stats/stats-segment.js';
import { realClock } from '../../clock/real-clock.js';
import { type DescriptorServer, serveDescriptor } from '../../linux/fd-server.js';
import { hurryingClock } from './hurrying-clock.js';
import { StatsImage } from './stats-image.js';

/** A segment made by hand, on a socket like VPP's, and the readers that were opened on it. */
export class ServedImage {
  readonly image: StatsImage;
  readonly socketPath: string;
  readonly #folder: string;
  #server: DescriptorServer;
  #fd = -1;
  #readers: StatsSegment[] = [];

  constructor(image = new StatsImage()) {
    this.image = image.publish();
    this.#folder = mkdtempSync(path.join(tmpdir(), 'maglev-stats-'));
    this.socketPath = path.join(this.#folder, 'stats.sock');
    this.#server = this.#serve(image.fd);
  }

  /** A reader for which time passes as soon as it waits, unless it gets another clock. */
  async open(options: Partial<StatsOptions> = {}): Promise<StatsSegment> {
    const segment = await openStats({ socketPath: this.socketPath, clock: hurryingClock(), ...options });
    this.#readers.push(segment);
    return segment;
  }

  /** From now on hands out other memory, as a restarted VPP does. The descriptor stays the caller's. */
  replaceBy(fd: number): void {
    this.#server.close();
    this.#server = this.#serve(fd);
  }

  /** Bytes of the memory that is handed out now. */
  read(at: number, size: number): Buffer {
    const bytes = Buffer.alloc(size);
    readSync(this.#fd, bytes, 0, size, at);
    return bytes;
  }

  get server(): DescriptorServer {
    return this.#server;
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#server.close();
    this.image.close();
    rmSync(this.#folder, { recursive: true });
  }

  #serve(fd: number): DescriptorServer {
    this.#fd = fd;
    return serveDescriptor({ path: this.socketPath, fd, clock: realClock });
  }
}
