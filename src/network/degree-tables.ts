/** Measured numbers of links of a node, as cumulative probabilities of 1, 2, 3, … links. */

/** A distribution of degrees. */
export interface DegreeTable {
  /** What is counted: links a node opens itself, or all it has. */
  readonly counts: 'outbound' | 'total';
  /** Probability of at most 1, 2, 3, … links; the last is 1. */
  readonly cdf: readonly number[];
}

/** Share of nodes with `from` to `to` links, each number of links as likely. */
type Bin = readonly [from: number, to: number, share: number];

function cdfOfBins(bins: readonly Bin[]): number[] {
  const cdf: number[] = [];
  let below = 0;
  for (const [from, to, share] of bins) {
    for (let links = from; links <= to; links++) {
      cdf.push(below + (share * (links - from + 1)) / (to - from + 1));
    }
    below += share;
  }
  cdf[cdf.length - 1] = 1;
  return cdf;
}

/**
 * Published tables. Outbound: Aoki, Otsuki, Kaneko, Banno & Shudo, SimBlock: a blockchain network
 * simulator, 2019 (its settings, after Miller et al., Discovering Bitcoin's public topology, 2015).
 * Total: Gervais et al., On the security and performance of proof of work blockchains, 2016 (shares
 * of nodes with 1-5, 6-10, 11-15, 16-20, 21-30 and 31-125 links in its simulator).
 */
export const DEGREE_TABLES = {
  'bitcoin-2015': {
    counts: 'outbound',
    cdf: [
      0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.97, 0.98,
      0.99, 0.995, 1,
    ],
  },
  litecoin: {
    counts: 'outbound',
    cdf: [
      0.01, 0.02, 0.04, 0.07, 0.09, 0.14, 0.2, 0.28, 0.39, 0.5, 0.6, 0.69, 0.76, 0.81, 0.85, 0.87,
      0.89, 0.92, 0.93, 1,
    ],
  },
  dogecoin: { counts: 'outbound', cdf: [0, 0, 0, 0, 0, 0, 0, 1] },
  'gervais-2016': {
    counts: 'total',
    cdf: cdfOfBins([
      [1, 5, 0.1],
      [6, 10, 0.4],
      [11, 15, 0.3],
      [16, 20, 0.13],
      [21, 30, 0.06],
      [31, 125, 0.01],
    ]),
  },
} as const satisfies Readonly<Record<string, DegreeTable>>;

/** Names of the published tables. */
export const DEGREE_TABLE_NAMES = [
  'bitcoin-2015',
  'litecoin',
  'dogecoin',
  'gervais-2016',
] as const satisfies readonly (keyof typeof DEGREE_TABLES)[];
