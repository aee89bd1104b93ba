import { connect, createServer, type Server, type Socket } from 'node:net';

/** For the answers to all that was written. */
const PATIENCE_MS = 60_000;

/** What went over one connection: all that the client wrote, and how much it read, up to the last `mark`. */
export interface Recording {
  readonly sent: Buffer;
  readonly received: number;
}

/** Stands between a client and VPP, and remembers the bytes. */
export class RecordingProxy {
  #sent: Buffer[] = [];
  #received = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(listenPath: string, vppPath: string): Promise<RecordingProxy> {
    const server = createServer();
    const proxy = new RecordingProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(vppPath)));
    await new Promise<void>((resolve) => server.listen(listenPath, resolve));
    return proxy;
  }

  /** What was recorded since the last call. */
  take(): Recording {
    const recording = { sent: Buffer.concat(this.#sent), received: this.#received };
    this.#sent = [];
    this.#received = 0;
    return recording;
  }

  close(): void {
    this.#server.close();
  }

  #join(client: Socket, vpp: Socket): void {
    client.on('data', (bytes) => {
      this.#sent.push(bytes);
      vpp.write(bytes);
    });
    vpp.on('data', (bytes) => {
      this.#received += bytes.length;
      client.write(bytes);
    });
    client.on('close', () => vpp.destroy());
    vpp.on('close', () => client.destroy());
    client.on('error', () => {});
    vpp.on('error', () => {});
  }
}

/** The least that any client must do: write these bytes and read that many. */
export class BareLoop {
  #received = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #done: () => void = () => {};

  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#received += bytes.length;
      if (this.#received >= this.#wanted) this.#done();
    });
  }

  static async connect(path: string): Promise<BareLoop> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new BareLoop(socket);
  }

  /** Milliseconds from the write to the last byte of the replies. */
  async play({ sent, received }: Recording): Promise<number> {
    const begin = performance.now();
    this.#received = 0;
    this.#wanted = received;
    const done = new Promise<void>((resolve, reject) => {
      // VPP answers nobody who calls himself by another number than it gave him.
      const late = setTimeout(() => reject(new Error('the bare loop gets no answers')), PATIENCE_MS);
      this.#done = () => {
        clearTimeout(late);
        resolve();
      };
    });
    this.#socket.write(sent);
    await done;
    return performance.now() - begin;
  }

  close(): void {
    this.#socket.destroy();
  }
}
