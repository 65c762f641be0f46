/**
 * Options of delegated proof of stake. A preset is a chain as published; an option that is stated wins
 * over it. What results stands in genesis as integers, so that a verifier needs no options.
 */
import {
  choice,
  duration,
  fraction,
  group,
  integer,
  type Option,
  type OptionIssue,
  type OptionValues,
  optional,
} from '../../base/options.ts';
import { VOTE_OUT, voteOutParameters } from '../../ledger/vote-out.ts';

/** Rules of irreversibility; the index is the code in genesis. */
export const DPOS_RULES = ['naive', 'disclosed', 'twoStage', 'share', 'bft'] as const;
/** When the order of producers is drawn anew; the index is the code in genesis. */
export const DPOS_SHUFFLES = ['epoch', 'round', 'never'] as const;
/** Who sits on the last seat; the index is the code in genesis. */
export const DPOS_STANDBYS = ['sharedSeat', 'virtualTime', 'none'] as const;
/** Which of two branches a node prefers; the index is the code in genesis. */
export const DPOS_FORK_CHOICES = ['distinct', 'longest', 'irreversible', 'proposed'] as const;

/** A rule of irreversibility. */
export type DposRuleName = (typeof DPOS_RULES)[number];

/** What a preset sets. */
export interface DposPreset {
  /** Time of one block [µs]. */
  readonly turn: number;
  /** Turns in a row that a producer owns. */
  readonly repetitions: number;
  readonly delegates: number;
  readonly epochRounds: number;
  /** Turns at the start of an epoch that nobody owns. */
  readonly epochPause: number;
  readonly shuffle: (typeof DPOS_SHUFFLES)[number];
  readonly standby: (typeof DPOS_STANDBYS)[number];
  readonly irreversibility: DposRuleName;
  /** Share of producers of rule `share`. */
  readonly share: number;
  readonly forkChoice: (typeof DPOS_FORK_CHOICES)[number];
  /** Least share of the last 128 turns with a block for a producer to go on. */
  readonly participation: number;
}

const PEERWATT: DposPreset = {
  turn: 3_000_000,
  repetitions: 1,
  delegates: 21,
  epochRounds: 10,
  epochPause: 0,
  shuffle: 'epoch',
  standby: 'sharedSeat',
  irreversibility: 'twoStage',
  share: 0.7,
  forkChoice: 'distinct',
  participation: 0,
};

/**
 * Chains as published (validation B1). EOSIO: config.hpp and block_header_state.cpp, fork database by
 * irreversible height. Steem: config.hpp and database.cpp, an election and a shuffle every round.
 * TRON: Parameter.java and DposService.java; its epoch of 6 h is 266.7 rounds, here 267. BitShares:
 * config.hpp, maintenance every 24 h = 640 rounds of 27. Lisk: LIP 14 and LIP 23, quorum 68 of 101.
 */
export const DPOS_PRESETS = {
  peerwatt: PEERWATT,
  eosio: {
    ...PEERWATT,
    turn: 500_000,
    repetitions: 12,
    epochRounds: 1,
    shuffle: 'never',
    standby: 'none',
    forkChoice: 'irreversible',
  },
  steem: {
    ...PEERWATT,
    epochRounds: 1,
    standby: 'virtualTime',
    irreversibility: 'share',
    share: 0.75,
    forkChoice: 'longest',
    participation: 0.33,
  },
  tron: {
    ...PEERWATT,
    delegates: 27,
    epochRounds: 267,
    epochPause: 2,
    shuffle: 'never',
    standby: 'none',
    irreversibility: 'share',
    forkChoice: 'longest',
  },
  bitshares: {
    ...PEERWATT,
    turn: 5_000_000,
    delegates: 27,
    epochRounds: 640,
    shuffle: 'round',
    standby: 'none',
    irreversibility: 'share',
    forkChoice: 'longest',
  },
  lisk: {
    ...PEERWATT,
    turn: 10_000_000,
    delegates: 101,
    epochRounds: 1,
    standby: 'none',
    forkChoice: 'proposed',
  },
} as const satisfies Readonly<Record<string, DposPreset>>;

const PRESET_NAMES = ['peerwatt', 'eosio', 'steem', 'tron', 'bitshares', 'lisk'] as const;

/** An option whose value, when absent, is the preset's; its words list the presets that differ. */
function preset<T>(key: keyof DposPreset, option: Option<T>): Option<T | undefined> {
  const word = (value: unknown) => (key === 'turn' ? `${Number(value) / 1e6} s` : String(value));
  const own = word(PEERWATT[key]);
  const others = PRESET_NAMES.map((name) => [name, word(DPOS_PRESETS[name][key])] as const);
  const different = others.filter(([, value]) => value !== own);
  const tail = different.map(([name, value]) => `; ${name} ${value}`).join('');
  return { ...optional(option), fallbackText: own, doc: `${option.doc}${tail}` };
}

