import { type ServerWritableStream, status } from '@grpc/grpc-js';
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  type HealthServer,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from './generated/grpc/health/v1/health.js';

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/**
 * grpc.health.v1 for a server that serves `services` until `stopping` aborts: then they are NOT_SERVING, every
 * watcher is told so, and its stream is ended.
 */
export function createHealthService(services: readonly string[], stopping: AbortSignal): HealthServer {
  const known = new Set(['', ...services]);
  const watchers = new Set<Watcher>();
  const serving = () => (stopping.aborted ? ServingStatus.NOT_SERVING : ServingStatus.SERVING);

  stopping.addEventListener('abort', () => {
    for (const call of watchers) {
      if (known.has(call.request.service)) call.write({ status: ServingStatus.NOT_SERVING });
      call.end();
    }
    watchers.clear();
  });

  return {
    check: (call, callback) => {
      if (known.has(call.request.service)) callback(null, { status: serving() });
      else callback({ code: status.NOT_FOUND, details: 'this server has no service of that name' });
    },
    watch: (call) => {
      call.write({ status: known.has(call.request.service) ? serving() : ServingStatus.SERVICE_UNKNOWN });
      if (stopping.aborted) {
        call.end();
        return;
      }
      watchers.add(call);
      call.on('cancelled', () => {
        watchers.delete(call);
        call.end();
      });
    },
  };
}
