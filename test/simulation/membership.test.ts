/** Modes of membership, suspensions and keys on whole chains (R22, R23). */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell, CHAIN, chainCell } from '../../src/contracts/cells.ts';
import { rotationsOf } from '../../src/contracts/membership-cells.ts';
import { rotateKey } from '../../src/simulation/key-rotation.ts';
import { openMemberChain } from './member-chain.ts';

const MODES = ['consortium', 'private', 'public'] as const;

/** One outsider who asks to be let in, and sends a transfer whatever the answer. */
function runMode(mode: (typeof MODES)[number], arm = 'dpos') {
  const sybil = '{ name: sybil-identities, identities: 1, caught: 100 %, hold: 5 min }';
  const world = openMemberChain(arm, [`ledger.membership=${mode}`, `fraud.adversaries=[${sybil}]`]);
  const outsider = world.rules.accountCount - 1;
  const sent: number[] = [];
  for (let k = 0; k < 20; k++)
    world.at(60 + k, () => sent.push(world.transfer(k % 6, (k + 1) % 6)));
  world.at(200, () => sent.push(world.transfer(outsider)));
  const result = world.finish(900);
  return { world, result, sent, outsider };
}

describe('the same scenario in three modes', () => {
  const runs = Object.fromEntries(MODES.map((mode) => [mode, runMode(mode)]));

  it.each(MODES)('%s: runs, and its ledger verifies', (mode) => {
    const { result, sent } = runs[mode]!;
    expect(result.verified.problems).toEqual([]);
    for (const tx of sent.slice(0, 20)) expect(result.fateOf(tx)).toBe('final');
    // Every home got its grant, by itself or by the centre.
    const granted = result.numbers('accounts', 'granted_upt');
    expect(granted.slice(0, 6)).toEqual(new Array(6).fill(100e6));
  });

  it('refuses a sender whom nobody admitted, but for the public chain', () => {
    for (const mode of ['consortium', 'private']) {
      const { result, sent } = runs[mode]!;
      expect(result.reasonOf(sent[20]!)).toBe('NOT_MEMBER');
      // Its own registration is refused as well.
      const senders = result.texts('transactions', 'sender');
      const reasons = result.texts('transactions', 'reject_reason');
      const own = reasons.filter((_, tx) => senders[tx] === 'outsider-001');
      expect(own).toEqual(['NOT_MEMBER', 'NOT_MEMBER', 'NOT_MEMBER']);
      expect(result.numbers('adversaries', 'successes')).toEqual([0]);
    }
    const { result, sent } = runs.public!;
    expect(result.fateOf(sent[20]!)).toBe('final');
    expect(result.numbers('adversaries', 'successes')).toEqual([1]);
    const senders = result.texts('transactions', 'sender');
    const types = result.texts('transactions', 'type');
    const registrars = senders.filter((_, tx) => types[tx] === 'REGISTER');
    expect(registrars).not.toContain('centre');
  });

  it('private is one organisation, however many nodes it has', () => {
    const { metric } = runs.private!.result;
    const mined = runMode('private', 'pow').result;
    for (const third of ['NakamotoThird', 'NakamotoHalf', 'NakamotoTwoThirds']) {
      expect(metric(`producer${third}`), third).toBe(1);
      expect(mined.metric(`hash${third}`), third).toBe(1);
    }
    expect(metric('producerEntropyBits')).toBe(0);
    expect(metric('decentralisation')).toBe(0);
    expect(mined.metric('decentralisation')).toBe(0);
    const shared = runs.consortium!.result;
    expect(shared.metric('producerNakamotoHalf')).toBe(3);
    expect(shared.metric('decentralisation')).toBeGreaterThan(0.9);
  });
});

describe('a suspension', () => {
  it.each(['dpos', 'pow', 'central'])(
    '%s: refuses its member’s transactions until it ends',
    (arm) => {
      const world = openMemberChain(arm);
      const { chain, rules } = world;
      const about = { slot: -1, expiryUs: 1e12 };
      const rows: Record<string, number> = {};
      world.at(60, () => {
        rows.before = world.transfer(0);
      });
      world.at(120, () => chain.submit('SUSPEND', rules.centre, { account: 0, cause: 1 }, about));
      world.at(300, () => {
        rows.during = world.transfer(0);
        rows.other = world.transfer(2);
      });
      world.at(400, () => chain.submit('REINSTATE', rules.centre, { account: 0 }, about));
      world.at(700, () => {
        rows.after = world.transfer(0);
      });
      const result = world.finish(2_000);
      expect(result.verified.problems).toEqual([]);
      expect(result.fateOf(rows.before!)).toBe('final');
      expect(result.reasonOf(rows.during!)).toBe('SUSPENDED');
      expect(result.fateOf(rows.other!)).toBe('final');
      // The client's number of the refused one is a gap until it expires.
      expect(result.fateOf(rows.after!)).toBe('final');
      expect(result.metric('centralInterventions')).toBe(2);
    },
  );

  it('takes from the score of decentralisation, by the share of decisions', () => {
    const quiet = openMemberChain('dpos').finish(600);
    const world = openMemberChain('dpos');
    const { chain, rules } = world;
    for (let k = 0; k < 50; k++) {
      world.at(10 + 5 * k, () => {
        const about = { slot: -1, expiryUs: 1e12 };
        const type = k % 2 === 0 ? 'SUSPEND' : 'REINSTATE';
        chain.submit(type, rules.centre, { account: 0, cause: 0 }, about);
      });
    }
    const result = world.finish(600);
    expect(result.metric('centralInterventions')).toBe(50);
    const head = chain.engine.head[0]!;
    const cell = chainCell(rules.accountCount, CHAIN.interventions);
    expect(chain.state.readAt(head, cell)).toBe(50);
    const canonical = result.numbers('blocks', 'canonical');
    const blocks = canonical.reduce((sum, one) => sum + one, 0) - 1;
    expect(result.metric('centralInterventionShare')).toBeCloseTo(50 / (50 + blocks), 12);
    expect(result.metric('decentralisation')).toBeLessThan(quiet.metric('decentralisation'));
    expect(quiet.metric('centralInterventions')).toBe(0);
    expect(quiet.metric('centralInterventionShare')).toBe(0);
  });
});

