/** Reports, ballots, verdicts and the way back: every transition, and where the points go. */
import { describe, expect, it } from 'vitest';
import { CHAIN, chainCell } from '../../../src/contracts/cells.ts';
import { STANDING } from '../../../src/contracts/governance-cells.ts';
import {
  createGovernanceWorld,
  S,
  TURN_US,
} from '../../../src/experiment/validate/governed-chain.ts';

const DEPOSIT = 5e6;
const BOND = 50e6;
const COOL_DOWN_TURNS = (7_200 * S) / TURN_US;
const PROBATION_TURNS = (3_600 * S) / TURN_US;
const burned = (world: ReturnType<typeof createGovernanceWorld>) =>
  world.read(chainCell(world.rules.accountCount, CHAIN.burnedUpt));

describe('a report', () => {
  it('makes its target a suspect, locks the deposit, and nothing more', () => {
    const world = createGovernanceWorld();
    const reporter = world.node(0);
    const { reason, events } = world.report('CENSORSHIP', 2, reporter);
    expect(reason).toBe('');
    const closesUs = world.nowUs() + world.producers * TURN_US;
    expect(events).toEqual([{ event: 'opened', report: 0, target: 2, kind: 4, closesUs }]);
    expect(world.standing(2)).toBe(STANDING.SUSPECT);
    expect(world.balance(reporter)).toBe(100e6 - BOND - DEPOSIT);
    expect(world.escrow(reporter)).toBe(BOND + DEPOSIT);
    expect(world.election().ranking).toContain(2);
    expect(world.recount()).toBe(0);
  });

  it('is refused from its target, on nobody, twice, with another deposit or without means', () => {
    const world = createGovernanceWorld();
    expect(world.report('LATE', 1, world.node(1)).reason).toBe('UNAUTHORISED');
    expect(world.report('LATE', 7).reason).toBe('BAD_CANDIDATE');
    const payload = { target: 1, kind: 5, headers: [] };
    const send = (depositUpt: number, kind = 5) =>
      world.send('ABNORMAL_REPORT', 0, { ...payload, depositUpt, kind });
    expect(send(DEPOSIT + 1)).toBe('BAD_AMOUNT');
    expect(send(DEPOSIT, 7)).toBe('BAD_CANDIDATE');
    expect(send(DEPOSIT)).toBe('');
    expect(send(DEPOSIT)).toBe('DUPLICATE');
    expect(world.report('WITHHOLD', 1).reason).toBe('');
    const poor = createGovernanceWorld({ nodeUpt: BOND + DEPOSIT - 1 });
    expect(poor.report('LATE', 1, poor.node(0)).reason).toBe('INSUFFICIENT_BALANCE');
    const plain = createGovernanceWorld({ voteOut: { mode: 'plain' } });
    expect(plain.report('LATE', 1).reason).toBe('UNAUTHORISED');
  });
});

describe('a ballot', () => {
  it('is one a candidate, until the window is over, and never the target’s or a home’s', () => {
    const world = createGovernanceWorld();
    const report = world.open(2);
    expect(world.ballot(report, world.node(2), 'oppose', 2)).toBe('UNAUTHORISED');
    expect(world.ballot(report, 0, 'agree', 2)).toBe('UNAUTHORISED');
    expect(world.ballot(report, world.node(1), 'agree', 3)).toBe('BAD_REFERENCE');
    expect(world.ballot(report, world.node(1), 'agree', 2, 'LATE')).toBe('BAD_REFERENCE');
    expect(world.ballot(report + 1, world.node(1), 'agree', 2)).toBe('BAD_REFERENCE');
    expect(world.ballot(2 ** 45, world.node(1), 'agree', 2)).toBe('BAD_REFERENCE');
    expect(world.ballot(report, world.node(1), 'agree', 2)).toBe('');
    expect(world.ballot(report, world.node(1), 'oppose', 2)).toBe('ALREADY_VOTED');
    expect(world.send('VERDICT', 0, { report })).toBe('WINDOW_OPEN');
    world.seal(world.producers);
    expect(world.ballot(report, world.node(3), 'agree', 2)).toBe('');
    world.seal();
    expect(world.ballot(report, world.node(4), 'agree', 2)).toBe('WINDOW_CLOSED');
    expect(world.send('VERDICT', 0, { report })).toBe('');
    expect(world.send('VERDICT', 0, { report })).toBe('BAD_REFERENCE');
    expect(world.ballot(report, world.node(5), 'agree', 2)).toBe('WINDOW_CLOSED');
  });

  it('is not given by who was excluded, or came back, after the report was opened', () => {
    const world = createGovernanceWorld({ nodes: 9, voteOut: { coolDown: 6 * S } });
    world.tryOut(2, 6, 0);
    expect(world.standing(2)).toBe(STANDING.EXCLUDED);
    const report = world.open(1);
    expect(world.ballot(report, world.node(2), 'agree', 1)).toBe('UNAUTHORISED');
    world.seal(2);
    expect(world.send('RETURN', world.node(2), { node: 2 })).toBe('');
    expect(world.ballot(report, world.node(2), 'agree', 1)).toBe('UNAUTHORISED');
    world.seal();
    const later = world.open(3);
    expect(world.ballot(later, world.node(2), 'agree', 3)).toBe('');
  });
});

