/** The ledger, the network under it and what a run writes of them. */
import {
  bandwidth,
  boolean,
  bytes,
  choice,
  duration,
  fraction,
  group,
  integer,
  list,
  number,
  type OptionSet,
  points,
  power,
  text,
} from '../../base/options.ts';

/** Ledger: what a block may carry and how it is secured. */
export const LEDGER = {
  crypto: choice(
    ['modelled', 'real'],
    'modelled',
    'Ed25519, or a hash that is charged the same time',
  ),
  model: choice(
    ['account', 'utxo'],
    'account',
    'Balances with contracts, or coins; coins only without a market',
  ),
  utxo: group({
    coins: integer(8, { min: 1, max: 256, doc: 'Coins in which a member gets its grant' }),
    coinSelection: choice(
      ['chain', 'bnb', 'largestFirst', 'randomImprove'],
      'chain',
      'How wallets choose coins',
    ),
    addressReuse: fraction('20 %', { doc: 'Share of payments and change to a key used before' }),
    dust: points('0.000001 pt', { doc: 'Least amount of an output' }),
    feeBurn: fraction('0 %', { doc: 'Share of fees that is burned' }),
    spentMarker: duration('1 d', { doc: 'How long a double spend is told from a missing coin' }),
  }),
  anchoring: choice(
    ['root', 'full'],
    'root',
    'What the chain keeps of meter reads: the root over a slot, or every one',
  ),
  prune: duration('0 s', {
    doc: 'Age at which a full node drops the body of a block; 0 keeps all',
  }),
  membership: choice(
    ['consortium', 'public', 'private'],
    'consortium',
    'Members only; anybody; members only, and all full nodes of one organisation',
  ),
  keyLifetime: duration('0 s', { doc: 'After which a member takes another key; 0 is never' }),
  verifyTime: duration('150 us', { doc: 'CPU time of one signature check on a full node' }),
  bytesPerSecond: number(166_667, {
    min: 1,
    doc: 'Cap on block bytes a second, the same in every arm',
  }),
  gasPerSecond: number(10_000_000, { min: 1, doc: 'Cap on gas a second, the same in every arm' }),
  gasPrice: integer(0, { min: 0, doc: 'Micro-points per gas' }),
  minTip: points('0 pt', { doc: 'Least tip for which full nodes keep a transaction of a home' }),
  poolMax: group(
    {
      transactions: integer(0, { min: 0, doc: 'Transactions; 0 is no limit' }),
      size: bytes('0 B', { doc: 'Their bytes; 0 is no limit' }),
    },
    'What may wait at a full node at most',
  ),
  background: bytes('0 B', { doc: 'Other traffic that every block carries; holds no transaction' }),
  loadScale: integer(1, {
    min: 1,
    max: 10_000,
    doc: 'Identical communities on this chain; one of them is simulated in full',
  }),
  maxUnfinalBlocks: integer(100_000, {
    min: 8,
    doc: 'Limit on blocks kept above the last final one',
  }),
} satisfies OptionSet;

/** Full nodes and links; topology is a plug-in beside these. */
export const NETWORK = {
  nodes: integer(21, {
    min: 1,
    max: 20_000,
    doc: 'Full nodes; light clients attach to node i mod n',
  }),
  batching: duration('200 ms', { doc: 'Transactions are announced in inventories this far apart' }),
  clientLatency: duration('20 ms', { doc: 'Median one-way latency of a light client to its node' }),
  bandwidth: bandwidth('20 Mbit/s', { doc: 'Of a link' }),
  idlePower: power('50 W', { doc: 'Of one full node, with network and cooling' }),
  outageEvery: duration('0 s', { doc: 'Mean time between outages of a full node; 0 is never' }),
  outageLasts: duration('10 min', { min: 1_000_000, doc: 'Mean length of an outage' }),
  outages: list(
    group({
      node: text(undefined, 'Full node, e.g. node-003'),
      from: duration(undefined, { doc: 'After the start of delivery' }),
      to: duration(undefined, { doc: 'When it is up again' }),
    }),
    [],
    { doc: 'Planned outages of full nodes' },
  ),
  partitions: list(
    group({
      from: duration(undefined, { doc: 'After the start of delivery' }),
      to: duration(undefined, { doc: 'When it heals' }),
      side: list(text(), undefined, { min: 1, doc: 'Full nodes cut off from all others' }),
    }),
    [],
    { doc: 'Splits of the network into two sides' },
  ),
  loss: fraction('0 %', { max: 0.9, doc: 'Probability that a message is lost and sent again' }),
  retransmitAfter: duration('200 ms', { min: 1_000, doc: 'Wait before a lost message is resent' }),
  clockSkew: duration('0 s', { doc: 'Standard deviation of constant clock errors of nodes' }),
} satisfies OptionSet;

/** What a run writes beside the tables. */
export const OUTPUT = {
  ledger: boolean(true, 'Write ledger.bin'),
  study: boolean(
    false,
    'Study the ledger of a chain alone: parallel width of blocks, clustering of addresses',
  ),
} satisfies OptionSet;