describe('a rotation of keys', () => {
  it.each([
    ['dpos', 'modelled'],
    ['pow', 'modelled'],
    ['central', 'modelled'],
    ['raft', 'modelled'],
    ['dpos', 'real'],
  ])('%s, %s: what follows is signed with the new key, and the ledger verifies', (arm, crypto) => {
    const world = openMemberChain(arm, [`ledger.crypto=${crypto}`]);
    const { chain, rules, kernel } = world;
    const node = rules.firstNode + 1;
    const rows: number[] = [];
    // Transactions keep coming before, in the block of, and after each rotation.
    for (let k = 0; k < 60; k++) {
      world.at(60 + 10 * k, () => rows.push(world.transfer(0), world.transfer(2)));
    }
    world.at(120.5, () => rows.push(rotateKey(kernel, chain, 0, 1e12)));
    world.at(121, () => {
      expect(() => rotateKey(kernel, chain, 0, 1e12)).toThrow(/key is at rest/);
    });
    world.at(400.5, () => rows.push(rotateKey(kernel, chain, 0, 1e12)));
    // A producer signs its blocks and rewards with the new key too.
    world.at(200.5, () => rows.push(rotateKey(kernel, chain, node, 1e12)));
    const result = world.finish(1_500);
    expect(result.verified.problems).toEqual([]);
    for (const tx of rows) expect(result.fateOf(tx), String(tx)).toBe('final');
    for (const tx of rows) expect(result.reasonOf(tx)).toBe('');
    const head = chain.engine.head[0]!;
    const rotated = (account: number) =>
      rotationsOf(chain.state.readAt(head, accountCell(account, ACCOUNT.member)));
    expect([rotated(0), rotated(node), rotated(2)]).toEqual([2, 1, 0]);
    expect(
      Buffer.compare(chain.ring.pair(0, 1).publicKey, chain.ring.pair(0, 2).publicKey),
    ).not.toBe(0);
  });

  it.each(['dpos', 'pow', 'raft'])('%s: of everybody every ten minutes verifies', (arm) => {
    const world = openMemberChain(arm, ['ledger.keyLifetime=10 min']);
    const rows: number[] = [];
    for (let k = 0; k < 200; k++) {
      world.at(20 * k, () => rows.push(world.transfer(k % 6, (k + 1) % 6)));
    }
    const result = world.finish(4_800);
    expect(result.verified.problems).toEqual([]);
    for (const tx of rows) expect(result.fateOf(tx), String(tx)).toBe('final');
    const types = result.texts('transactions', 'type');
    const fates = result.texts('transactions', 'fate');
    const rotated = types.filter((type, tx) => type === 'KEY_ROTATE' && fates[tx] === 'final');
    // Eleven accounts, eight times each; the last may still be under way.
    expect(rotated.length).toBeGreaterThan(11 * 7);
  });

  it('that fails leaves the old key in force', () => {
    const world = openMemberChain('dpos');
    const { chain, rules, kernel } = world;
    const sent: number[] = [];
    world.at(60, () => {
      // Nobody approves while the member is suspended: the door refuses the rotation.
      const about = { slot: -1, expiryUs: 1e12 };
      chain.submit('SUSPEND', rules.centre, { account: 0, cause: 1 }, about);
    });
    world.at(120, () => sent.push(rotateKey(kernel, chain, 0, kernel.nowUs + 60e6)));
    world.at(150, () =>
      chain.submit('REINSTATE', rules.centre, { account: 0 }, { slot: -1, expiryUs: 1e12 }),
    );
    world.at(400, () => sent.push(world.transfer(0)));
    const result = world.finish(1_200);
    expect(result.verified.problems).toEqual([]);
    expect(result.reasonOf(sent[0]!)).toBe('SUSPENDED');
    expect(result.fateOf(sent[1]!)).toBe('final');
  });
});
