/** The account ledger against a machine written a second time: 10 000 random stories with forks. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell, denseCellCount } from '../../src/contracts/cells.ts';
import { imbalanceOf } from '../../src/contracts/conservation.ts';
import { execute, refusal } from '../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../src/contracts/genesis-rules.ts';
import { RULE_NAMES } from '../../src/contracts/rules.ts';
import { createWriter } from '../../src/ledger/encoding.ts';
import { chainIdOf, encodeGenesis, type Genesis, genesisHash } from '../../src/ledger/genesis.ts';
import { equalBytes } from '../../src/ledger/hash.ts';
import { createMempools } from '../../src/ledger/mempool-nodes.ts';
import { createNonceBook } from '../../src/ledger/mempool-nonces.ts';
import { assemblyOrder } from '../../src/ledger/mempool-order.ts';
import { createTransactionTable } from '../../src/ledger/pool.ts';
import { rejectReasonCode, rejectReasonOf } from '../../src/ledger/reject-reason.ts';
import { createKeyPair, verifySignature } from '../../src/ledger/signature.ts';
import { createChainState } from '../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  parseTransaction,
  type Transaction,
  transactionId,
} from '../../src/ledger/transactions.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import {
  copyOf,
  MachinePool,
  type MachineRules,
  type MachineState,
  type MachineTx,
  refusedBy,
} from './account-machine.ts';

const HOMES = 5;
const NODES = 2;
const ACCOUNTS = HOMES + NODES + 4;
const START_UPT = 600_000;
/** A block every 10 µs; gates of slots close in the middle of a story. */
const BLOCK_US = 10;
const SEQUENCES = 10_000;

const keys = Array.from({ length: ACCOUNTS }, (_, account) =>
  createKeyPair('modelled', new Uint8Array(32).fill(account + 1)),
);
const parameters: Record<string, number> = {
  accountCount: ACCOUNTS,
  homeCount: HOMES,
  nodeCount: NODES,
  firstNode: HOMES,
  centre: HOMES + NODES,
  dso: HOMES + NODES + 1,
  authority: HOMES + NODES + 2,
  treasury: HOMES + NODES + 3,
  openingUs: 100,
  slotUs: 20,
  slotCount: 3,
  gateClosureUs: 70,
  wheelingUptPerKWh: 30_000,
  bondPpm: 100_000,
  rewardDayUs: 1e12,
  gasPriceUpt: 1,
  blockGasMax: 1e9,
  blockBytesMax: 1e9,
};
const genesis: Genesis = {
  name: 'accounts',
  cryptoMode: 'modelled',
  membership: 'public',
  slotUs: 20,
  startEpochS: 0,
  utcOffsetMin: 0,
  consensus: { name: 'test', parameters: [] },
  accounts: keys.map(({ publicKey }, account) => ({
    id: `account-${account}`,
    role: account < HOMES ? 0 : account < HOMES + NODES ? 1 : account - HOMES - NODES + 2,
    publicKey,
    balanceUpt: account < HOMES ? START_UPT : 0,
    certificates: { firstId: 0, count: 0 },
    lockedCount: 0,
    registered: true,
  })),
  parameters: RULE_NAMES.map((name) => [name, parameters[name] ?? 0] as const),
};
const hash = genesisHash(encodeGenesis(genesis));
const chainId = chainIdOf(hash);
const rules = rulesOf(genesis, chainId);
const machineRules: MachineRules = {
  homeCount: HOMES,
  accountCount: ACCOUNTS,
  treasury: rules.treasury,
  gasPriceUpt: 1,
  slotCount: 3,
  gateUs: (slot) => 30 + 20 * slot,
};
const tree = createBlockTree(hash);
const state = createChainState(tree, {
  denseCount: denseCellCount(ACCOUNTS),
  maxUnfinalBlocks: 100,
});
writeGenesisState(state.begin(0), genesis);
state.commit(0);
state.foldGenesis();
const writer = createWriter(256);

const firstState = (): MachineState => ({
  accounts: new Map(
    keys.map((_, account) => [
      account,
      { nonce: 0, balanceUpt: account < HOMES ? START_UPT : 0, escrowUpt: 0 },
    ]),
  ),
  orders: new Map(),
  orderCounts: new Map(),
});

