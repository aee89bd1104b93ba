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

/** Between two looks at the tree when nobody asks for a sign of life. */
const LOOK_MS = 10_000;
/** So often within the time that the service manager allows, which forgives two that are late. */
const LOOKS_PER_WATCHDOG = 3;

/** How long the tree may take for an answer, and how often it is looked at; `watchdogMs`: as the service manager wants it. */
export function lookEveryMs(watchdogMs: number | null): number {
  return watchdogMs === null ? LOOK_MS : Math.min(LOOK_MS, watchdogMs / LOOKS_PER_WATCHDOG);
}
