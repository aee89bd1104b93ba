import type { Command } from './cli-text/command.js';
import type { Forwarder } from './forward/forwarder.js';

/** A command that no VPP has: what is relayed for real clients. */
export function forwardCommands(forwarder: Forwarder): Command[] {
  return [
    {
      path: 'show maglev-vppsim forward',
      run: (_input, { print }) => {
        const { forwarded, not } = forwarder.list();
        for (const { name, relayed } of forwarded) {
          print(`${name}, ${relayed.now} now`);
          for (const [server, count] of [...relayed.servers].sort()) print(`  ${server}  ${count}`);
        }
        for (const { vip, why } of not) print(`${vip} is not forwarded: ${why}`);
        return null;
      },
    },
  ];
}
