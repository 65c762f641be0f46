/** Who owns which turn: repetitions, rounds, pauses, stand-bys by votes, and verdicts. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import {
  type DposOptions,
  dposOptions,
  dposParameters,
} from '../../../src/consensus/protocols/dpos-options.ts';
import { createDposRule } from '../../../src/consensus/protocols/dpos-rule.ts';
import { createDposSchedule, NOBODY } from '../../../src/consensus/protocols/dpos-schedule.ts';
import {
  nextByVirtualTime,
  startVirtualTime,
} from '../../../src/consensus/protocols/dpos-standby.ts';
import type { Election, Standings } from '../../../src/ledger/chain-parameters.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';

const inOrder = (count: number) => Array.from({ length: count }, (_, node) => node);

function schedule(
  nodeCount: number,
  own: Partial<DposOptions>,
  election: Partial<Election> = {},
  standingsAt?: (block: number) => Partial<Standings>,
) {
  const tree = createBlockTree('genesis');
  const parameters = dposParameters({ ...defaultsOf(dposOptions()), ...own }, nodeCount);
  const rule = createDposRule(tree, parameters);
  const ranking = inOrder(nodeCount);
  const clear = { verdictVersion: 0, excluded: [], standbyOnly: [] };
  const turns = createDposSchedule(tree, rule, parameters, {
    electionAt: () => ({ ranking, stake: ranking.map(() => 1), ...election }),
    ...(standingsAt === undefined
      ? {}
      : { standingsAt: (block: number) => ({ ...clear, ...standingsAt(block) }) }),
  });
  const epochTurns = parameters.voteOutEpochTurns!;
  return {
    turns,
    owners: (from: number, count: number, parent = 0) =>
      Array.from({ length: count }, (_, k) => turns.ownerOf(parent, from + k)),
    /** Adds a block of a turn by its owner, which confirms everything below. */
    add(parent: number, turn: number): number {
      const guest = turns.seatsOn(parent, turn).guest;
      const producer = turns.ownerOf(parent, turn);
      const block = tree.add({
        parent,
        producer,
        timestampUs: turn,
        producedUs: turn,
        hash: `${tree.count}`,
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [turn, Math.floor(turn / epochTurns), 1, ...(guest === producer ? [1] : [])],
      });
      rule.add(block);
      return block;
    },
  };
}

describe('order of turns', () => {
  it('a producer has its turns in a row, in a fixed order: EOSIO', () => {
    const { owners } = schedule(3, { preset: 'eosio' });
    const round = [0, 1, 2].flatMap((node) => Array.from({ length: 12 }, () => node));
    expect(owners(0, 72)).toEqual([...round, ...round]);
  });

  it('is drawn anew every round where the chain does so: BitShares', () => {
    const { owners } = schedule(27, { preset: 'bitshares' });
    const rounds = inOrder(5).map((round) => owners(27 * round, 27));
    for (const round of rounds) expect([...round].sort((a, b) => a - b)).toEqual(inOrder(27));
    expect(new Set(rounds.map(String)).size).toBe(5);
  });

  it('nobody owns the first turns after an election where there is a pause: TRON', () => {
    const { owners } = schedule(4, { preset: 'tron', epochRounds: 2 });
    expect(owners(0, 10)).toEqual([NOBODY, NOBODY, 2, 3, 0, 1, 2, 3, NOBODY, NOBODY]);
  });

  it('goes round those there are when they are fewer than the seats', () => {
    const { owners } = schedule(6, { delegates: 5, shuffle: 'never' }, { ranking: [4, 1, 3] });
    expect(owners(0, 7)).toEqual([4, 1, 3, 4, 1, 3, 4]);
  });
});

