import type { RpcAddress } from '../rpc/address.js';
import type { StatusInfo } from '../rpc/generated/maglev.js';
import { stateSpan } from './state-text.js';
import { type Line, plain, styled } from './text.js';

/** The machine that a daemon is on, without its domain. */
export function hostOf(address: RpcAddress, hostname: string): string {
  const own = hostname.split('.')[0] ?? '';
  if (address.kind === 'unix') return own;
  const { host } = address;
  if (host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.')) return own;
  return /^[\d.]+$|:/.test(host) ? host : (host.split('.')[0] ?? host);
}

/** `lb1 [VPP equal, 2 down]> `; without a status, nobody knows. */
export function promptText(host: string, status: StatusInfo | null): Line {
  if (status === null) return [plain(`${host} [`), styled('no maglevd', 'bad'), plain(']> ')];
  const { vpp, standing, backends, frontends } = status;
  const state = vpp?.state === 'connected' ? (standing?.state ?? 'unknown') : (vpp?.state ?? 'unknown');
  const counts = [
    [frontends.filter((one) => one.state === 'down').length, 'frontends down', 'frontend down'],
    [backends.filter((one) => one.state === 'down').length, 'down', 'down'],
    [backends.filter((one) => one.doubt !== undefined).length, 'in doubt', 'in doubt'],
  ] as const;
  const parts = counts.flatMap(([count, many, one]) =>
    count === 0
      ? []
      : [plain(', '), styled(`${count} ${count === 1 ? one : many}`, many === 'in doubt' ? 'warn' : 'bad')],
  );
  return [plain(`${host} [VPP `), stateSpan(state), ...parts, plain(']> ')];
}
