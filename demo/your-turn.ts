/** Where the programs of a running demo are reached. */
export interface Places {
  readonly grpc: string;
  readonly socket: string;
  readonly config: string;
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Commands to paste into a second terminal: to look, to break something, and to mend it. */
export function suggestions({ grpc, socket, config, addresses, port }: Places): string {
  const maglevc = `node out/bin/maglevc.js --server ${grpc}`;
  const vpp = `node out/bin/maglev-vppsim.js --socket ${socket} --cli`;
  return `In a second terminal, in this folder. Look:
  ${maglevc} show frontends
  ${maglevc} show backend web0
  ${maglevc} show vpp lb counters
  ${vpp} 'show maglev-vppsim traffic'
Take a server out, and put it back:
  ${maglevc} set backend web0 pause
  ${maglevc} set backend web0 resume
Break a web server, and mend it:
  curl http://${addresses[1]}:${port}/break
  curl http://${addresses[1]}:${port}/mend
Restart VPP, which forgets everything; let it hang for ten seconds:
  ${vpp} 'set maglev-vppsim fault restart:2s@1s'
  ${vpp} 'set maglev-vppsim fault hang:10s@1s'
Remove a VIP behind the back of maglevd:
  ${vpp} 'lb vip 192.0.2.10/32 protocol tcp port 80 del'
Edit ${config}, then:
  ${maglevc} config check
  ${maglevc} config reload
What maglevd does about it is told here. Ctrl-C ends everything.`;
}
