import type { RecordingLog } from './recording-log.js';

/** The backends that the log says to be in doubt, once for each time: told alone or together with others. */
export function doubtsTold(log: RecordingLog): string[] {
  return backendsOf(log, 'backend-doubt', 'backend-doubts');
}

/** The backends of which the log says that they can be judged again. */
export function doubtsOverTold(log: RecordingLog): string[] {
  return backendsOf(log, 'backend-doubt-over', 'backend-doubts-over');
}

function backendsOf(log: RecordingLog, alone: string, together: string): string[] {
  return [
    ...log.of(alone).map(({ fields }) => String(fields['backend'])),
    ...log.of(together).flatMap(({ fields }) => String(fields['backends']).split(' ')),
  ];
}