function createDraws(seed: number) {
  let at = Math.imul(seed + 1, 0x9e3779b9);
  const next = () => {
    at = (at + 0x6d2b79f5) | 0;
    let t = Math.imul(at ^ (at >>> 15), 1 | at);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    chance: (share: number) => next() < share,
    of: <T>(...list: T[]) => list[below(list.length)]!,
  };
}

/** A story under way. */
function createStory(seed: number) {
  const draws = createDraws(seed);
  const table = createTransactionTable();
  const nonces = createNonceBook(table);
  const came = new Set<number>();
  let head = 0;
  const drops: string[] = [];
  const mempools = createMempools({
    nodeCount: 1,
    tree,
    table,
    nonces,
    policy: { transactionsMax: 1e9, bytesMax: Number.POSITIVE_INFINITY, minTipUpt: 0 },
    paysFees: (sender) => sender < HOMES,
    hasReached: (_node, tx) => came.has(tx),
    nonceAt: (_node, sender) => state.readAt(head, accountCell(sender, ACCOUNT.nonce)),
    onDropped(_node, tx, reason) {
      table.refused[tx] = rejectReasonCode(reason);
      if (reason === 'REPLACED') drops.push(`${tx} ${reason}`);
    },
  });
  const pool = new MachinePool();
  const states = new Map([[0, firstState()]]);
  const carriedBy = new Map([[0, new Set<number>()]]);
  const nextNonce = new Map<number, number>();
  const blocks = [0];
  const sent: ReturnType<typeof draw>[] = [];

  /** Draws a transaction, signs it and says what the machine sees in it. */
  function draw(): {
    bytes: Uint8Array;
    signature: Uint8Array;
    seen: MachineTx;
    isChosen: boolean;
  } {
    const sender = draws.chance(0.02)
      ? ACCOUNTS
      : draws.chance(0.1)
        ? draws.below(ACCOUNTS)
        : draws.below(HOMES);
    const next = nextNonce.get(sender) ?? 0;
    const nonce = draws.chance(0.25) ? draws.below(next + 3) : next;
    const isOfChain = !draws.chance(0.04);
    const isSigned = sender < ACCOUNTS && !draws.chance(0.04);
    const drawn = draws.of('transfer', 'transfer', 'order', 'order', 'clear' as const);
    // The centre may clear, which is another test's matter.
    const kind = drawn === 'clear' && sender === rules.centre ? 'transfer' : drawn;
    const common = {
      sender,
      nonce,
      gasLimit: draws.of(21_060, 26_000, 36_000, 41_000, 80_000, 100_000, 120_000),
      expiryUs: draws.chance(0.1) ? draws.below(60) : 1_000,
      tipUpt: draws.of(0, 0, draws.below(30), 1_000 + draws.below(300)),
    };
    const to = draws.chance(0.05) ? ACCOUNTS : draws.below(ACCOUNTS);
    const amountUpt = draws.of(0, draws.below(1_000), draws.below(START_UPT), 2 * START_UPT);
    const order = {
      slot: draws.of(0, 1, 2, 1 + draws.below(3)),
      isBid: draws.chance(0.5),
      sequence: draws.of(0, 0, 0, 1, 8),
      quantityWh: draws.chance(0.1) ? 0 : draws.of(1 + draws.below(20), 100 + draws.below(900)),
      priceUptPerKWh: draws.of(0, draws.below(600_000), 5_000_000),
    };
    const payload = {
      transfer: { to, amountUpt },
      order: { ...order, counterparty: -1 },
      clear: {
        slot: 0,
        priceUptPerKWh: -1,
        bookHash: new Uint8Array(32),
        trades: {
          count: 0,
          buyer: [],
          buyerSequence: [],
          seller: [],
          sellerSequence: [],
          energyWh: [],
          priceUptPerKWh: [],
        },
      },
    }[kind];
    const type = ({ transfer: 'TRANSFER', order: 'ORDER_SUBMIT', clear: 'CLEAR' } as const)[kind];
    const transaction = {
      ...common,
      type,
      chainId: isOfChain ? chainId : new Uint8Array(8),
      payload,
    } as Transaction;
    const bytes = encodeTransaction(transaction, writer).slice();
    const signer = isSigned ? sender : (sender + 1 + draws.below(ACCOUNTS - 1)) % ACCOUNTS;
    const isChosen = isOfChain && isSigned && nonce !== next;
    if (isOfChain && isSigned) nextNonce.set(sender, Math.max(next, nonce + 1));
    const id = table.count;
    const sizeBytes = bytes.length + 64;
    const seen = { ...common, ...order, to, amountUpt, id, kind, isOfChain, isSigned, sizeBytes };
    return { bytes, signature: keys[signer]!.sign(bytes), seen, isChosen };
  }

  /** What a node says of bytes that reach it. */
  function refusedAtDoor(bytes: Uint8Array, signature: Uint8Array, atUs: number): string {
    const tx = parseTransaction(bytes);
    if (!equalBytes(tx.chainId, chainId)) return 'WRONG_CHAIN';
    const key = keys[tx.sender];
    if (key === undefined) return 'UNKNOWN_SENDER';
    if (!verifySignature('modelled', key.publicKey, bytes, signature)) return 'BAD_SIGNATURE';
    const view = { read: (cell: number) => state.readAt(head, cell) };
    return refusal(view, rules, tx, intrinsicGas(bytes), atUs) ?? '';
  }

  return {
    draws,
    drops,
    blocks,
    table,
    /** Where the next block goes: mostly on the newest, else the node has left some blocks. */
    chooseHead(): void {
      head = draws.chance(0.7) ? blocks.at(-1)! : draws.of(...blocks);
    },
    /** A transaction comes in. @returns What ledger and machine say of it. */
    receive(atUs: number): { ledger: string; machine: string } {
      // One in twelve is what was sent before, byte for byte.
      const again = sent.length > 0 && draws.chance(0.08) ? draws.of(...sent) : undefined;
      const drawn = again ?? draw();
      const { bytes, signature } = drawn;
      const seen = { ...drawn.seen, id: table.count };
      const isChosen = again === undefined ? drawn.isChosen : seen.isOfChain && seen.isSigned;
      sent.push(drawn);
      const transaction = parseTransaction(bytes);
      const gas = intrinsicGas(bytes);
      const id = transactionId(bytes);
      const row = { slot: -1, node: 0, submittedUs: atUs };
      const tx = table.add({ transaction, unsigned: bytes, signature, id, intrinsicGas: gas }, row);
      const refused = refusedAtDoor(bytes, signature, atUs);
      if (isChosen) nonces.choose(tx);
      else if (seen.isOfChain && seen.isSigned) nonces.follow(tx);
      const expected: string[] = [];
      const doubtful = refusedBy(states.get(head)!, machineRules, seen, atUs);
      const machine =
        seen.isOfChain && seen.isSigned
          ? pool.receive(seen, isChosen, doubtful, (other, reason) =>
              expected.push(`${other} ${reason}`),
            )
          : doubtful;
      let ledger = refused;
      drops.length = 0;
      if (refused === '') {
        came.add(tx);
        ledger = mempools.receive(0, tx, atUs) ?? '';
      } else table.refused[tx] = rejectReasonCode(refused as never);
      expect(drops).toEqual(expected);
      return { ledger, machine };
    },
    /** Makes a block on the head. @returns Reasons of what it carries. */
    mine(atUs: number): string[] {
      const producer = HOMES + draws.below(NODES);
      const carried = carriedBy.get(head)!;
      const view = state.begin(head);
      const candidates = Array.from(came)
        .filter((tx) => mempools.keeps(0, tx) && !carried.has(tx))
        .sort((a, b) => a - b);
      const body: number[] = [];
      const receipts: { id: number; reason: string; gasUsed: number }[] = [];
      const stopped = new Set<number>();
      for (const tx of assemblyOrder(candidates, table)) {
        const { transaction, intrinsicGas: gas } = table.signed(tx);
        const { sender } = transaction;
        if (transaction.expiryUs < atUs || stopped.has(sender)) continue;
        const nonce = view.read(accountCell(sender, ACCOUNT.nonce));
        const refused = refusal(view, rules, transaction, gas, atUs);
        if (refused !== undefined || nonces.isHeld(tx, nonce, atUs)) {
          stopped.add(sender);
          continue;
        }
        const receipt = execute(view, rules, transaction, gas, { timestampUs: atUs, producer });
        body.push(tx);
        const reason = rejectReasonOf(receipt.reason) ?? '';
        receipts.push({ id: tx, reason, gasUsed: receipt.gasUsed });
      }
      const parent = head;
      const before = (cell: number) => state.readAt(parent, cell);
      expect(imbalanceOf(state.dirtyCells(), ACCOUNTS, before, view.read)).toBe(0);
      const block = tree.add({
        parent,
        producer: 0,
        timestampUs: atUs,
        producedUs: atUs,
        hash: String(tree.count),
        work: 1,
        transactions: body,
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      state.commit(block);
      for (const tx of body) table.include(tx, block);
      const after = copyOf(states.get(parent)!);
      expect(receipts).toEqual(pool.fill(after, machineRules, carried, atUs, producer));
      const [held, expected] = [[] as number[], [] as number[]];
      for (const [account, { nonce, balanceUpt, escrowUpt }] of after.accounts) {
        const field = (name: number) => state.readAt(block, accountCell(account, name));
        held.push(field(ACCOUNT.nonce), field(ACCOUNT.balanceUpt), field(ACCOUNT.escrowUpt));
        expected.push(nonce, balanceUpt, escrowUpt);
      }
      expect(held).toEqual(expected);
      states.set(block, after);
      carriedBy.set(block, new Set([...carried, ...body]));
      blocks.push(block);
      head = block;
      return receipts.map(({ reason }) => reason);
    },
  };
}

describe('the account ledger', () => {
  it('accounts: agrees with a machine of maps on every nonce, balance, gas and reason', {
    timeout: 120_000,
  }, () => {
    const doors = new Map<string, number>();
    const runs = new Map<string, number>();
    const count = (map: Map<string, number>, reason: string) =>
      map.set(reason, (map.get(reason) ?? 0) + 1);
    let reorgs = 0;
    for (let seed = 0; seed < SEQUENCES; seed++) {
      const story = createStory(seed);
      const blockCount = 2 + story.draws.below(4);
      for (let k = 1; k <= blockCount; k++) {
        const last = story.blocks.at(-1)!;
        story.chooseHead();
        const atUs = BLOCK_US * k;
        for (let left = story.draws.below(6); left > 0; left--) {
          const { ledger, machine } = story.receive(atUs);
          expect(ledger, `story ${seed}`).toBe(machine);
          count(doors, ledger);
          if (ledger === '' && story.drops.length > 0) count(doors, 'REPLACED');
        }
        for (const reason of story.mine(atUs)) count(runs, reason);
        if (tree.parent[story.blocks.at(-1)!] !== last) reorgs++;
      }
    }
    const text = (map: Map<string, number>) =>
      [...map]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([reason, times]) => `${reason || 'ok'} ${times}`)
        .join(', ');
    console.log(
      `${SEQUENCES} stories, ${reorgs} forks; at the door: ${text(doors)}; in blocks: ${text(runs)}`,
    );
    for (const reason of [
      '',
      'BAD_NONCE',
      'BAD_SIGNATURE',
      'EXPIRED',
      'INSUFFICIENT_BALANCE',
      'INSUFFICIENT_GAS',
      'REPLACED',
      'UNDERPRICED',
      'UNKNOWN_SENDER',
      'WRONG_CHAIN',
    ])
      expect(doors.get(reason) ?? 0, reason).toBeGreaterThan(100);
    for (const reason of [
      '',
      'DUPLICATE',
      'GATE_CLOSED',
      'INSUFFICIENT_ESCROW',
      'OUT_OF_GAS',
      'UNAUTHORISED',
      'UNKNOWN_ACCOUNT',
      'UNKNOWN_SLOT',
      'ZERO_QUANTITY',
    ])
      expect(runs.get(reason) ?? 0, reason).toBeGreaterThan(30);
    expect(reorgs).toBeGreaterThan(1_000);
  });
});
