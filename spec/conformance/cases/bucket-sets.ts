export interface WeightSet {
  /** Weights of the servers in the order of their addresses, and how many in a row have each. */
  readonly weights: readonly (readonly [weight: number, times: number])[];
  /** Buckets in all. */
  readonly length: number;
  readonly ip6?: boolean;
  /** Addresses ascend, or descend, in the order in which the servers are added. */
  readonly order?: 'up' | 'down';
  /** Buckets of each server in the order of the addresses; equal ones in a row are counted. */
  readonly are: string;
}

/** Buckets that a VPP has given. */
export const bucketSets: readonly WeightSet[] = [
  { weights: [[1, 3]], length: 16, are: '6 5*2' },
  { weights: [[100, 3]], length: 16, are: '6 5*2' },
  {
    weights: [
      [2, 1],
      [1, 1],
    ],
    length: 8,
    are: '5 3',
  },
  { weights: [[7, 1]], length: 16, are: '16' },
  { weights: [[5, 2]], length: 1, are: '1 0' },
  { weights: [[5, 3]], length: 2, are: '1*2 0' },
  { weights: [[0, 2]], length: 16, are: '0*2' },
  { weights: [[100, 4]], length: 1024, are: '256*4' },
  { weights: [[100, 4]], length: 1024, order: 'down', are: '256*4' },
  {
    weights: [
      [50, 1],
      [100, 3],
    ],
    length: 1024,
    are: '150 292 291*2',
  },
  {
    weights: [
      [50, 1],
      [0, 1],
      [100, 2],
    ],
    length: 1024,
    are: '208 0 408*2',
  },
  {
    weights: [
      [50, 1],
      [0, 1],
      [100, 2],
      [50, 1],
    ],
    length: 1024,
    are: '181 0 331*2 181',
  },
  {
    weights: [
      [255, 1],
      [100, 1],
    ],
    length: 1024,
    are: '724 300',
  },
  {
    weights: [
      [10, 1],
      [100, 19],
    ],
    length: 1024,
    are: '10 54*7 53*12',
  },
  {
    weights: [
      [10, 1],
      [100, 19],
    ],
    length: 2048,
    are: '17 107*17 106*2',
  },
  {
    weights: [
      [10, 1],
      [100, 19],
    ],
    length: 4096,
    are: '30 214*19',
  },
  {
    weights: [
      [100, 10],
      [50, 10],
    ],
    length: 1024,
    are: '53*4 52*6 50*10',
  },
  {
    weights: [
      [2, 10],
      [1, 10],
    ],
    length: 1024,
    are: '69*4 68*6 34*10',
  },
  {
    weights: [
      [100, 10],
      [50, 10],
    ],
    length: 2048,
    are: '128*8 127*2 77*10',
  },
  {
    weights: [
      [100, 10],
      [50, 10],
    ],
    length: 4096,
    are: '260*6 259*4 150*10',
  },
  {
    weights: [
      [100, 10],
      [50, 10],
    ],
    length: 16_384,
    are: '1089*4 1088*6 550*10',
  },
  {
    weights: [
      [100, 1],
      [50, 1],
      [25, 1],
    ],
    length: 1024,
    are: '574 300 150',
  },
  {
    weights: [
      [4, 1],
      [2, 1],
      [1, 1],
    ],
    length: 1024,
    are: '585 293 146',
  },
  {
    weights: [
      [100, 50],
      [1, 10],
    ],
    length: 1024,
    are: '21*14 20*36 1*10',
  },
  { weights: [[1, 300]], length: 256, are: '1*256 0*44' },
  { weights: [[3, 300]], length: 256, are: '1*256 0*44' },
  {
    weights: [
      [100, 1],
      [1, 99],
    ],
    length: 256,
    are: '101 2*56 1*43',
  },
  {
    weights: [
      [1, 1],
      [2, 1],
      [3, 1],
      [5, 1],
      [8, 1],
      [13, 1],
      [21, 1],
      [34, 1],
    ],
    length: 512,
    are: '6 12 18 30 48 78 126 194',
  },
  { weights: [[100, 20]], length: 65_536, are: '3277*16 3276*4' },
  { weights: [[100, 200]], length: 65_536, are: '328*136 327*64' },
  { weights: [[255, 8]], length: 2048, are: '256*8' },
  { weights: [[1, 1]], length: 1_048_576, are: '1048576' },
  {
    weights: [
      [99, 1],
      [100, 2],
    ],
    length: 32_768,
    are: '10850 10959*2',
  },
  {
    weights: [
      [100, 1],
      [50, 1],
      [0, 1],
    ],
    length: 1024,
    ip6: true,
    are: '674 350 0',
  },
  { weights: [[100, 10]], length: 1024, ip6: true, are: '103*4 102*6' },
  {
    weights: [
      [1, 5],
      [255, 5],
    ],
    length: 4096,
    ip6: true,
    order: 'down',
    are: '4*5 816 815*4',
  },
];
