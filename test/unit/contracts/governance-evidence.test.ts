/** Evidence that the contract checks by itself: what proves an offence, and forgeries that do not. */
import { describe, expect, it } from 'vitest';
import { createGovernanceWorld, TURN_US } from '../../../src/experiment/validate/governed-chain.ts';
import { rotationMessage } from '../../../src/ledger/payloads/membership.ts';

/** A world in its tenth turn, with every block of the nine before. */
function worldAtTen(parameters: Parameters<typeof createGovernanceWorld>[0] = {}) {
  const world = createGovernanceWorld(parameters);
  world.runTo(10);
  return world;
}

describe('a double signature', () => {
  it('is two headers of one producer and turn, in any order, and is judged once', () => {
    for (const order of [0, 1]) {
      const world = worldAtTen();
      const pair = [
        world.header({ node: 3, turn: 9 }),
        world.header({ node: 3, turn: 9, gasUsed: 1 }),
      ];
      const headers = order === 0 ? pair : pair.reverse();
      expect(world.report('DOUBLE_SIGN', 3, 0, headers).reason).toBe('');
      world.close(0);
      expect(world.report('DOUBLE_SIGN', 3, 0, headers).reason).toBe('DUPLICATE');
      const other = [
        world.header({ node: 3, turn: 8 }),
        world.header({ node: 3, turn: 8, gasUsed: 1 }),
      ];
      expect(world.report('DOUBLE_SIGN', 3, 0, other).reason).toBe('');
    }
  });

  const cases: [string, Parameters<ReturnType<typeof worldAtTen>['header']>[0][]][] = [
    ['of the same header twice', [{}, {}]],
    ['of two turns', [{}, { turn: 8, gasUsed: 1 }]],
    ['of two producers', [{}, { node: 4, gasUsed: 1 }]],
    ['of another producer', [{ node: 4 }, { node: 4, gasUsed: 1 }]],
    ['with a second header that the accused did not sign', [{}, { gasUsed: 1, signer: 1 }]],
    ['on another chain', [{}, { gasUsed: 1, chainId: new Uint8Array(8) }]],
    ['of a turn that has not come', [{ turn: 11 }, { turn: 11, gasUsed: 1 }]],
    ['with one header only', [{}]],
    ['without headers', []],
    ['without a turn', [{ consensus: [] }, { consensus: [], gasUsed: 1 }]],
  ];
  it.each(cases)('is not one %s', (_, parts) => {
    const world = worldAtTen();
    const headers = parts.map((part) => world.header({ node: 3, turn: 9, ...part }));
    expect(world.report('DOUBLE_SIGN', 3, 0, headers).reason).toBe('BAD_EVIDENCE');
    expect(world.standing(3)).toBe(0);
    expect(world.escrow(0)).toBe(0);
  });

  it('is one with any key that the accused has had, and with nobody else’s', () => {
    const world = worldAtTen();
    const accused = world.node(3);
    const headers = (turn: number, signer?: number) =>
      [0, 1].map((gasUsed) =>
        world.header({ node: 3, turn, gasUsed, ...(signer === undefined ? {} : { signer }) }),
      );
    // Node 3 takes the key that the treasury has, which the test can sign with.
    expect(world.report('DOUBLE_SIGN', 3, 0, headers(9, world.treasury)).reason).toBe(
      'BAD_EVIDENCE',
    );
    const { publicKey } = world.keys[world.treasury]!;
    const message = rotationMessage(world.chainId, accused, 0, publicKey);
    const caSignature = world.keys[world.rules.authority]!.sign(message);
    expect(world.send('KEY_ROTATE', accused, { publicKey, caSignature })).toBe('');
    expect(world.report('DOUBLE_SIGN', 3, 0, headers(9, world.treasury)).reason).toBe('');
    world.close(0);
    expect(world.report('DOUBLE_SIGN', 3, 0, headers(8)).reason).toBe('');
  });

  it('is not one when any byte of a header or signature is another', () => {
    const world = worldAtTen();
    const first = world.header({ node: 3, turn: 9 });
    const second = world.header({ node: 3, turn: 9, gasUsed: 1 });
    for (const part of ['header', 'signature'] as const) {
      for (let i = 0; i < second[part].length; i++) {
        const forged = { ...second, [part]: second[part].slice() };
        forged[part][i]! ^= 1;
        const { reason } = world.report('DOUBLE_SIGN', 3, 0, [first, forged]);
        expect(reason, `${part} byte ${i}`).toBe('BAD_EVIDENCE');
      }
    }
    const longer = { ...second, header: Uint8Array.from([...second.header, 0]) };
    expect(world.report('DOUBLE_SIGN', 3, 0, [first, longer]).reason).toBe('BAD_EVIDENCE');
    const shorter = { ...second, header: second.header.slice(0, -1) };
    expect(world.report('DOUBLE_SIGN', 3, 0, [first, shorter]).reason).toBe('BAD_EVIDENCE');
  });
});