/** The options of the plug-in. */
export const dposOptions = () => ({
  preset: choice(PRESET_NAMES, 'peerwatt', 'Chain whose parameters hold where none are stated'),
  turn: preset('turn', duration(undefined, { min: 10_000, doc: 'Time of one block' })),
  repetitions: preset(
    'repetitions',
    integer(undefined, { min: 1, max: 1_000, doc: 'Turns in a row of one producer' }),
  ),
  delegates: preset(
    'delegates',
    integer(undefined, { min: 1, max: 1_000, doc: 'Producers elected, at most all nodes' }),
  ),
  epochRounds: preset(
    'epochRounds',
    integer(undefined, { min: 1, max: 1_000_000, doc: 'Rounds between two elections' }),
  ),
  epochPause: preset(
    'epochPause',
    integer(undefined, { min: 0, max: 1_000, doc: 'Turns without an owner after an election' }),
  ),
  shuffle: preset('shuffle', choice(DPOS_SHUFFLES, undefined, 'When producers are put in order')),
  standby: preset('standby', choice(DPOS_STANDBYS, undefined, 'Who has the last seat')),
  irreversibility: preset(
    'irreversibility',
    choice(DPOS_RULES, undefined, 'What makes a block irreversible'),
  ),
  share: preset('share', fraction(undefined, { min: 0.01, doc: 'Producers that rule share asks' })),
  quorum: optional(
    integer(undefined, { min: 1, max: 1_000, doc: 'Producers behind an irreversible block' }),
  ),
  forkChoice: preset('forkChoice', choice(DPOS_FORK_CHOICES, undefined, 'Which branch is better')),
  participation: preset(
    'participation',
    fraction(undefined, { doc: 'Least share of the last 128 turns with a block, else no turn' }),
  ),
  maxDrift: duration('500 ms', { doc: 'How long before its turn a node takes a block' }),
  voteOut: group(VOTE_OUT, 'How abnormal producers leave'),
});

/** Values of the options as stated. */
export type DposOptions = OptionValues<ReturnType<typeof dposOptions>>;

/** Values that hold: what is stated over what the preset says. */
export interface DposSettings extends DposPreset {
  /** Seats: delegates, or all nodes when they are fewer. */
  readonly producers: number;
  /** Distinct producers behind an irreversible block. */
  readonly quorum: number;
  /** Turns between two elections. */
  readonly epochTurns: number;
  readonly maxDrift: number;
}

/** More than two thirds of n producers. */
export const dposQuorum = (producers: number) => Math.floor((2 * producers) / 3) + 1;

/**
 * Producers whose last block must be at or above a height for it to be irreversible by the rule of
 * sorted last blocks: n - floor((1 - share) n), in integers as Steem computes it.
 */
export function shareQuorum(producers: number, share: number): number {
  const below = 10_000 - Math.floor(share * 10_000 + 0.5);
  return producers - Math.floor((below * producers) / 10_000);
}

/** Resolves options for a number of nodes. */
export function dposSettings(options: DposOptions, nodeCount: number): DposSettings {
  const known = DPOS_PRESETS[options.preset];
  const set: DposPreset = {
    turn: options.turn ?? known.turn,
    repetitions: options.repetitions ?? known.repetitions,
    delegates: options.delegates ?? known.delegates,
    epochRounds: options.epochRounds ?? known.epochRounds,
    epochPause: options.epochPause ?? known.epochPause,
    shuffle: options.shuffle ?? known.shuffle,
    standby: options.standby ?? known.standby,
    irreversibility: options.irreversibility ?? known.irreversibility,
    share: options.share ?? known.share,
    forkChoice: options.forkChoice ?? known.forkChoice,
    participation: options.participation ?? known.participation,
  };
  const producers = Math.min(set.delegates, nodeCount);
  const usual =
    set.irreversibility === 'share' ? shareQuorum(producers, set.share) : dposQuorum(producers);
  return {
    ...set,
    producers,
    quorum: options.quorum ?? usual,
    epochTurns: producers * set.repetitions * set.epochRounds,
    maxDrift: options.maxDrift,
  };
}

/** The integers in genesis: everything that decides on validity, and what nodes were told beside it. */
export function dposParameters(
  options: DposOptions,
  nodeCount: number,
): Readonly<Record<string, number>> {
  const set = dposSettings(options, nodeCount);
  const { producers, epochTurns } = set;
  const round = producers * set.repetitions;
  return {
    producers,
    nodes: nodeCount,
    // Certificates make blocks final before headers tell of it, and elections look at the headers' one.
    foldMargin: set.irreversibility === 'bft' ? 2 * round : 0,
    turnUs: set.turn,
    repetitions: set.repetitions,
    epochRounds: set.epochRounds,
    epochPause: set.epochPause,
    shuffle: DPOS_SHUFFLES.indexOf(set.shuffle),
    standby: DPOS_STANDBYS.indexOf(set.standby),
    rule: DPOS_RULES.indexOf(set.irreversibility),
    quorum: set.quorum,
    forkChoice: DPOS_FORK_CHOICES.indexOf(set.forkChoice),
    participationPpm: Math.floor(set.participation * 1e6 + 0.5),
    maxDriftUs: set.maxDrift,
    ...voteOutParameters(options.voteOut, {
      turnUs: set.turn,
      producers,
      roundTurns: producers * set.repetitions,
      epochTurns,
    }),
  };
}

/** What in the options cannot work. Fewer nodes than delegates can: all nodes are then elected. */
export function checkDpos(options: DposOptions, nodeCount: number): OptionIssue[] {
  const { producers, quorum, irreversibility, epochPause, epochTurns } = dposSettings(
    options,
    nodeCount,
  );
  const issues: OptionIssue[] = [];
  if (irreversibility === 'bft' && producers < 4) {
    const expected = 'at least 4 producers, so that one may be faulty';
    issues.push({ key: 'irreversibility', expected, got: `bft with ${producers}` });
  }
  if (quorum > producers) {
    const expected = `at most the ${producers} producers`;
    issues.push({ key: 'quorum', expected, got: String(quorum) });
  }
  if (irreversibility === 'bft' && 2 * quorum <= producers) {
    const expected = `more than half of the ${producers} producers, so that any two quorums meet`;
    issues.push({ key: 'quorum', expected, got: String(quorum) });
  }
  if (epochPause >= epochTurns) {
    const expected = `fewer than the ${epochTurns} turns of an epoch`;
    issues.push({ key: 'epochPause', expected, got: String(epochPause) });
  }
  return issues;
}
