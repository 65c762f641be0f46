/**
 * The scenario's keys as values: what may be set, in which unit, within which limits, and its
 * default. Everything else (validation, defaults, JSON Schema, `peerwatt init`, the docs table and
 * the TypeScript type) is derived from here. Names of keys: docs/nomenclature.md.
 */
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
  type OptionValues,
  optional,
  points,
  power,
  price,
  text,
} from '../base/options.ts';

/** A plug-in named in a scenario, with its options resolved. */
export interface PluginChoice {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Horizon: when, how long, and in which steps. `windows` replaces `start` and `days`. */
export const HORIZON = {
  start: optional(text(undefined, 'Local start with offset, e.g. 2024-06-03T00:00+08:00')),
  days: optional(integer(undefined, { min: 1, max: 3660, doc: 'Length in local days' })),
  windows: optional(
    list(
      group({
        start: text(undefined, 'Local start of this window with offset'),
        days: integer(undefined, { min: 1, max: 3660, doc: 'Length in local days' }),
      }),
      undefined,
      { min: 1, doc: 'Several independent runs of one scenario' },
    ),
  ),
  interval: duration('15 min', { min: 60e6, max: 3.6e9, doc: 'Delivery slot; divides an hour' }),
  physicsStep: duration('5 min', {
    min: 1e6,
    max: 3.6e9,
    doc: 'Step of physics; divides the interval',
  }),
  history: integer(7, { min: 0, max: 60, doc: 'Days of physics before the start, for forecasts' }),
  warmUp: duration('2 h', { doc: 'Left out of throughput and latency' }),
  span: optional(duration(undefined, { min: 1_000_000, doc: 'Ends a run of the chain alone' })),
  blocks: optional(
    integer(undefined, { min: 1, doc: 'Ends a run of the chain alone above this height' }),
  ),
  drain: duration('6 h', { doc: 'How long the chain may run on after the last slot' }),
} satisfies OptionSet;

/** Physics beyond the homes' own data. */
export const ENERGY = {
  batteryDispatch: choice(
    ['self-consumption', 'idle'],
    'self-consumption',
    'Rule of home batteries',
  ),
} satisfies OptionSet;

/** Grid: feeder, losses and the tariff of the slack. */
export const GRID = {
  powerFactor: fraction('0.95', { min: 0.1, doc: 'Of every load; inverters run at 1' }),
  powerFlow: choice(['step', 'slot'], 'step', 'How often the feeder is solved'),
  tariff: group({
    peak: price('0.85 pt/kWh', { doc: 'Retail 10-12 h and 17-22 h' }),
    flat: price('0.60 pt/kWh', { doc: 'Retail in other hours' }),
    valley: price('0.35 pt/kWh', { doc: 'Retail 23-7 h' }),
    feedIn: price('0.30 pt/kWh', { doc: 'Paid for export without a trade' }),
    wheeling: price('0.03 pt/kWh', { doc: 'Network charge of a local trade' }),
    wholesale: price('0.30 pt/kWh', { doc: 'Marginal cost of energy at the slack, for welfare' }),
  }),
  emission: number(0.5366, { min: 0, doc: 'kg CO2 per kWh at the slack' }),
  carbonPrice: number(0.08, { min: 0, doc: 'Points per kg CO2, for welfare' }),
} satisfies OptionSet;

/** Meters and the way of their reads. */
export const METERING = {
  class: fraction('1 %', { max: 0.1, doc: 'Accuracy class: uniform gain error' }),
  readNoise: fraction('0.2 %', { max: 0.1, doc: 'Standard deviation of the error of one read' }),
  headClass: fraction('0.2 %', { max: 0.1, doc: 'Class of the feeder-head meter' }),
  resolution: integer(10, { min: 1, max: 1000, doc: 'Register resolution in Wh' }),
  loss: fraction('0.5 %', { doc: 'Probability that a read is lost' }),
  delayMedian: duration('20 s', { doc: 'Median of the lognormal read delay' }),
  delaySigma: number(0.8, { min: 0, max: 3, doc: 'Shape of the lognormal read delay' }),
  clockDrift: duration('2 s', { doc: 'Standard deviation of clock drift a day' }),
  batchDelay: duration('20 min', { doc: 'From the slot end to the batch that reports it' }),
  faults: fraction('0 %', { doc: 'Share of honest homes whose meter develops a fault' }),
  spotChecks: integer(0, {
    min: 0,
    max: 1000,
    doc: 'Readings of a slot that the head-end is asked to show on the chain',
  }),
} satisfies OptionSet;

/** Market: product, times, agents' behaviour. */
export const MARKET = {
  gateClosure: duration('5 min', { min: 1e6, doc: 'Last inclusion before delivery' }),
  leadTimeMax: duration('30 min', { doc: 'Earliest sending before delivery' }),
  leadTimeMin: duration('10 min', { doc: 'Latest sending before delivery' }),
  orders: choice(
    ['open', 'commit-reveal'],
    'open',
    'Whether others see an order before the book is closed',
  ),
  revealWindow: duration('2 min', { min: 1e6, doc: 'Before the gate, to open sealed orders' }),
  clearing: choice(
    ['off-chain', 'on-chain'],
    'off-chain',
    'Where the book is cleared: at the centre, with a check of the result on the chain, or there',
  ),
  collar: boolean(true, 'Confine prices to [feed-in, retail - wheeling]'),
  bondRate: fraction('10 %', { doc: 'Seller bond as a share of its order value' }),
  bilateralPairs: fraction('10 %', { doc: 'Share of prosumers with a standing neighbour deal' }),
  bilateralShare: fraction('30 %', { doc: 'Share of the surplus a neighbour deal sells' }),
} satisfies OptionSet;

/** Settlement of delivered energy. */
export const SETTLEMENT = {
  deviationRule: choice(['none', 'band-penalty'], 'none', 'Fee on deviation from contract'),
  band: fraction('3 %', { doc: 'Free share of the contract, band-penalty only' }),
  rate: fraction('5 %', { doc: 'Fee as a share of the reference price, band-penalty only' }),
  deadline: duration('2 h', { doc: 'After the slot end; a trade not final by then is void' }),
  disputeWindow: duration('24 h', { doc: 'After the deadline, to dispute a reading on the chain' }),
  batch: integer(1, { min: 1, max: 96, doc: 'Slots that one transaction settles' }),
} satisfies OptionSet;

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

/** Points: where they come from, where they go, and how they change hands. */
export const POINTS = {
  initial: points('100 pt', { doc: 'First registration of an identity' }),
  nodes: points('100 pt', { doc: 'Full nodes hold at genesis, for bonds and deposits' }),
  rewardBudget: points('20 pt', { doc: 'A simulated day, over non-empty irreversible blocks' }),
  compute: group({
    every: duration('0 s', { doc: 'Between two tasks, in whole slots; 0 is none' }),
    perLeaf: points('0.005 pt', { doc: 'For a leaf of a Merkle root, over all who are right' }),
    workers: integer(3, { min: 1, max: 7, doc: 'Full nodes that work on one task' }),
    deposit: points('1 pt', { doc: 'Of a worker, burned when it is wrong or silent' }),
    canary: fraction('5 %', { doc: 'Share of tasks whose answer the centre knows' }),
    commitWindow: duration('5 min', { min: 1e6, doc: 'To promise a root' }),
    revealWindow: duration('5 min', { min: 1e6, doc: 'To tell it' }),
    canaryWindow: duration('5 min', { min: 1e6, doc: 'For the centre to tell its own' }),
    leavesMax: integer(100_000, { min: 1, doc: 'Most leaves of a task' }),
  }),
  vesting: duration('0 s', {
    doc: 'Until all of a grant may be transferred, sold and redeemed, in equal parts; 0 is at once',
  }),
  grantExpiry: duration('0 s', {
    doc: 'After a grant, when what has not vested and was not spent burns; 0 is never',
  }),
  clean: group({
    seller: price('0.02 pt/kWh', { doc: 'Seller of labelled energy that was settled' }),
    buyer: price('0.02 pt/kWh', { doc: 'Its buyer' }),
    user: price('0.01 pt/kWh', { doc: 'Whose meter took it' }),
  }),
  emission: group({
    cap: optional(
      points(undefined, { doc: 'Most that clean energy and computing earn in an epoch' }),
    ),
    epoch: duration('1 day', { min: 1_000_000, doc: 'What the cap is for' }),
    halving: duration('0 s', { doc: 'In which the cap falls to half, exponentially; 0 is never' }),
  }),
  burnShare: fraction('0 %', { doc: 'Of gas fees; the treasury gets the rest' }),
  penaltyBurn: fraction('100 %', { doc: 'Of penalties; the grid operator gets the rest' }),
  fiatCashOut: boolean(false, 'Whether the platform pays money for points'),
  icoBan: boolean(true, 'Whether the offices may not sell points'),
  redemption: group({
    rate: number(1, {
      min: 0.000001,
      max: 1_000,
      doc: 'Money that a point is worth against a bill, to six decimals',
    }),
    billEvery: duration('0 s', { doc: 'Electricity bills, of final settlements; 0 is never' }),
    due: duration('12 h', { min: 1_000_000, doc: 'After posting; the rest is then paid in money' }),
    reserve: points('5 pt', { doc: 'A home keeps beyond what its bids of a day need' }),
    runAt: optional(
      duration(undefined, { doc: 'After the start, when everybody redeems all there is' }),
    ),
  }),
  exchange: group({
    every: duration('0 s', { doc: 'Between two looks of a home at its points; 0 is no trade' }),
    lot: points('5 pt', { min: 1, doc: 'Size of an offer of points for money' }),
    askMargin: fraction('5 %', { doc: 'Most that a seller asks above the redemption rate' }),
    bidMargin: fraction('10 %', { doc: 'Most that a buyer pays above the redemption rate' }),
    askMin: number(0, { min: 0, doc: 'Least ask that the contract takes, money a point' }),
    askMax: optional(number(undefined, { min: 0, doc: 'Highest ask that the contract takes' })),
    confirm: duration('12 h', { min: 1_000_000, doc: 'In which a seller confirms its money' }),
    bankDelayMedian: duration('2 h', { min: 1, doc: 'Median of the lognormal delay of a bank' }),
    bankDelaySigma: number(0.5, { min: 0, max: 3, doc: 'Shape of the delay of a bank' }),
    default: fraction('1 %', { doc: 'Probability that a buyer of points does not pay' }),
  }),
} satisfies OptionSet;

/** Genesis certificates, which are the stake of elections. */
export const CERTIFICATES = {
  gini: fraction('40 %', { max: 0.99, doc: 'Concentration of last year generation over holders' }),
  perHolder: number(20, { min: 0, doc: 'Mean certificates of a holder' }),
  lockedShare: fraction('50 %', { doc: 'Share locked as stake at genesis' }),
  turnout: fraction('40 %', { doc: 'Share of holders who stake the rest and vote' }),
  labels: boolean(true, 'Label clean energy, and let certificates be issued and traded'),
  labelBase: choice(
    ['export', 'generation'],
    'export',
    'What is labelled; own consumption gives certificates that nobody else may use',
  ),
  validity: duration('730 d', { min: 1e6, doc: 'Of a certificate, from the start of its vintage' }),
  vintage: duration('30 d', { min: 1e6, doc: 'Length of the period of delivery it states' }),
  emission: number(536.6, { min: 0, doc: 'kg CO2 that a MWh avoids, of carbon certificates' }),
  offered: fraction('0 %', { doc: 'Share of free genesis certificates that holders offer' }),
  buyers: fraction('0 %', { doc: 'Share of members who buy one for their own consumption' }),
  retired: fraction('100 %', { doc: 'Share of buyers who retire what they bought' }),
  carbon: fraction('0 %', { doc: 'Share of those who have the avoided emission certified' }),
  price: points('30 pt', { doc: 'About which members ask and pay, half of it up and down' }),
} satisfies OptionSet;

/** Subsidy of clean generation, for labels of it. */
export const SUBSIDY = {
  scheme: choice(['none', 'china'], 'none', 'Table of rates by date of operation; none is no fund'),
  period: duration('1 day', { min: 3_600e6, doc: 'What a claim is about, and what has a budget' }),
  delay: duration('90 days', { doc: 'From a claim to its payment at the earliest' }),
  budget: points('1000 pt', { doc: 'What the fund pays in a period at most' }),
  approval: duration('10 min', { doc: 'From a final claim to its approval' }),
  audit: fraction('10 %', { doc: 'Share of claims that are compared with meter reads first' }),
  auditTime: duration('6 h', { doc: 'From a final claim to its decision where it is compared' }),
  commissioned: optional(
    text(undefined, 'Day on which every plant went into operation, e.g. 2018-06-01; else drawn'),
  ),
  traded: boolean(true, 'Plants give up the share of the rate that traded energy does'),
  elsewhere: fraction('20 %', {
    doc: 'Share of owners who register every other period with a second registry instead',
  }),
} satisfies OptionSet;

/** What a run writes beside the tables. */
export const OUTPUT = {
  ledger: boolean(true, 'Write ledger.bin'),
  study: boolean(
    false,
    'Study the ledger of a chain alone: parallel width of blocks, clustering of addresses',
  ),
} satisfies OptionSet;

/** All sections with plain keys, by name. */
export const SECTIONS = {
  horizon: HORIZON,
  energy: ENERGY,
  grid: GRID,
  metering: METERING,
  market: MARKET,
  settlement: SETTLEMENT,
  ledger: LEDGER,
  network: NETWORK,
  points: POINTS,
  certificates: CERTIFICATES,
  subsidy: SUBSIDY,
  output: OUTPUT,
} as const;

/**
 * Keys whose value is a plug-in: a name, or `{ name, ...options }`. `many` marks a list of them.
 * `noun` is the registry's noun; `fallback` the default name.
 */
export const PLUGIN_KEYS = {
  population: { path: ['population'], noun: 'community', many: false, fallback: 'synthetic' },
  feeder: { path: ['grid', 'feeder'], noun: 'feeder', many: false, fallback: 'generated-lv' },
  lossAllocation: {
    path: ['grid', 'lossAllocation'],
    noun: 'loss allocation',
    many: false,
    fallback: 'pro-rata',
  },
  mechanism: {
    path: ['market', 'mechanism'],
    noun: 'market mechanism',
    many: false,
    fallback: 'uniform-price',
  },
  strategy: { path: ['market', 'strategy'], noun: 'strategy', many: false, fallback: 'truthful' },
  forecast: {
    path: ['market', 'forecast'],
    noun: 'forecast',
    many: false,
    fallback: 'persistence',
  },
  consensus: { path: ['consensus'], noun: 'consensus protocol', many: false, fallback: 'dpos' },
  topology: {
    path: ['network', 'topology'],
    noun: 'topology',
    many: false,
    fallback: 'random-regular',
  },
  placement: {
    path: ['network', 'placement'],
    noun: 'placement',
    many: false,
    fallback: 'two-tier',
  },
  latency: { path: ['network', 'latency'], noun: 'latency', many: false, fallback: 'lognormal' },
  relay: { path: ['network', 'relay'], noun: 'relay', many: false, fallback: 'inv-getdata' },
  attacks: { path: ['fraud', 'attacks'], noun: 'attack', many: true, fallback: '' },
  adversaries: { path: ['fraud', 'adversaries'], noun: 'adversary', many: true, fallback: '' },
  detectors: { path: ['fraud', 'detectors'], noun: 'detector', many: true, fallback: '' },
  response: { path: ['fraud', 'response'], noun: 'response', many: false, fallback: 'none' },
} as const;

/** One independent stretch of simulated time. */
export interface Window {
  /** `window-1`, `window-2`, … in file order. */
  readonly id: string;
  /** Start as seconds since 1970-01-01T00:00Z. */
  readonly startEpochS: number;
  /** Offset of local time from UTC [min]. */
  readonly utcOffsetMin: number;
  readonly days: number;
}

/** A scenario as resolved: every default filled in, every unit converted, one arm chosen. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** Arm this scenario is resolved for; `base` when none. */
  readonly arm: string;
  /** Folder of the scenario file; relative input paths start here. */
  readonly folder: string;
  readonly windows: readonly Window[];
  readonly horizon: OptionValues<typeof HORIZON>;
  readonly population: PluginChoice;
  readonly energy: OptionValues<typeof ENERGY>;
  readonly grid: OptionValues<typeof GRID> & {
    readonly feeder: PluginChoice;
    readonly lossAllocation: PluginChoice;
  };
  readonly metering: OptionValues<typeof METERING>;
  readonly market: OptionValues<typeof MARKET> & {
    readonly mechanism: PluginChoice;
    readonly strategy: PluginChoice;
    readonly forecast: PluginChoice;
  };
  readonly settlement: OptionValues<typeof SETTLEMENT>;
  readonly ledger: OptionValues<typeof LEDGER>;
  readonly consensus: PluginChoice;
  readonly network: OptionValues<typeof NETWORK> & {
    readonly topology: PluginChoice;
    readonly placement: PluginChoice;
    readonly latency: PluginChoice;
    readonly relay: PluginChoice;
  };
  readonly points: OptionValues<typeof POINTS>;
  readonly certificates: OptionValues<typeof CERTIFICATES>;
  readonly subsidy: OptionValues<typeof SUBSIDY>;
  readonly fraud: {
    readonly attacks: readonly PluginChoice[];
    /** Attacks on the chain, as against `attacks` on meters and orders. */
    readonly adversaries: readonly PluginChoice[];
    readonly detectors: readonly PluginChoice[];
    readonly response: PluginChoice;
  };
  readonly output: OptionValues<typeof OUTPUT>;
}
