/** Servers by weight, and where flows go that nobody has seen before. */
export interface TableSet {
  /** Weights of the servers in the order of their addresses, and how many in a row have each. */
  readonly weights: readonly (readonly [weight: number, times: number])[];
  /** Buckets in all. */
  readonly length: number;
  readonly ip6?: boolean;
  /** Flows from the source ports 40000 and on: the end of the address of each one's server. */
  readonly go: string;
}

/** As a VPP does it: what is in the buckets of small tables, and of some of large ones. */
export const tableSets: readonly TableSet[] = [
  {
    weights: [[1, 3]],
    length: 16,
    go: '3 3 1 1 3 2 2 3 1 1 3 2 1 1 2 2 1 1 3 2 1 1 2 2 3 3 1 1 3 2 2 3 1 1 3 3 3 2 2 3 2 3 1 1 2 2 1 1 2 3 1 1 2 2 1 1 1 1 3 3 3 2 2 3',
  },
  {
    weights: [[100, 3]],
    length: 16,
    go: '1 2 2 1 3 3 1 1 1 2 3 1 2 2 3 3 1 2 3 1 2 2 3 3 1 2 2 1 3 3 1 1 1 2 2 1 1 1 3 3 1 3 2 1 3 3 2 2 1 3 2 1 3 3 2 2 1 2 2 1 1 1 3 3',
  },
  {
    weights: [
      [2, 1],
      [1, 1],
    ],
    length: 8,
    go: '2 1 1 2 1 1 1 2 1 1 1 2 2 1 1 2 1 1 1 2 2 1 1 2 2 1 1 2 1 1 1 2 2 1 1 2 2 1 1 1 2 1 1 1 2 1 1 2',
  },
  {
    weights: [
      [50, 1],
      [100, 3],
    ],
    length: 1024,
    go: '1 2 3 4 4 2 1 4 3 4 3 1 2 4 3 4 3 3 2 2 4 3 1 4 1 1 1 3 4 2 2 1 2 3 2 3 2 3 1 4 1 4 3 2 3 3 1 4 3 3 3 4 3 2 1 1 2 2 3 2 3 2 4 2 2 1 3 3 3 2 1 4 3 1 4 3 2 4 3 4 4 3 4 4 4 1 3 1 4 1 3 1 4 3 2 2',
  },
  {
    weights: [
      [50, 1],
      [0, 1],
      [100, 2],
    ],
    length: 1024,
    go: '4 3 1 4 1 3 1 4 1 3 4 4 3 4 3 4 3 3 1 4 4 4 4 4 3 4 3 3 4 4 1 4 4 3 3 3 3 3 3 4 3 1 3 4 3 4 4 3 1 3 4 4 4 4 1 3 4 3 4 3 3 4 4 1 1 4 3 3 4 1 4 4 3 1 1 1 1 1 3 4 4 3 4 1 3 1 3 4 1 3 4 3 4 4 3 4',
  },
  {
    weights: [
      [50, 1],
      [0, 1],
      [100, 2],
      [50, 1],
    ],
    length: 1024,
    go: '3 5 1 1 5 1 5 4 5 1 3 4 5 4 1 3 4 5 3 3 3 4 3 1 5 5 1 1 3 3 3 3 5 3 4 4 4 4 4 3 4 4 3 3 1 4 4 3 4 4 1 4 5 5 3 3 3 4 3 1 4 4 4 3 3 3 5 3 1 5 5 5 1 5 4 3 4 3 4 3 3 3 4 5 1 1 3 3 4 5 3 3 4 3 1 4',
  },
  {
    weights: [
      [100, 1],
      [50, 1],
      [0, 1],
    ],
    length: 1024,
    ip6: true,
    go: '1 2 1 1 1 1 1 1 1 2 2 1 1 2 2 2 2 2 1 1 2 1 1 1 2 1 2 2 1 2 1 1 1 1 1 1 1 1 1 1 1 2 2 1 1 1 1 2 2 1 1 1 2 2 2 1 1 1 1 2 1 1 1 2 1 1 2 1 1 1 1 2 1 1 1 1 1 1 1 1 1 2 2 1 2 1 1 2 2 2 1 2 2 1 1 1',
  },
  {
    weights: [
      [255, 1],
      [100, 1],
    ],
    length: 1024,
    go: '2 1 1 1 1 2 2 1 1 2 1 1 1 2 1 1 1 1 1 1 2 1 1 1 1 1 1 2 2 2 2 1 1 1 2 1 1 2 1 1 1 1 1 2 2 1 1 1 1 2 1 1 1 1 1 1 1 1 2 2 1 1 2 1 1 2 1 1 1 1 2 2 1 2 1 1 2 2 1 1 1 2 1 1 2 1 2 1 1 2 1 1 2 2 1 1',
  },
  {
    weights: [
      [10, 1],
      [100, 19],
    ],
    length: 1024,
    go: '12 9 17 12 7 3 14 5 8 20 5 14 19 20 5 5 9 2 18 10 8 16 3 12 14 12 9 17 18 8 8 14 18 19 18 16 14 13 4 3 18 8 8 18 10 16 2 6 18 10 1 4 15 2 9 15 13 5 16 3 10 16 19 5 18 11 4 3 11 19 20 19 4 18 20 9 11 13 11 15 3 7 20 8 3 5 7 11 14 12 4 7 14 12 14 3',
  },
  {
    weights: [[100, 20]],
    length: 65536,
    go: '10 11 1 5 2 15 20 19 3 19 12 10 15 11 12 6 15 4 14 20 14 19 13 18 14 9 19 10 1 2 15 10 16 14 17 12 15 18 16 13 2 1 11 18 10 3 9 16 14 1 17 1 4 9 9 17 5 16 15 14 4 9 20 19 9 20 10 10 5 13 2 8 1 6 1 8 13 5 14 15 18 12 19 12 16 6 20 13 16 15 10 20 6 18 5 2',
  },
  {
    weights: [[5, 2]],
    length: 1,
    go: '1 1 1 1 1 1 1 1',
  },
  {
    weights: [[5, 3]],
    length: 2,
    go: '2 1 1 2 1 2 2 1',
  },
  {
    weights: [[7, 1]],
    length: 16,
    go: '1 1 1 1 1 1 1 1',
  },
];
