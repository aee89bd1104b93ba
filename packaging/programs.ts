import { nodeFlags } from '../program/node-flags.js';

/** A Debian package of ours. */
export type DebianPackage = 'vpp-maglevd' | 'vpp-maglev';

/** A program, and where it is installed. */
export interface Program {
  readonly name: 'maglevd' | 'maglevc' | 'maglevt' | 'maglev-vppsim' | 'maglevd-frontend';
  readonly package: DebianPackage;
  /** 8: for whoever runs a machine, in /usr/sbin; 1: for everybody, in /usr/bin. */
  readonly section: 1 | 8;
}

/** How Node is told to run it. */
export function nodeFlagsOf(name: Program['name']): readonly string[] {
  return name === 'maglevd' ? nodeFlags : [];
}

/** Every program of bin/; a spec holds the two equal, and each has a man page. */
export const programs: readonly Program[] = [
  { name: 'maglevd', package: 'vpp-maglevd', section: 8 },
  { name: 'maglev-vppsim', package: 'vpp-maglevd', section: 1 },
  { name: 'maglevc', package: 'vpp-maglev', section: 1 },
  { name: 'maglevt', package: 'vpp-maglev', section: 1 },
  // It needs no daemon on its own machine.
  { name: 'maglevd-frontend', package: 'vpp-maglev', section: 8 },
];