describe('a verdict', () => {
  it('that condemns gives the deposit back, cuts the bond for the treasury and excludes', () => {
    const world = createGovernanceWorld();
    const events = world.tryOut(2, 4, 2);
    const untilUs = world.nowUs() + 7_200 * S;
    expect(events).toEqual([
      {
        event: 'decided',
        report: 0,
        isUpheld: true,
        target: 2,
        kind: 4,
        agree: 4,
        oppose: 2,
        abstain: 0,
        electorate: 6,
      },
      { event: 'excluded', node: 2, untilUs },
    ]);
    expect(world.standing(2)).toBe(STANDING.EXCLUDED);
    expect(world.balance(world.node(0))).toBe(100e6 - BOND);
    expect(world.escrow(world.node(2))).toBe(BOND / 2);
    expect(world.balance(world.treasury)).toBe(BOND / 2);
    expect(world.credit(2)).toBe(30);
    expect(world.election()).toMatchObject({ excluded: [2], standbyOnly: [], verdictVersion: 1 });
    expect(world.election().ranking).not.toContain(2);
    expect(burned(world)).toBe(0);
    expect(world.recount()).toBe(0);
  });

  it('that acquits burns the deposit and raises the score', () => {
    const world = createGovernanceWorld();
    world.tryOut(2, 3, 2);
    expect(world.standing(2)).toBe(STANDING.NORMAL);
    expect(burned(world)).toBe(DEPOSIT);
    expect(world.balance(world.node(0))).toBe(100e6 - BOND - DEPOSIT);
    expect(world.escrow(world.node(0))).toBe(BOND);
    expect(world.credit(2)).toBe(65);
    expect(world.candidate(2, 'acquittals')).toBe(1);
    expect(world.recount()).toBe(0);
  });

  it('leaves a suspect under another report a suspect', () => {
    const world = createGovernanceWorld();
    const first = world.open(2, 'LATE');
    world.open(2, 'WITHHOLD');
    world.close(first);
    expect(world.standing(2)).toBe(STANDING.SUSPECT);
    world.send('VERDICT', 0, { report: 1 });
    expect(world.standing(2)).toBe(STANDING.NORMAL);
  });

  it('falls with the next report of the kind when nobody asked for it', () => {
    const world = createGovernanceWorld();
    world.open(2, 'LATE');
    world.seal(world.producers + 1);
    const { reason, events } = world.report('LATE', 2);
    expect(reason).toBe('');
    expect(events.map(({ event }) => event)).toEqual(['decided', 'opened']);
    expect(burned(world)).toBe(DEPOSIT);
  });

  it('excludes only at the last strike, and cuts the bond once for two reports', () => {
    const world = createGovernanceWorld({ voteOut: { strikes: 3 } });
    const standing = [0, 1, 2].map(() => {
      world.tryOut(2, 6, 0);
      return world.standing(2);
    });
    expect(standing).toEqual([STANDING.NORMAL, STANDING.NORMAL, STANDING.EXCLUDED]);
    expect(world.candidate(2, 'offences')).toBe(3);
    const twice = createGovernanceWorld();
    const reports = (['LATE', 'WITHHOLD'] as const).map((kind) => {
      const report = twice.open(2, kind, 0);
      for (const node of [0, 1, 3, 4]) twice.ballot(report, twice.node(node), 'agree', 2, kind);
      return report;
    });
    twice.close(reports[0]!);
    expect(twice.send('VERDICT', 0, { report: reports[1]! })).toBe('');
    expect(twice.balance(twice.treasury)).toBe(BOND / 2);
    expect(twice.candidate(2, 'offences')).toBe(2);
    expect(twice.balance(0)).toBe(100e6);
    expect(twice.recount()).toBe(0);
  });

  it('waits while without the condemned no block could become irreversible', () => {
    // Four seats need three candidates, so of four nodes one may go.
    const world = createGovernanceWorld({
      nodes: 4,
      producers: 4,
      voteOut: { coolDown: 30 * S, bond: 40e6 },
    });
    world.tryOut(0, 3, 0);
    expect(world.standing(0)).toBe(STANDING.EXCLUDED);
    const events = world.tryOut(1, 2, 0);
    expect(events.map(({ event }) => event)).toEqual(['decided']);
    expect(world.standing(1)).toBe(STANDING.ABNORMAL);
    expect(world.balance(world.treasury)).toBe(40e6);
    expect(world.election().ranking).toContain(1);
    expect(world.send('VERDICT', 0, { report: 1 })).toBe('NOT_DUE');
    world.seal(20);
    expect(world.send('RETURN', world.node(0), { node: 0 })).toBe('');
    expect(world.send('VERDICT', 0, { report: 1 })).toBe('');
    expect(world.standing(1)).toBe(STANDING.EXCLUDED);
    expect(world.balance(world.treasury)).toBe(40e6);
    expect(world.recount()).toBe(0);
  });
});

