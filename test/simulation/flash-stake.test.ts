/** A17: borrowed certificates have seats for the epoch that they are locked for, and for no other. */
import { describe, expect, it } from 'vitest';
import { outcomes, rowsOf, runChain } from './small-chain.ts';

const TURN_S = 3;
const PRODUCERS = 5;
/** Rounds of an epoch; an epoch takes 150 s. */
const EPOCH_S = 10 * PRODUCERS * TURN_S;
/** Blocks become irreversible within two rounds, so a snapshot is at most so old. */
const SNAPSHOT_AGE_S = 2 * PRODUCERS * TURN_S;
const LEAD_S = 120;

const SETS = [
  'population.accounts=24',
  'horizon.span=135 min',
  'network.nodes=15',
  `consensus.delegates=${PRODUCERS}`,
  'certificates.lockedShare=100 %',
  'certificates.turnout=70 %',
];

function flash(options: string) {
  const borrower = `{ name: flash-stake, count: 7, from: 2 h, lead: ${LEAD_S} s, ${options} }`;
  const result = runChain(`[${borrower}]`, SETS);
  const [locked, free] = outcomes(result);
  const accounts = rowsOf(result, 'accounts', ['account', 'certificates']);
  const detail = String(locked!.detail);
  const [, gained, certificates] = /: (\d+) seats gained by (\d+) certificates/.exec(detail)!;
  const seats = /held by epoch (.*)/
    .exec(detail)![1]!
    .split(' ')
    .flatMap((run) => {
      const [held, epochs] = run.split('x').map(Number);
      return new Array<number>(epochs!).fill(held!);
    });
  const [, later, freeUs] = /: (\d+) seats gained in .* seated for (\d+) us/.exec(
    String(free!.detail),
  )!;
  return {
    locked: locked!,
    free: free!,
    gained: Number(gained),
    certificates: Number(certificates),
    seats,
    later: Number(later),
    seatedFreeS: Number(freeUs) / 1e6,
    /** What accounts of nodes hold at the end. */
    kept: accounts
      .filter(({ account }) => String(account).startsWith('node'))
      .reduce((sum, { certificates: count }) => sum + Number(count), 0),
  };
}

describe('certificates that are staked for a flash', () => {
  it('have seats for one epoch, through which they stay locked, at their rate on their value', () => {
    const one = flash('borrowed: 50 %, hold: 120 s, rate: 2 %, value: 3 pt');
    expect(one.gained).toBeGreaterThan(0);
    expect(one.locked).toMatchObject({ attempts: 1, successes: 1 });
    expect(one.free).toMatchObject({ attempts: 1, successes: 0 });
    expect([one.later, one.seatedFreeS]).toEqual([0, 0]);
    // Nothing stays with the borrower.
    expect(one.kept).toBe(0);
    const peak = Math.max(...one.seats.slice(-10));
    expect(one.seats.filter((held) => held === peak)).toHaveLength(1);
    const at = one.seats.indexOf(peak);
    expect(one.seats[at + 1]).toBe(one.seats[at - 1]);
    expect(peak - one.seats[at - 1]!).toBe(one.gained);
    // Given up in the first turn of its epoch, so locked to the end of the epoch after the next.
    const ofS = (seconds: number) => (0.02 * 3e6 * one.certificates * seconds) / 86_400;
    expect(one.locked.cost_upt).toBe(Math.round(ofS(LEAD_S + 2 * EPOCH_S)));
  });

  it('are not counted when they leave before the snapshot', () => {
    const holdS = 80;
    expect(LEAD_S - holdS).toBeGreaterThan(SNAPSHOT_AGE_S);
    const one = flash(`borrowed: 50 %, hold: ${holdS} s`);
    expect(one).toMatchObject({ gained: 0, later: 0, seatedFreeS: 0 });
    expect(one.locked).toMatchObject({ attempts: 1, successes: 0 });
  });

  it('that leave between the snapshot and the end of the epoch stay locked until the seats end', () => {
    const one = flash('borrowed: 50 %, hold: 111 s, rate: 2 %, value: 3 pt');
    expect(one.gained).toBeGreaterThan(0);
    expect([one.later, one.seatedFreeS]).toEqual([0, 0]);
    // They left in the epoch before the seats, and are free with the end of those to the second.
    const ofS = (seconds: number) => (0.02 * 3e6 * one.certificates * seconds) / 86_400;
    expect(one.locked.cost_upt).toBe(Math.round(ofS(LEAD_S + EPOCH_S)));
  });

  it('gain nothing when they are too few', () => {
    const one = flash('borrowed: 1 %, hold: 120 s');
    expect(one.certificates).toBeGreaterThan(0);
    expect(one).toMatchObject({ gained: 0, later: 0 });
    expect(one.locked).toMatchObject({ attempts: 1, successes: 0 });
  });
});
