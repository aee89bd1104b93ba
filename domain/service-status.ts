/** How the whole tree is, for the service manager. */
export interface ServiceStatus {
  readonly vpp: 'connected' | 'away' | 'disabled';
  readonly frontends: number;
  readonly frontendsDown: number;
}

/** `VPP connected, 40 frontends, 2 down` */
export function statusText({ vpp, frontends, frontendsDown }: ServiceStatus): string {
  const link = { connected: 'VPP connected', away: 'VPP not connected', disabled: 'VPP disabled' }[vpp];
  const count = `${frontends} frontend${frontends === 1 ? '' : 's'}`;
  return `${link}, ${count}, ${frontendsDown === 0 ? 'none' : frontendsDown} down`;
}
