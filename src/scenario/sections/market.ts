/** The market and the settlement of what it traded. */
import {
  boolean,
  choice,
  duration,
  fraction,
  integer,
  type OptionSet,
} from '../../base/options.ts';

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
