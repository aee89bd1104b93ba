import { MaglevError } from '../../domain/errors.js';
import { SyncRecords } from '../../domain/sync-records.js';
import type { SyncMade, SyncQuestion } from '../../protocol/syncs.js';
import type { ActorSpec } from '../kernel/contract.js';

export type SyncLogMessage = SyncMade | SyncQuestion;

/** Keeps the last syncs over all connections to VPP. */
export function syncLogActor(): ActorSpec<SyncLogMessage> {
  return {
    name: 'sync-log',
    start: () => {
      const records = new SyncRecords();
      return {
        receive: (message) => {
          switch (message.type) {
            case 'sync-made':
              records.keep(message.sync);
              break;
            case 'list-syncs':
              message.reply.ok(records.list());
              break;
            case 'get-sync': {
              const { id, reply } = message;
              const found = records.get(id);
              if (found !== undefined) reply.ok(found);
              else reply.fail(new MaglevError('MGL_SYNC_UNKNOWN', `sync ${id} is not kept`));
              break;
            }
          }
        },
      };
    },
  };
}