describe('verdicts', () => {
  const rest = { shuffle: 'never', standby: 'none', delegates: 4, epochRounds: 100 } as const;

  it('give the turns of the excluded to the best stand-bys from the next turn on', () => {
    const { turns, add } = schedule(7, rest, {}, (block) => ({
      excluded: block < 3 ? [] : block < 6 ? [1] : [1, 3, 4],
    }));
    let at = 0;
    const owners = inOrder(12).map((k) => {
      const owner = turns.ownerOf(at, k + 1);
      at = add(at, k + 1);
      return owner;
    });
    // Node 1 is out after block 3; 4 sits for it until it is out with 3 after block 6.
    expect(owners).toEqual([1, 2, 3, 0, 4, 2, 6, 0, 5, 2, 6, 0]);
  });

  it('are those of the branch: on another one the same turn has another owner', () => {
    const { turns, add } = schedule(7, rest, {}, (block) => ({ excluded: block === 1 ? [2] : [] }));
    const judged = add(0, 1);
    const other = add(0, 1);
    expect([turns.ownerOf(judged, 2), turns.ownerOf(other, 2)]).toEqual([4, 2]);
    expect(turns.ownerOf(judged, 2)).toBe(4);
  });

  it('leave a seat empty when nobody stands by', () => {
    const { owners } = schedule(4, rest, {}, () => ({ excluded: [2] }));
    expect(owners(0, 8)).toEqual([0, 1, NOBODY, 3, 0, 1, NOBODY, 3]);
  });

  it('never leave fewer producers than make a block irreversible', () => {
    // Three of four: of the two excluded the one on the better seat stays.
    const now = schedule(4, rest, {}, () => ({ excluded: [1, 2] }));
    expect(now.owners(0, 4)).toEqual([0, 1, NOBODY, 3]);
    // At an election the excluded with most votes sits again.
    const election = { ranking: [0, 3], excluded: [1, 2], stake: [9, 4, 5, 7] };
    const then = schedule(4, rest, election, () => ({ excluded: [1, 2] }));
    expect(then.owners(0, 6)).toEqual([0, 3, 2, 0, 3, 2]);
  });

  it('wait for the next election in mode plain', () => {
    const voteOut = { ...defaultsOf(dposOptions()).voteOut, mode: 'plain' as const };
    const { owners } = schedule(7, { ...rest, voteOut }, {}, () => ({ excluded: [2] }));
    expect(owners(0, 4)).toEqual([0, 1, 2, 3]);
  });

  it('who is on probation stands by and holds no seat of its own', () => {
    const ranking = [0, 1, 2, 5, 3];
    const { owners } = schedule(6, rest, { ranking, standbyOnly: [3, 5] }, () => ({
      excluded: [1],
    }));
    expect(owners(0, 3)).toEqual([0, 5, 2]);
  });
});

describe('the seat of the stand-bys by virtual time', () => {
  it('goes to stand-bys in proportion to their votes', () => {
    const stake = [1000, 1000, 400, 300, 200, 100];
    const election = { ranking: inOrder(6), stake };
    const held = Uint8Array.from([1, 1, 0, 0, 0, 0]);
    const seats = new Int32Array(6);
    let time = startVirtualTime(6);
    for (let k = 0; k < 10_000; k++) {
      const next = nextByVirtualTime(time, election, held);
      ({ time } = next);
      seats[next.guest]!++;
    }
    expect(Array.from(seats.subarray(0, 2))).toEqual([0, 0]);
    // A lap takes 1/(votes + 1), so shares are as votes + 1 to within one turn in all.
    const all = stake.slice(2).reduce((sum, votes) => sum + votes + 1, 0);
    for (let node = 2; node < 6; node++) {
      expect(Math.abs(seats[node]! - (10_000 * (stake[node]! + 1)) / all)).toBeLessThan(2);
    }
  });

  it('a change of votes counts from then on: what was run stays', () => {
    const held = Uint8Array.from([0, 0]);
    const election = (stake: number[]) => ({ ranking: [0, 1], stake });
    const first = nextByVirtualTime(startVirtualTime(2), election([9, 4]), held);
    expect([first.guest, first.time.nowTime]).toEqual([0, 0.1]);
    // Node 1 has run 4 x 0.1 of its lap; at 11 votes the rest takes 0.6/12.
    const { guest, time } = nextByVirtualTime(first.time, election([9, 11]), held);
    expect(guest).toBe(1);
    expect(time.nowTime).toBeCloseTo(0.1 + 0.6 / 12, 12);
  });

  it('nobody has it when nobody waits', () => {
    const { guest } = nextByVirtualTime(
      startVirtualTime(2),
      { ranking: [0, 1], stake: [1, 1] },
      Uint8Array.from([1, 1]),
    );
    expect(guest).toBe(NOBODY);
  });

  it('turns on the branch that took it: rounds without blocks do not move it', () => {
    const own = { preset: 'steem', delegates: 3, shuffle: 'never' } as const;
    const election = { stake: [50, 50, 8, 4, 2] };
    const { turns, add } = schedule(5, own, election);
    const guests: number[] = [];
    let at = 0;
    for (let turn = 1; turn < 150; turn++) {
      if (turn % 3 === 0) guests.push(turns.seatsOn(at, turn).guest);
      at = add(at, turn);
    }
    const counts = [2, 3, 4].map((node) => guests.filter((guest) => guest === node).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(guests.length);
    expect(counts[0]).toBeGreaterThan(counts[1]!);
    expect(counts[1]).toBeGreaterThan(counts[2]!);
    // The same guest is next whether the election comes one round or ten rounds later.
    const parent = add(0, 1);
    expect(turns.seatsOn(parent, 33).guest).toBe(turns.seatsOn(parent, 3).guest);
  });
});
