import type { AsOptions, VipOptions, VipText } from '../support/lb-requests.js';
import type { PacketBurst } from './packet-burst.js';
import type { WireProbe } from './wire-probes.js';

/** One thing to ask of a VPP, and the answer that is right. */
export type Step =
  | { readonly op: 'add-vip'; readonly vip: VipText; readonly with?: VipOptions; readonly retval: number }
  | { readonly op: 'del-vip'; readonly vip: VipText; readonly retval: number }
  | {
      readonly op: 'add-as';
      readonly vip: VipText;
      readonly server: string;
      readonly with?: AsOptions;
      readonly retval: number;
    }
  | {
      readonly op: 'del-as';
      readonly vip: VipText;
      readonly server: string;
      readonly flush?: boolean;
      readonly retval: number;
    }
  | {
      readonly op: 'weight';
      readonly vip: VipText;
      readonly server: string;
      readonly weight: number;
      readonly flush?: boolean;
      readonly retval: number;
    }
  | { readonly op: 'flush'; readonly vip: VipText; readonly retval: number }
  /** `ip4 ip6 buckets timeout`; `keep` stands for ~0. */
  | { readonly op: 'set-conf'; readonly conf: string; readonly retval: number }
  | { readonly op: 'conf'; readonly is: string }
  /** The rows of lb_vip_dump about the prefixes that the case has used. */
  | { readonly op: 'vips'; readonly are: readonly string[] }
  /** The rows of lb_as_v2_dump about the prefixes that the case has used. */
  | { readonly op: 'servers'; readonly are: readonly string[] }
  /** The rows of lb_as_v2_dump with the filter of one VIP. */
  | { readonly op: 'filtered'; readonly vip: VipText; readonly are: readonly string[] }
  /** Buckets of the servers of a VIP in use, by address: `3277*16 3276*4`. */
  | { readonly op: 'buckets'; readonly vip: VipText; readonly are: string }
  | { readonly op: 'cli'; readonly command: string; readonly retval: number; readonly reply: string }
  /** What `show lb vips verbose` says of the live VIP; indexes are left out. */
  | { readonly op: 'shown'; readonly vip: VipText; readonly are: readonly string[] }
  /** What `show lb` says of the flow tables of all threads. */
  | { readonly op: 'tables'; readonly are: readonly string[] }
  /** Sends packets; the end of the address of each one's server, `-` for nobody. */
  | { readonly op: 'packets'; readonly burst: PacketBurst; readonly go: string }
  /** Sends packets; what the stats segment counts more afterwards. `vip` null: VIP 0. */
  | {
      readonly op: 'counted';
      readonly burst: PacketBurst;
      readonly vip: VipText | null;
      readonly are: readonly string[];
    }
  /** What ip_route_lookup finds in table 0: prefix and kind of path, or the return code. */
  | { readonly op: 'route'; readonly to: string; readonly exact?: boolean; readonly is: string }
  /** Load-balance objects of the routes to exactly these prefixes; the same on every VPP that was just started. */
  | { readonly op: 'objects'; readonly of: readonly string[]; readonly are: string }
  /** How many columns each counter of the stats segment has; `-` when there is no such counter. */
  | { readonly op: 'columns'; readonly of: readonly string[]; readonly are: string }
  | { readonly op: 'wait'; readonly seconds: number }
  /** What happens on the connection itself. */
  | { readonly op: 'wire'; readonly probe: WireProbe; readonly is: string };

/**
 * Steps that can be taken on any VPP of 26.10 or later that nobody else uses; cases do not share prefixes, so they can be
 * taken one behind the other.
 */
export interface ConformanceCase {
  readonly name: string;
  /** Takes minutes of VPP's time. */
  readonly slow?: boolean;
  readonly steps: readonly Step[];
}

/** A request or packet that VPP dies of, or that it is not what it was after, behind steps that do it no harm. */
export interface LethalCase extends ConformanceCase {
  /** The last thing that VPP does. */
  readonly lethal: Step;
  /** What the simulator calls its death; null: it survives. */
  readonly rule: string | null;
  /** Seconds until VPP is dead at the latest; default 3. */
  readonly within?: number;
}

/** What a step should give and what it gave, both as text. */
export interface Outcome {
  readonly step: string;
  readonly expected: string;
  /** null: could not be looked at, because the stats segment was not given. */
  readonly found: string | null;
}