describe('an invalid block', () => {
  const onBlock = (world: ReturnType<typeof worldAtTen>, height: number) => ({
    height: height + 1,
    previousHash: world.tree.hash(world.tree.ancestorAt(world.head(), height)),
  });

  it('is a header whose time, epoch or place contradicts its turn', () => {
    const broken = (part: (world: ReturnType<typeof worldAtTen>) => object) => {
      const world = worldAtTen();
      const header = world.header({ node: 3, turn: 9, ...part(world) });
      return world.report('INVALID_BLOCK', 3, 0, [header]).reason;
    };
    expect(broken(() => ({ timestampUs: 10 * TURN_US }))).toBe('');
    expect(broken(() => ({ timestampUs: 9 * TURN_US - 1 }))).toBe('');
    expect(broken(() => ({ consensus: [9, 1, 1] }))).toBe('');
    expect(broken((world) => ({ ...onBlock(world, 9) }))).toBe('');
    // These are what an honest producer signs, on the branch or on another.
    expect(broken((world) => ({ ...onBlock(world, 8) }))).toBe('BAD_EVIDENCE');
    expect(broken(() => ({ previousHash: 'f'.repeat(64) }))).toBe('BAD_EVIDENCE');
    expect(broken((world) => ({ ...onBlock(world, 8), timestampUs: 9 * TURN_US + 1 }))).toBe(
      'BAD_EVIDENCE',
    );
  });
});

describe('a wrong slot', () => {
  it('is a signed turn that belonged to another on top of a parent that the branch has', () => {
    const world = worldAtTen();
    const at = (height: number, turn: number, node: number) =>
      world.report('WRONG_SLOT', node, 0, [
        world.header({
          node,
          turn,
          height: height + 1,
          previousHash: world.tree.hash(world.tree.ancestorAt(world.head(), height)),
        }),
      ]).reason;
    // Turn 9 is the fourth seat's.
    expect(at(8, 9, 3)).toBe('BAD_EVIDENCE');
    expect(at(8, 9, 4)).toBe('');
    // After the next block came nobody can tell whose the turn would have been.
    expect(at(7, 9, 5)).toBe('BAD_EVIDENCE');
    const off = world.header({ node: 5, turn: 9, height: 9, previousHash: 'f'.repeat(64) });
    expect(world.report('WRONG_SLOT', 5, 0, [off]).reason).toBe('BAD_EVIDENCE');
  });

  it('is told for turns that passed without a block too', () => {
    const world = createGovernanceWorld();
    world.runTo(8);
    world.skip();
    world.skip();
    world.seal();
    const previousHash = world.tree.hash(world.tree.ancestorAt(world.head(), 7));
    const header = (node: number, turn: number) =>
      world.header({ node, turn, height: 8, previousHash });
    expect(world.report('WRONG_SLOT', 2, 0, [header(2, 8)]).reason).toBe('BAD_EVIDENCE');
    expect(world.report('WRONG_SLOT', 3, 0, [header(3, 8)]).reason).toBe('');
    expect(world.report('WRONG_SLOT', 5, 0, [header(5, 9)]).reason).toBe('');
  });
});

describe('missed turns', () => {
  const voteOut = { missed: 3, ofTurns: 5 };

  it('are those of the last own turns on the branch, and count in one report only', () => {
    const world = createGovernanceWorld({ voteOut });
    const round = world.producers;
    world.runTo(2 * round + 2, [1]);
    expect(world.report('MISSED', 1).reason).toBe('BAD_EVIDENCE');
    world.runTo(3 * round + 2, [1]);
    expect(world.report('MISSED', 2).reason).toBe('BAD_EVIDENCE');
    expect(world.report('MISSED', 1).reason).toBe('');
    world.close(0);
    expect(world.report('MISSED', 1).reason).toBe('BAD_EVIDENCE');
    const left = Math.ceil(world.turn / round) * round;
    // One own turn passed while the window ran.
    world.runTo(left + 2, [1]);
    expect(world.report('MISSED', 1).reason).toBe('BAD_EVIDENCE');
    world.runTo(left + round + 2, [1]);
    expect(world.report('MISSED', 1).reason).toBe('');
  });

  it('that lie behind the window do not count', () => {
    const world = createGovernanceWorld({ voteOut });
    const round = world.producers;
    // Three misses among the last six own turns, two among the last five.
    world.runTo(3 * round + 2, [1]);
    world.runTo(6 * round + 2);
    expect(world.record.missedOn(world.head(), 1, 6, 0)).toEqual({ owned: 6, missed: 3 });
    expect(world.record.missedOn(world.head(), 1, 5, 0)).toEqual({ owned: 5, missed: 2 });
    expect(world.record.missedOn(world.head(), 1, 5, 2 * round + 2)).toEqual({
      owned: 4,
      missed: 1,
    });
    expect(world.report('MISSED', 1).reason).toBe('BAD_EVIDENCE');
  });

  it('are a matter of the branch: where the block is, the turn is not missed', () => {
    const world = createGovernanceWorld({ voteOut });
    world.runTo(7);
    const fork = world.head();
    world.seal();
    const withBlock = world.head();
    const add = (parent: number, turn: number) => {
      const block = world.tree.add({
        parent,
        producer: turn % world.producers,
        timestampUs: turn * TURN_US,
        producedUs: 0,
        hash: `f${turn}`,
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [turn, 0, 1],
      });
      world.record.add(block);
      return block;
    };
    const without = add(fork, 8);
    expect(world.record.missedOn(withBlock, 1, 5, 0)).toEqual({ owned: 2, missed: 0 });
    expect(world.record.missedOn(without, 1, 5, 0)).toEqual({ owned: 2, missed: 1 });
    expect(world.record.missedOn(add(withBlock, 8), 1, 5, 0)).toEqual({ owned: 2, missed: 0 });
  });
});

it('reports of what only voters can have seen carry no headers', () => {
  const world = worldAtTen();
  const header = world.header({ node: 3, turn: 9 });
  expect(world.report('CENSORSHIP', 3, 0, [header]).reason).toBe('BAD_EVIDENCE');
  expect(world.report('CENSORSHIP', 3).reason).toBe('');
});
