/** What maglevd serves, each at addresses of its own. */
export type Served = 'grpc' | 'http';

/** The same, and what maglevd-frontend serves. */
export type Offered = Served | 'web';

interface ServedWords {
  /** Within a sentence. */
  readonly what: string;
  /** The flag that names its addresses. */
  readonly flag: string;
  /** For an example, where nobody named a port. */
  readonly port: number;
}

export const servedWords: Readonly<Record<Offered, ServedWords>> = {
  grpc: { what: 'gRPC', flag: '--grpc-addr', port: 9090 },
  http: { what: 'HTTP', flag: '--http-addr', port: 9080 },
  web: { what: 'the dashboard', flag: '--listen', port: 8080 },
};
