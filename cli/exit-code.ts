import type { StatusName } from '../rpc/rpc-error.js';

/** What maglevc exits with; scripts rely on it. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3, denied: 4, unavailable: 5 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(status: StatusName): ExitCode {
  switch (status) {
    case 'INVALID_ARGUMENT':
      return exitCodes.usage;
    case 'NOT_FOUND':
      return exitCodes.notFound;
    case 'PERMISSION_DENIED':
    case 'UNAUTHENTICATED':
      return exitCodes.denied;
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return exitCodes.unavailable;
    default:
      return exitCodes.failed;
  }
}
