import type { CallDefinition } from '../../binapi/codec/message.js';
import {
  apiVersions,
  controlPing,
  type GetApiJson,
  type GetApiJsonReply,
  getApiJson,
  getApiJsonReply,
  getFirstMsgId,
  memclntKeepalive,
} from '../../binapi/generated/memclnt.js';
import { cliInband, showThreads, type ThreadData } from '../../binapi/generated/vlib.js';
import { logDump, showVersion, showVpeSystemTime } from '../../binapi/generated/vpe.js';
import { RETVAL } from '../lb/retval.js';
import type { Vpp } from '../vpp.js';
import { apiJson } from './api-json.js';
import { type Handler, onCall, onDump, onIgnored } from './handler.js';
import { legacyDialect } from './lb-legacy.js';
import { modernDialect } from './lb-modern.js';
import { lbReadHandlers } from './lb-reads.js';
import { lbWriteHandlers } from './lb-writes.js';
import { routeLookupHandler } from './route-lookup.js';

/** What get_first_msg_id gives for a module that is not there. */
const NO_ID = 0xffff;
/** Up to 26.06 the client index in a ping's reply is whatever was in memory. */
const FORGOTTEN_CLIENT_INDEX = 0x7f3a2c10;

/** VPP counts the NUL behind the text into the message, but not into the length of the string. */
const getApiJsonWithNul: CallDefinition<GetApiJson, GetApiJsonReply> = {
  ...getApiJson,
  reply: {
    ...getApiJsonReply,
    encode: (writer, header, fields) => {
      getApiJsonReply.encode(writer, header, fields);
      writer.u8(0);
    },
  },
};

/** Every request that is served, but those that make and end a connection. */
export function vppHandlers(vpp: Vpp, firstMessageId: (range: string) => number | null): Handler[] {
  const dialect = vpp.personality === 'modern' ? modernDialect : legacyDialect;
  return [
    onCall(controlPing, (_fields, { clientIndex }) => ({
      retval: 0,
      clientIndex: vpp.personality === 'modern' ? clientIndex : FORGOTTEN_CLIENT_INDEX,
      vpePid: vpp.identity.pid,
    })),
    onCall(getFirstMsgId, ({ name }) => {
      const id = firstMessageId(name);
      return { retval: id === null ? RETVAL.INVALID_VALUE : RETVAL.OK, firstMsgId: id ?? NO_ID };
    }),
    onCall(apiVersions, () => ({ retval: 0, apiVersions: [] })),
    onCall(getApiJsonWithNul, () => ({ retval: 0, json: apiJson(vpp.personality) })),
    // Answered to clients in shared memory only.
    onIgnored(memclntKeepalive),
    onCall(showVersion, () => ({
      retval: 0,
      program: 'vpe',
      version: vpp.identity.version,
      buildDate: vpp.identity.buildDate,
      buildDirectory: vpp.identity.buildDirectory,
    })),
    onCall(showVpeSystemTime, () => ({ retval: 0, vpeSystemTime: vpp.systemTime() })),
    onCall(showThreads, () => {
      const threadData = threadsOf(vpp);
      return { retval: 0, count: threadData.length, threadData };
    }),
    onDump(logDump, () => []),
    routeLookupHandler(vpp),
    onCall(cliInband, ({ cmd }) => vpp.cli(cmd)),
    ...lbReadHandlers(vpp, dialect),
    ...lbWriteHandlers(vpp, dialect),
  ];
}

/** The main thread, and the workers. */
function threadsOf(vpp: Vpp): ThreadData[] {
  return Array.from({ length: vpp.lb.state.flowTable.threadCount }, (_, id) => ({
    id,
    name: id === 0 ? 'vpp_main' : `vpp_wk_${id - 1}`,
    type: id === 0 ? '' : 'workers',
    pid: vpp.identity.pid + id,
    cpuId: id,
    core: id,
    cpuSocket: 0,
  }));
}
