import type { FrontendNode } from './site.js';

/** A server's part of the new-flow table. */
export interface Segment {
  readonly name: string;
  /** 0..1 */
  readonly share: number;
  /** Stands in the bar and beside the server's name, so that nobody needs the colours. */
  readonly letter: string;
  /** 0..TINTS-1; TINTS: many servers together. */
  readonly tint: number;
}

export const TINTS = 6;

/** More parts than these cannot be told apart. */
const MOST = 26;

/** `A`, `B`, … by the place of a server among all of its frontend; nothing behind the alphabet. */
export function letterAt(index: number): string {
  return index < MOST ? String.fromCharCode(65 + index) : '';
}

/** The place of a backend among all members of a frontend, in the order of the config; -1: it is none. */
export function placeIn(node: FrontendNode, pool: string, backend: string): number {
  let index = 0;
  for (const { name, members } of node.pools) {
    for (const member of members.keys()) {
      if (name === pool && member === backend) return index;
      index++;
    }
  }
  return -1;
}

/** Who gets new flows, in the order of the config: by VPP's buckets where they are known, otherwise by the decision. */
export function segmentsOf({ pools }: FrontendNode): readonly Segment[] {
  const all = pools.flatMap(({ members }) => [...members.values()]);
  const total = all.reduce((sum, { buckets }) => sum + (buckets ?? 0), 0);
  const parts = all
    .map((member, index) => ({
      name: member.backend,
      share: total > 0 ? (member.buckets ?? 0) / total : (member.shareGiven ?? 0),
      letter: letterAt(index),
      tint: index % TINTS,
    }))
    .filter(({ share }) => share > 0);
  if (parts.length <= MOST) return parts;
  const rest = parts.splice(MOST - 1);
  const share = rest.reduce((sum, part) => sum + part.share, 0);
  return [...parts, { name: `${rest.length} others`, share, letter: '…', tint: TINTS }];
}
