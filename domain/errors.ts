/**
 * The catalogue of errors that a person can meet. The text is what to do, unless the place where the error is made knows
 * better; the sentence of what happened is given there, because it names the thing. docs/errors.md lists every code,
 * and a spec keeps that list equal to this one.
 */
export const errorCatalogue = {
  MGL_INTERNAL: 'This is a bug in vpp-maglev: please report it with the log around it.',
  MGL_ACTOR_STOPPED: 'The part that should have answered was stopped or restarted; try again.',
  MGL_ACTOR_CRASHED:
    'The part that should have answered failed and is being restarted; look for actor-crash in the log.',
  MGL_ASK_TIMEOUT:
    'Try again; if it keeps happening, look at the log at level debug for what the daemon waits for.',
  MGL_MAILBOX_FULL: 'The daemon is overloaded with requests; slow down and try again.',
  MGL_CONFIG_READ: 'Check the path, and that the user of maglevd may read the file.',
  MGL_CONFIG_PARSE: 'Correct the place that is named; docs/config-guide.md lists every key.',
  MGL_CONFIG_SEMANTIC: 'Correct the values that are named; docs/config-guide.md explains the rules.',
  MGL_FRONTEND_UNKNOWN: 'List the names with `maglevc show frontends`.',
  MGL_BACKEND_UNKNOWN: 'List the names with `maglevc show backends`.',
  MGL_POOL_UNKNOWN: 'List the pools with `maglevc show frontend <name>`.',
  MGL_FLOW_NO_VIP: 'List the VIPs of VPP with `maglevc show vpp lbstate`.',
  MGL_HEALTHCHECK_UNKNOWN: 'List the names with `maglevc show healthchecks`.',
  MGL_BACKEND_DISABLED: 'Enable it first: `maglevc set backend <name> enable`.',
  MGL_ADMIN_OFF: 'Give maglevd-frontend users, as docs/dashboard.md says, or use maglevc.',
  MGL_STREAMS_FULL: 'Close pages of the dashboard that nobody looks at, or start another maglevd-frontend.',
  MGL_ACTOR_UNKNOWN: 'List them with `maglevc show actors`.',
  MGL_SUBSCRIPTION_ENDED: 'Subscribe again, starting after the last event that you received.',
  MGL_VPP_DISABLED: 'Start maglevd with --vpp-api-addr to let it talk to VPP.',
  MGL_VPP_DISCONNECTED: 'Check that VPP runs and that maglevd may open its API socket; maglevd keeps trying.',
  MGL_VPP_CONNECT:
    'Check that VPP runs, the path of --vpp-api-addr, and that maglevd is in the group of the socket.',
  MGL_VPP_GOVERNED:
    'End the other maglevd, or leave this one as its spare: it takes over when the other one ends.',
  MGL_VPP_INCOMPATIBLE:
    'Install VPP 26.10 or newer with its lb plugin enabled; older releases lack these messages.',
  MGL_VPP_TIMEOUT: 'VPP did not answer in time; maglevd reads back what VPP has and tries again.',
  MGL_VPP_RETVAL: 'VPP refused the request; the message says what its code means.',
  MGL_VPP_PROTOCOL:
    "What answered is not VPP's binary API: check that --vpp-api-addr names VPP's API socket, and which VPP that is.",
  MGL_VPP_GUARD:
    'The request would crash or corrupt VPP, so it was not sent; correct the value that is named.',
  MGL_VPP_MEMORY:
    'Use a shorter new-flows-table-length or fewer sticky-buckets-per-core, or give VPP a larger main-heap-size and restart it.',
  MGL_VPP_PAUSED: "Look in VPP's log for why it died; `maglevc sync vpp lbstate` ends the pause at once.",
  MGL_VPP_ENCODE: 'The value that is named does not fit the message, so nothing was sent; correct it.',
  MGL_STATS_DISABLED: 'Start maglevd with --vpp-stats-addr to let it read the counters of VPP.',
  MGL_VPPS_DIFFER: 'Compare the configs of the two maglevds, and check that both are in sync.',
  MGL_VPP_SYNC: 'Part of a sync failed; the log names each change. It is repeated at the next sync interval.',
  MGL_USAGE: 'Run the command with --help.',
  MGL_LEFT_ALONE: 'Leave at least one backend in service, or run it without --careful.',
  MGL_WAIT: 'Look at `maglevc show status`; to wait longer, give a time, as in `for 10m`.',
  MGL_TLS_FILES: 'Give --tls-cert and --tls-key a certificate and the key that belongs to it, both in PEM.',
  MGL_UNAUTHENTICATED: 'Say who you are: with a token, a certificate, or through a unix socket.',
  MGL_DENIED:
    'Use credentials with the role that this needs; maglev.access in the config says who has which role.',
  MGL_ORIGIN:
    'Open the page from maglevd itself, by an address, localhost, or a name that --http-addr has; programs send no Origin.',
  MGL_HTTP_REQUEST:
    'Send it as docs/api.md shows: POST, content-type application/json, the fields of the request as a JSON object.',
  MGL_REQUEST_INVALID: 'Correct the field that is named; rpc/maglev.proto describes every field.',
  MGL_SERVER_UNREACHABLE:
    'Check that maglevd runs and listens there; --server or MAGLEV_SERVER names another address.',
  MGL_SERVER_TLS:
    'Give --tls-ca the authority that signed the certificate of maglevd, or no TLS flag where it serves without TLS.',
  MGL_SERVER_DENIED: 'Use credentials that maglevd accepts for this request.',
  MGL_SERVER_UNSUPPORTED: 'Check that maglevd listens there, and that it is as new as this client.',
  MGL_LISTEN: 'Correct what the message names, or choose another address.',
  MGL_OUTPUT:
    'Make room there, or write it elsewhere. The command itself may have been carried out all the same.',
  MGL_STATS_CONNECT:
    'Check that VPP runs, the path of --vpp-stats-addr, and that maglevd is in the group of the socket.',
  MGL_STATS_LAYOUT:
    "Check VPP's release against those that the user guide names; if it is one of them, restart VPP.",
  MGL_STATS_BUSY: 'VPP is busy with a large change; the counters are read again at the next interval.',
  MGL_STATS_STALE: 'VPP has ended or hangs; maglevd opens the segment again as soon as VPP is back.',
  MGL_STATS_INDEXES:
    'Compare what `vppctl show lb vips verbose` prints with the releases of VPP that the user guide names.',
  MGL_VPP_TEXT:
    "Let VPP accept `cli_inband` from maglevd: only VPP's text tells which VIPs are sticky, and which counters are whose.",
  MGL_SYNC_UNKNOWN: 'List the syncs that are kept with `maglevc show vpp syncs`.',
  MGL_LINUX_UNSUPPORTED:
    'Run it on Linux (x64 or arm64), installed with npm so that the optional packages of koffi are there.',
  MGL_SYSCALL:
    'The message names what failed and why; check permissions, capabilities and limits of the process.',
  MGL_NETNS_MISSING:
    'Create it with `ip netns add`, or correct healthchecker.netns; until then no backend is judged.',
  MGL_NETNS_PERMISSION:
    'Give maglevd CAP_SYS_ADMIN, or leave healthchecker.netns empty; until then no backend is judged.',
  MGL_ICMP_PERMISSION:
    'Give maglevd CAP_NET_RAW, or put its group into net.ipv4.ping_group_range; until then ICMP judges no backend.',
  MGL_API_FILE: 'Give the folder in which VPP installs its *.api.json files, and modules that are in it.',
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error that is meant for people and programs: a stable code, what happened, and what to do about it. */
export class MaglevError extends Error {
  override readonly name = 'MaglevError';
  readonly code: ErrorCode;
  /** What the reader can do, one sentence or two. */
  readonly advice: string;

  /** `advice`: where the place knows better than the catalogue what helps. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly advice?: string } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.advice = options.advice ?? errorCatalogue[code];
  }
}

/** Anything thrown, as a MaglevError: itself if it is one, otherwise MGL_INTERNAL with the original as cause. */
export function asMaglevError(thrown: unknown): MaglevError {
  if (thrown instanceof MaglevError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new MaglevError('MGL_INTERNAL', text, { cause: thrown });
}

/** What anything thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
