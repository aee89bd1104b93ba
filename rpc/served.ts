/** What is served, each at addresses of its own. */
export type Served = 'grpc' | 'http';

interface ServedWords {
  /** Within a sentence. */
  readonly what: string;
  /** The flag that names its addresses. */
  readonly flag: string;
  /** For an example, where nobody named a port. */
  readonly port: number;
}

export const servedWords: Readonly<Record<Served, ServedWords>> = {
  grpc: { what: 'gRPC', flag: '--grpc-addr', port: 9090 },
  http: { what: 'HTTP', flag: '--http-addr', port: 9080 },
};
