/** Options of delegated proof of stake: presets, what wins over them, and what cannot be. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import {
  DPOS_PRESETS,
  type DposOptions,
  dposOptions,
  dposParameters,
  dposSettings,
  shareQuorum,
} from '../../../src/consensus/protocols/dpos-options.ts';

const optionsWith = (own: Partial<DposOptions>): DposOptions => ({
  ...defaultsOf(dposOptions()),
  ...own,
});
const issuesOf = (own: Partial<DposOptions>, nodeCount = 21) =>
  dpos.check!(optionsWith(own) as never, nodeCount).map(({ key, got }) => `${key}: ${got}`);

describe('options of dpos', () => {
  it.each([
    ['peerwatt', 3, 1, 21, 15, 'twoStage'],
    ['eosio', 0.5, 12, 21, 15, 'twoStage'],
    ['steem', 3, 1, 21, 16, 'share'],
    ['tron', 3, 1, 27, 19, 'share'],
    ['bitshares', 5, 1, 27, 19, 'share'],
    ['lisk', 10, 1, 101, 68, 'twoStage'],
  ] as const)('preset %s: %d s, %d in a row, %d producers, quorum %d, %s', (...row) => {
    const [preset, seconds, repetitions, producers, quorum, rule] = row;
    const set = dposSettings(optionsWith({ preset }), 128);
    expect(set.turn).toBe(seconds * 1e6);
    expect([set.repetitions, set.producers, set.quorum]).toEqual([repetitions, producers, quorum]);
    expect(set.irreversibility).toBe(rule);
    expect(dpos.blockIntervalUs(optionsWith({ preset }) as never)).toBe(seconds * 1e6);
  });

  it('epochs are as published: 6 h of TRON but for a part of a round, 24 h of BitShares', () => {
    const hours = (preset: 'tron' | 'bitshares') => {
      const set = dposSettings(optionsWith({ preset }), 128);
      return (set.epochTurns * set.turn) / 3.6e9;
    };
    expect(Math.abs(hours('tron') - 6)).toBeLessThan(81 / 3600);
    expect(hours('bitshares')).toBe(24);
  });

  it('what is stated wins over the preset, and the rest of it stays', () => {
    const set = dposSettings(optionsWith({ preset: 'eosio', turn: 1_000_000, quorum: 14 }), 128);
    expect(set).toMatchObject({ turn: 1_000_000, quorum: 14, repetitions: 12, shuffle: 'never' });
    const rule = dposSettings(optionsWith({ preset: 'steem', irreversibility: 'naive' }), 128);
    expect(rule).toMatchObject({ quorum: 15, irreversibility: 'naive', forkChoice: 'longest' });
  });

  it('lists show the default and the presets that differ from it', () => {
    const { turn, irreversibility, repetitions } = dposOptions();
    expect(turn.fallbackText).toBe('3 s');
    expect(turn.doc).toBe('Time of one block; eosio 0.5 s; bitshares 5 s; lisk 10 s');
    expect(repetitions.doc).toContain('eosio 12');
    expect(irreversibility.fallbackText).toBe('twoStage');
    expect(Object.keys(DPOS_PRESETS)).toEqual(dposOptions().preset.choices);
  });

  it('all that holds stands in genesis as integers', () => {
    for (const preset of Object.keys(DPOS_PRESETS) as DposOptions['preset'][]) {
      const parameters = dposParameters(optionsWith({ preset }), 128);
      for (const [name, value] of Object.entries(parameters)) {
        expect(Number.isSafeInteger(value) && value >= 0, name).toBe(true);
      }
      expect(parameters).toMatchObject({ nodes: 128, voteOutProducers: parameters.producers });
    }
  });

  it('the sorted rule in integers: a share of 80 % of 10 leaves two below', () => {
    expect(shareQuorum(10, 0.8)).toBe(8);
    expect(shareQuorum(10, 0.7)).toBe(7);
    expect(shareQuorum(21, 0.75)).toBe(16);
    expect(shareQuorum(27, 0.7)).toBe(19);
  });

  it('takes all nodes when they are fewer than the delegates', () => {
    expect(issuesOf({ delegates: 21 }, 5)).toEqual([]);
    expect(dposSettings(optionsWith({}), 5)).toMatchObject({ producers: 5, quorum: 4 });
  });

  it.each([
    [{ irreversibility: 'bft', delegates: 3 }, ['irreversibility: bft with 3']],
    [{ irreversibility: 'bft', delegates: 4 }, []],
    [{ quorum: 22 }, ['quorum: 22']],
    [{ quorum: 21 }, []],
    [{ irreversibility: 'bft', quorum: 10 }, ['quorum: 10']],
    [{ irreversibility: 'bft', quorum: 11 }, []],
    [{ epochPause: 210 }, ['epochPause: 210']],
  ] as const)('check of %j', (own, issues) => {
    expect(issuesOf(own)).toEqual(issues);
  });

  it('certificates decide under rule bft only', () => {
    expect(dpos.finality!(optionsWith({ irreversibility: 'bft' }) as never)).toBe('explicit');
    expect(dpos.finality!(optionsWith({ preset: 'lisk' }) as never)).toBe('branch');
  });
});
