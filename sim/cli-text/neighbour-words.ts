/**
 * Words of VPP's command line that the simulator has no commands for, but that make short forms of those it has ambiguous:
 * `sh` is show, `s` is not.
 */
export const neighbourWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['classify', 'create', 'l2', 'l2fib', 'loopback', 'macro', 'save', 'session', 'sr', 'tcp', 'trace']],
  ['show', ['l2', 'l2fib', 'load-balance', 'logging', 'mfib', 'mode', 'mpls', 'virtio', 'vlib']],
  ['clear', ['errors', 'interfaces', 'logging', 'node', 'runtime', 'trace']],
  ['test', ['dma', 'ip6', 'l2fib', 'log', 'syslog']],
]);
