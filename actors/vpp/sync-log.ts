import { MaglevError } from '../../domain/errors.js';
import { SyncRecords } from '../../domain/sync-records.js';
import { VppReads } from '../../domain/vpp-reads.js';
import type { SyncMade, SyncQuestion, VppReadMade } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';

export type SyncLogMessage = SyncMade | VppReadMade | SyncQuestion;

/** Keeps the last syncs over all connections to VPP. */
export function syncLogActor(): ActorSpec<SyncLogMessage> {
  return {
    name: 'sync-log',
    start: () => {
      const records = new SyncRecords();
      const reads = new VppReads();
      return {
        receive: (message) => {
          switch (message.type) {
            case 'sync-made':
              records.keep(message.sync);
              if (message.sync.operations.length > 0) reads.written();
              break;
            case 'vpp-read':
              reads.keep(message.read);
              break;
            case 'list-reads':
              message.reply.ok(reads.list());
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
