import { ENCAP } from '../../support/lb-requests.js';
import type { ConformanceCase } from '../case.js';

const usage = (command: string, retval: number, reply: string) => ({
  op: 'cli' as const,
  command,
  retval,
  reply,
});

/** What VPP answers at its command line. */
export const commandCases: readonly ConformanceCase[] = [
  {
    name: 'commands that VPP does not have, or that it lacks a word of',
    steps: [
      usage('nonsense', -1, "unknown input `nonsense'\n"),
      usage('', -1, "unknown input `'\n"),
      usage('show', -1, "show: unknown input `'\n"),
      usage('show nonsense', -1, "show: unknown input `nonsense'\n"),
      usage('lb', -1, "lb: unknown input `'\n"),
      usage('lb flush', -1, "lb flush: unknown input `'\n"),
      usage('lb nonsense here', -1, "lb: unknown input `nonsense here'\n"),
      usage('lb vip', 0, ''),
      usage('lb as', 0, ''),
      usage('lb conf', 0, ''),
      usage('s', -1, "unknown input `'\n"),
    ],
  },
  {
    name: 'lb vip, wrongly used',
    steps: [
      usage('lb vip nonsense', -1, "lb vip: invalid vip prefix: 'nonsense'\n"),
      usage('lb vip 198.18.0.1', -1, "lb vip: invalid vip prefix: '198.18.0.1'\n"),
      usage('lb vip 198.18.0.1/33', -1, "lb vip: invalid vip prefix: '198.18.0.1/33'\n"),
      usage('lb vip 198.18.0.1/32 nonsense here', -1, "lb vip: parse error: 'nonsense here'\n"),
      usage('lb vip 198.18.0.1/32 delete', -1, "lb vip: parse error: 'ete'\n"),
      usage(
        'lb vip 198.18.0.1/32 quite a long line that nobody would want to see whole',
        -1,
        "lb vip: parse error: 'quite a long line that nobody ...'\n",
      ),
      usage('lb vip 198.18.0.1/32 new_len 1000', -1, 'lb vip: lb_vip_add error -70\n'),
      usage('lb vip 198.18.0.1/32 encap nat6', -1, 'lb vip: currently does not support NAT46\n'),
      usage('lb vip 2001:db8::1/128 encap nat4', -1, 'lb vip: currently does not support NAT64\n'),
      usage(
        'lb vip 198.18.0.1/32 dscp 3',
        -1,
        'lb vip: lb_vip_add error: should not configure dscp for none L3DSR.\n',
      ),
      usage(
        'lb vip 198.18.0.1/32 encap l3dsr dscp 64',
        -1,
        'lb vip: lb_vip_add error: dscp for L3DSR should be less than 64.\n',
      ),
      usage('lb vip 2001:db8::1/128 encap l3dsr dscp 3', -1, 'lb vip: lb_vip_add error -97\n'),
      usage('lb vip 198.18.0.1/32 del', -1, 'lb vip: lb_vip_find_index error -6\n'),
    ],
  },
  {
    name: 'lb as, wrongly used',
    steps: [
      { op: 'add-vip', vip: '198.18.1.1/32 tcp 443', retval: 0 },
      usage('lb as nonsense', -1, "lb as: invalid as address: 'nonsense'\n"),
      usage('lb as 198.18.1.1/32 nonsense', -1, "lb as: parse error: 'nonsense'\n"),
      usage('lb as 198.18.1.1/32 10.0.0.1', -1, 'lb as: lb_vip_find_index error -6\n'),
      usage('lb as 198.18.1.1/32 protocol tcp port 443', -1, 'lb as: No AS address provided\n'),
      usage(
        'lb as 198.18.1.1/32 protocol tcp port 443 10.0.0.1 weight 101',
        -1,
        'lb as: weight must be between 0 and 100\n',
      ),
      usage(
        'lb as 198.18.1.1/32 protocol tcp port 443 10.0.0.1 weight 1 del',
        -1,
        'lb as: weight and del are mutually exclusive\n',
      ),
      usage('lb as 198.18.1.1/32 protocol tcp port 443 2001:db8::1', -1, 'lb as: lb_vip_add_ass error -97\n'),
      usage('lb as 198.18.1.1/32 protocol tcp port 443 10.0.0.1 del', -1, 'lb as: lb_vip_del_ass error -6\n'),
    ],
  },
  {
    name: 'lb as, with several servers and with weights',
    steps: [
      { op: 'add-vip', vip: '198.18.1.2/32 tcp 443', with: { newFlowsTableLength: 16 }, retval: 0 },
      usage('lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.1 10.0.0.2 10.0.0.1', 0, ''),
      {
        op: 'servers',
        are: [
          '198.18.1.2/32 6 443 10.0.0.2 flags:1 weight:100 buckets:8',
          '198.18.1.2/32 6 443 10.0.0.1 flags:1 weight:100 buckets:8',
        ],
      },
      // Nothing of a refused command is done.
      usage(
        'lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.3 10.0.0.1',
        -1,
        'lb as: lb_vip_add_ass error -81\n',
      ),
      usage('lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.1 weight 0 flush', 0, ''),
      usage('lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.2 del flush', 0, ''),
      usage(
        'lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.1 10.0.0.4 weight 9',
        -1,
        'lb as: lb_vip_set_as_weight error -6\n',
      ),
      {
        op: 'servers',
        are: [
          '198.18.1.2/32 6 443 10.0.0.2 flags:0 weight:100 buckets:0',
          '198.18.1.2/32 6 443 10.0.0.1 flags:1 weight:9 buckets:16',
        ],
      },
      usage('lb as 198.18.1.2/32 protocol tcp port 443 10.0.0.2', 0, ''),
      {
        op: 'servers',
        are: [
          '198.18.1.2/32 6 443 10.0.0.2 flags:1 weight:100 buckets:8',
          '198.18.1.2/32 6 443 10.0.0.1 flags:1 weight:9 buckets:8',
        ],
      },
    ],
  },
  {
    name: 'lb conf',
    steps: [
      usage('lb conf ip4-src-address 10.0.0.99 ip6-src-address 2001:db8::99 buckets 2048 timeout 30', 0, ''),
      { op: 'conf', is: '10.0.0.99 2001:db8::99 2048 30' },
      usage('lb conf buckets-log2 12', 0, ''),
      { op: 'conf', is: '10.0.0.99 2001:db8::99 4096 30' },
      usage('lb conf buckets 1000', -1, 'lb conf: lb_conf error -70\n'),
      usage('lb conf buckets-log2 32', -1, 'lb conf: buckets-log2 value is too high\n'),
      usage('lb conf timeout 7 nonsense', -1, "lb conf: parse error: 'nonsense'\n"),
      { op: 'conf', is: '10.0.0.99 2001:db8::99 4096 30' },
    ],
  },
  {
    name: 'lb flush and the commands for interfaces',
    steps: [
      usage('lb flush vip nonsense', -1, "lb flush vip: invalid vip prefix: 'nonsense'\n"),
      usage('lb flush vip 198.18.1.3/32', -1, 'lb flush vip: lb_vip_find_index error -6\n'),
      usage('test lb flowtable flush', 0, ''),
      usage('lb set interface nat4 in local0', 0, ''),
      usage('lb set interface nat4 in local0 del', 0, ''),
      usage('lb set interface nat4 in nowhere', -1, "lb set interface nat4: unknown input 'in nowhere'\n"),
    ],
  },
  {
    name: 'numbers at the command line',
    steps: [
      { op: 'set-conf', conf: '192.0.2.254 2001:db8::fe 1024 40', retval: 0 },
      usage('lb conf timeout -1', 0, ''),
      { op: 'conf', is: '192.0.2.254 2001:db8::fe 1024 4294967295' },
      usage('lb conf timeout +0030', 0, ''),
      { op: 'conf', is: '192.0.2.254 2001:db8::fe 1024 30' },
      usage('lb conf timeout 2147483648', -1, "lb conf: parse error: 'timeout 2147483648'\n"),
      usage('lb conf timeout 0x10', -1, "lb conf: parse error: 'x10'\n"),
      usage('lb conf timeout - 1', -1, "lb conf: parse error: 'timeout - 1'\n"),
      usage('lb conf buckets-log2 -1', -1, 'lb conf: buckets-log2 value is too high\n'),
      { op: 'add-vip', vip: '198.18.2.1/32 tcp 443', retval: 0 },
      usage('lb as 198.18.2.1/32 protocol tcp port 443 10.0.0.1 weight +7', 0, ''),
      usage(
        'lb as 198.18.2.1/32 protocol tcp port 443 10.0.0.2 weight -7',
        -1,
        "lb as: parse error: 'weight -7'\n",
      ),
      // 65979 has the last 16 bits of 443.
      usage('lb as 198.18.2.1/032 protocol tcp port 65979 10.0.0.2 weight 0', 0, ''),
      {
        op: 'servers',
        are: [
          '198.18.2.1/32 6 443 10.0.0.1 flags:1 weight:7 buckets:1024',
          '198.18.2.1/32 6 443 10.0.0.2 flags:1 weight:0 buckets:0',
        ],
      },
    ],
  },
  {
    name: 'addresses at the command line',
    steps: [
      usage('lb vip 192.0.2.256/24', -1, "lb vip: invalid vip prefix: '192.0.2.256/24'\n"),
      usage('lb vip 192.0.2.1/', -1, "lb vip: invalid vip prefix: '192.0.2.1/'\n"),
      usage('lb vip 2001:db8::1/-1', -1, "lb vip: invalid vip prefix: '2001:db8::1/-1'\n"),
      usage('lb vip 2001:db8::1::2/64', -1, "lb vip: invalid vip prefix: '2001:db8::1::2/64'\n"),
      usage('lb vip 198.18.2.2 / 32 delay', -1, "lb vip: parse error: 'ay'\n"),
      { op: 'add-vip', vip: '198.18.2.3/32 tcp 443', retval: 0 },
      { op: 'add-vip', vip: '198.18.2.3/32 udp 443', retval: 0 },
      usage('lb as 198.18.2.3/32 protocol tcp port 443 10 . 0.0 .1 010.0.0.2 +10.0.0.3', 0, ''),
      usage('lb as 198.18.2.3/32 protocol tcp port 443 10.0.0.4.5', -1, "lb as: parse error: '.5'\n"),
      usage('lb as 198.18.2.3/32 protocol tcp port 443 10.0.0', -1, "lb as: parse error: '10.0.0'\n"),
      { op: 'add-vip', vip: '198.18.2.4/32 tcp 443', with: { encap: ENCAP.gre6 }, retval: 0 },
      usage(
        'lb as 198.18.2.4/32 protocol tcp port 443 :1:2:3:4:5:6:7:8 ::1:2:3:4:5:6:7:9 1:2:3:4:5:6:7:a: 2001:DB8::B',
        0,
        '',
      ),
      usage('lb as 198.18.2.4/32 protocol tcp port 443 2001:db8:::', -1, "lb as: parse error: ':'\n"),
      usage(
        'lb as 198.18.2.4/32 protocol tcp port 443 ::ffff:192.0.2.1',
        -1,
        "lb as: parse error: '.0.2.1'\n",
      ),
      usage('lb as 198.18.2.4/32 protocol tcp port 443 12345::', -1, "lb as: parse error: '12345::'\n"),
      {
        op: 'servers',
        are: [
          ...[1, 2, 3].map(
            (n) => `198.18.2.3/32 6 443 10.0.0.${n} flags:1 weight:100 buckets:${n === 1 ? 342 : 341}`,
          ),
          '198.18.2.4/32 6 443 1:2:3:4:5:6:7:8 flags:1 weight:100 buckets:256',
          '198.18.2.4/32 6 443 1:2:3:4:5:6:7:9 flags:1 weight:100 buckets:256',
          '198.18.2.4/32 6 443 1:2:3:4:5:6:7:a flags:1 weight:100 buckets:256',
          '198.18.2.4/32 6 443 2001:db8::b flags:1 weight:100 buckets:256',
        ],
      },
    ],
  },
];