describe('the way back', () => {
  it('goes from exclusion over probation to normal, each step asked for and due', () => {
    const world = createGovernanceWorld();
    world.tryOut(2, 6, 0);
    const comeBack = (sender = world.node(2)) => world.send('RETURN', sender, { node: 2 });
    expect(comeBack()).toBe('NOT_DUE');
    expect(comeBack(world.node(1))).toBe('UNAUTHORISED');
    expect(world.report('LATE', 2).reason).toBe('NOT_CANDIDATE');
    world.seal(COOL_DOWN_TURNS);
    expect(comeBack()).toBe('');
    expect(world.standing(2)).toBe(STANDING.PROBATION);
    // The whole bond is in place again, and the score at the threshold.
    expect(world.escrow(world.node(2))).toBe(BOND);
    expect(world.credit(2)).toBe(40);
    expect(world.election()).toMatchObject({ excluded: [], standbyOnly: [2] });
    expect(world.election().ranking.at(-1)).toBe(2);
    expect(comeBack()).toBe('NOT_DUE');
    world.seal(PROBATION_TURNS);
    expect(comeBack()).toBe('');
    expect(world.standing(2)).toBe(STANDING.NORMAL);
    expect(world.election()).toMatchObject({ excluded: [], standbyOnly: [], verdictVersion: 3 });
    expect(comeBack()).toBe('NOT_DUE');
    expect(world.recount()).toBe(0);
  });

  it('is closed to who cannot put up the bond, until it can', () => {
    const world = createGovernanceWorld({ nodeUpt: 60e6, voteOut: { coolDown: 3 * S } });
    world.tryOut(2, 6, 0);
    world.seal(2);
    expect(world.send('RETURN', world.node(2), { node: 2 })).toBe('INSUFFICIENT_BALANCE');
    expect(world.send('TRANSFER', 0, { to: world.node(2), amountUpt: 20e6 })).toBe('');
    expect(world.send('CANDIDACY', world.node(2), { bondUpt: 16e6 })).toBe('');
    expect(world.send('CANDIDACY', world.node(2), { bondUpt: 16e6 })).toBe('INSUFFICIENT_BALANCE');
    expect(world.send('CANDIDACY', world.node(2), { bondUpt: 0 })).toBe('ZERO_AMOUNT');
    expect(world.send('CANDIDACY', 0, { bondUpt: 1 })).toBe('UNAUTHORISED');
    expect(world.send('RETURN', world.node(2), { node: 2 })).toBe('');
    expect(world.escrow(world.node(2))).toBe(BOND);
    expect(world.recount()).toBe(0);
  });
});

describe('mode auto', () => {
  const voteOut = { mode: 'auto', missed: 2, ofTurns: 4 } as const;

  it('excludes at once on objective evidence and leaves the rest to the ballot', () => {
    const world = createGovernanceWorld({ voteOut });
    world.runTo(2 * world.producers + 2, [1]);
    const { reason, events } = world.report('MISSED', 1);
    expect(reason).toBe('');
    expect(events.map(({ event }) => event)).toEqual(['opened', 'decided', 'excluded']);
    expect(world.standing(1)).toBe(STANDING.EXCLUDED);
    expect(world.balance(world.homeCount)).toBe(100e6 - BOND);
    expect(world.report('LATE', 3).events.map(({ event }) => event)).toEqual(['opened']);
    expect(world.standing(3)).toBe(STANDING.SUSPECT);
    expect(world.recount()).toBe(0);
  });

  it('gives the turns of the excluded to the stand-by from the next one on', () => {
    const world = createGovernanceWorld({ voteOut });
    world.runTo(2 * world.producers + 2, [1]);
    world.report('MISSED', 1);
    world.seal();
    world.runTo(4 * world.producers);
    let at = world.head();
    const producers = new Set<number>();
    for (; world.record.turnOf(at) > 2 * world.producers + 2; at = world.tree.parent[at]!) {
      producers.add(world.tree.producer[at]!);
    }
    expect([...producers].sort()).toEqual([0, 2, 3, 4, 5, 6]);
  });
});
