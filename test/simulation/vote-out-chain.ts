/**
 * A small chain of elected producers for the vote-out: every node gets every block after a delay of its
 * own, contracts execute for real on a state that is folded, and the whole chain can be replayed. Links
 * and messages are not modelled here; who sees what and when is.
 */
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import type { BallotBook } from '../../src/contracts/ballot-conduct.ts';
import { ACCOUNT, accountCell, denseCellCount } from '../../src/contracts/cells.ts';
import { imbalanceOf, recount } from '../../src/contracts/conservation.ts';
import { EMPTY_STATE_ROOT, execute, refusal, stateRootAfter } from '../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../src/contracts/genesis-rules.ts';
import { ROLES, RULE_NAMES } from '../../src/contracts/rules.ts';
import { createKernel, PHASE } from '../../src/kernel/kernel.ts';
import { type BlockHeader, blockHash, encodeHeader } from '../../src/ledger/block.ts';
import type { ChainParameters } from '../../src/ledger/chain-parameters.ts';
import { createWriter } from '../../src/ledger/encoding.ts';
import { chainIdOf, encodeGenesis, type Genesis, genesisHash } from '../../src/ledger/genesis.ts';
import { hexToBytes } from '../../src/ledger/hash.ts';
import { type Receipt, receiptRoot } from '../../src/ledger/receipt.ts';
import { createKeyPair } from '../../src/ledger/signature.ts';
import { type ChainState, createChainState } from '../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type Transaction,
} from '../../src/ledger/transactions.ts';
import { type BlockTree, createBlockTree } from '../../src/ledger/tree.ts';
import { VOTE_OUT, type VoteOutOptions, voteOutParameters } from '../../src/ledger/vote-out.ts';
import { createGovernance } from '../../src/simulation/governance.ts';
import type { Executed } from '../../src/simulation/governance-chain.ts';
import { createChainTurns } from '../../src/simulation/turns.ts';

/** Length of a turn [µs]. */
export const TURN_US = 3_000_000;
const FINAL_DEPTH = 30;
const TX_DELAY_US = 200_000;

/** What a run is made from. Nodes are indices; the first `producers` of them are elected at genesis. */
export interface VoteOutRun {
  readonly nodes?: number;
  readonly producers?: number;
  readonly homes?: number;
  readonly epochRounds?: number;
  readonly seed?: string;
  readonly voteOut?: Partial<VoteOutOptions>;
  /** First turn of the offences. */
  readonly from?: number;
  /** Producers that let their turns pass, sign twice, build in others' turns, or censor homes. */
  readonly silent?: readonly number[];
  readonly doubleSigners?: readonly number[];
  readonly intruders?: readonly number[];
  readonly censors?: readonly number[];
  /** Producers whose blocks come to all others so much later [µs]. */
  readonly late?: Readonly<Record<number, number>>;
  /** Nodes that are down in some turns [from, to). */
  readonly down?: Readonly<Record<number, readonly [number, number]>>;
  /** Homes that send a transfer in every turn. */
  readonly busyHomes?: number;
  readonly conduct?: (voters: BallotBook, firstNode: number) => void;
}

const writer = createWriter(16_384);

/** Owner of each turn from elections at the start of epochs and verdicts after the parent. */
function createSchedule(
  tree: BlockTree,
  elections: ChainParameters,
  producers: number,
  epochTurns: number,
) {
  const turnOf = (block: number) => (block === 0 ? 0 : tree.consensus(block)[0]!);
  const seats = new Map<string, readonly number[]>();
  /** The election of an epoch, at the last block before it. */
  const electedOn = (parent: number, epoch: number) => {
    let anchor = parent;
    while (anchor > 0 && Math.floor(turnOf(anchor) / epochTurns) >= epoch) {
      anchor = tree.parent[anchor]!;
    }
    const key = `${anchor}/${epoch}`;
    const known = seats.get(key);
    if (known !== undefined) return known;
    const { ranking } = elections.electionAt(anchor);
    seats.set(key, ranking);
    return ranking;
  };
  return {
    ownerOf(parent: number, turn: number): number {
      const ranking = electedOn(parent, Math.floor(turn / epochTurns));
      const count = Math.min(producers, ranking.length);
      const owner = ranking[turn % count]!;
      const excluded = elections.standingsAt!(parent).excluded;
      if (!excluded.includes(owner)) return owner;
      return ranking.slice(count).find((node) => !excluded.includes(node)) ?? -1;
    },
  };
}

/** Makes a run. */
export function createVoteOutRun(run: VoteOutRun) {
  const nodeCount = run.nodes ?? 13;
  const producers = run.producers ?? 9;
  const homeCount = run.homes ?? 12;
  const epochTurns = producers * (run.epochRounds ?? 10);
  const options: VoteOutOptions = { ...defaultsOf(VOTE_OUT), ...run.voteOut };
  const from = run.from ?? 1;
  const offices = homeCount + nodeCount;
  const accountCount = offices + 4;
  const roles = [
    ...Array.from({ length: homeCount }, () => 'home'),
    ...Array.from({ length: nodeCount }, () => 'node'),
    'centre',
    'dso',
    'authority',
    'treasury',
  ];
  const keys = roles.map((_, account) =>
    createKeyPair('modelled', new Uint8Array(32).fill(account + 1)),
  );
  const parameters = {
    ...Object.fromEntries(RULE_NAMES.map((name) => [name, 0])),
    accountCount,
    homeCount,
    nodeCount,
    firstNode: homeCount,
    centre: offices,
    dso: offices + 1,
    authority: offices + 2,
    treasury: offices + 3,
    consortium: 1,
    slotUs: 900e6,
    slotCount: 1,
    rewardDayUs: 86_400e6,
  };
  const genesis: Genesis = {
    name: 'vote-out',
    cryptoMode: 'modelled',
    membership: 'consortium',
    slotUs: 900e6,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: {
      name: 'test',
      parameters: Object.entries(
        voteOutParameters(options, { turnUs: TURN_US, producers, epochTurns }),
      ),
    },
    accounts: roles.map((role, account) => ({
      id: `${role}-${account}`,
      role: ROLES.indexOf(role as (typeof ROLES)[number]),
      publicKey: keys[account]!.publicKey,
      balanceUpt: role === 'home' || role === 'node' ? 100e6 : 0,
      certificates: { firstId: 20 * account, count: role === 'home' ? 20 : 0 },
      lockedCount: role === 'home' ? 20 : 0,
      registered: true,
    })),
    parameters: Object.entries(parameters),
  };
  const encoded = encodeGenesis(genesis);
  const chainId = chainIdOf(genesisHash(encoded));
  const rules = rulesOf(genesis, chainId);

  /** A tree with a state and what contracts know of branches; the maker and the verifier each have one. */
  function createBook() {
    const tree = createBlockTree(genesisHash(encoded));
    const state: ChainState = createChainState(tree, {
      denseCount: denseCellCount(accountCount),
      maxUnfinalBlocks: 1_000_000,
    });
    const view = state.begin(0);
    writeGenesisState(view, genesis);
    const root = stateRootAfter(EMPTY_STATE_ROOT, state.dirtyCells(), (cell) => view.read(cell));
    state.commit(0);
    state.foldGenesis();
    const noRule = { irreversibleHeight: () => 0, add() {}, finalHeight: () => 0 };
    const turns = createChainTurns(
      tree,
      state,
      rules,
      {
        createSchedule: (of, _rule, _parameters, elections) =>
          createSchedule(of, elections, producers, epochTurns),
      },
      noRule,
      {},
    )!;
    const { schedule, record } = turns;
    return { tree, state, turns, schedule, record, roots: [root] as string[] };
  }

  interface Signed {
    readonly transaction: Transaction;
    readonly gas: number;
    readonly sentUs: number;
  }
  const table: Signed[] = [];
  const book = createBook();
  const { tree, state, schedule, record } = book;
  const kernel = createKernel();
  const random = createRandomSource(run.seed ?? 'vote-out');
  const delays = random.addressed('world/delays');
  const head = new Int32Array(nodeCount);
  const up = new Uint8Array(nodeCount).fill(1);
  const held = new Set<number>();
  const nonces = new Float64Array(accountCount);
  const sealed: { header: Uint8Array; signature: Uint8Array; receipts: Receipt[] }[] = [];
  const bodies: number[][] = [[]];
  let finalBlock = 0;

  /** Executes transactions on top of a parent; keeps those that are admissible. */
  function fill(on: ReturnType<typeof createBook>, parent: number, turn: number, txs: number[]) {
    const view = on.state.begin(parent);
    const undoable = {
      read: (cell: number) => view.read(cell),
      write: (cell: number, value: number) => view.write(cell, value),
      mark: () => on.state.mark(),
      rollback: (mark: number) => on.state.rollback(mark),
    };
    const branch = on.turns.open(view, parent, [turn]);
    const kept: number[] = [];
    const receipts: Receipt[] = [];
    for (const tx of txs) {
      const { transaction, gas } = table[tx]!;
      const nextNonce = view.read(accountCell(transaction.sender, ACCOUNT.nonce));
      if (transaction.nonce !== nextNonce) continue;
      if (refusal(view, rules, transaction, gas, turn * TURN_US) !== undefined) continue;
      receipts.push(
        execute(undoable, rules, transaction, gas, { timestampUs: turn * TURN_US, branch }),
      );
      kept.push(tx);
    }
    const dirty = on.state.dirtyCells();
    const before = (cell: number) => on.state.readAt(parent, cell);
    const off = imbalanceOf(dirty, accountCount, before, (cell) => view.read(cell));
    if (off !== 0) throw new Error(`points are off by ${off}`);
    const root = stateRootAfter(on.roots[parent]!, dirty, (cell) => view.read(cell));
    return { kept, receipts, root };
  }

  function build(node: number, parent: number, turn: number, twist = 0): number {
    const isCensor = run.censors?.includes(node) === true && turn >= from;
    const onBranch = new Set<number>();
    for (let at = parent; tree.height[at]! > tree.height[finalBlock]!; at = tree.parent[at]!) {
      for (const tx of bodies[at]!) onBranch.add(tx);
    }
    const known = table.flatMap(({ transaction, sentUs }, tx) => {
      const isHere = sentUs + TX_DELAY_US <= kernel.nowUs && !onBranch.has(tx);
      return isHere && !(isCensor && transaction.sender < homeCount) ? [tx] : [];
    });
    const { kept, receipts, root } = fill(book, parent, turn, known);
    const header: BlockHeader = {
      chainId,
      height: tree.height[parent]! + 1,
      previousHash: tree.hash(parent),
      timestampUs: turn * TURN_US,
      producer: homeCount + node,
      transactionRoot: '0'.repeat(64),
      receiptRoot: receiptRoot(receipts),
      stateRoot: root,
      transactionCount: kept.length,
      bodyBytes: twist,
      gasUsed: 0,
      consensus: [turn, Math.floor(turn / epochTurns)],
    };
    const bytes = encodeHeader(header, writer).slice();
    const hash = blockHash(bytes);
    const block = tree.add({
      parent,
      producer: node,
      timestampUs: header.timestampUs,
      producedUs: kernel.nowUs,
      hash,
      work: 1,
      transactions: kept,
      bytes: bytes.length,
      gasUsed: 0,
      consensus: header.consensus as number[],
    });
    state.commit(block);
    book.turns.add(block);
    book.roots[block] = root;
    bodies[block] = kept;
    const signature = keys[homeCount + node]!.sign(hexToBytes(hash));
    sealed[block] = { header: bytes, signature, receipts };
    return block;
  }

  const governance = createGovernance({
    kernel,
    rules,
    options,
    random,
    tree,
    head,
    up,
    turns: record,
    schedule,
    readAt: (block, cell) => state.readAt(block, cell),
    nodeOf: (account) => (account < homeCount ? account % nodeCount : account - homeCount),
    submit(type, sender, payload) {
      const transaction = {
        type,
        chainId,
        sender,
        nonce: nonces[sender]!,
        gasLimit: 2e9,
        expiryUs: 1e15,
        payload,
      } as unknown as Transaction;
      nonces[sender]!++;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      table.push({ transaction, gas, sentUs: kernel.nowUs });
    },
    header: (block) => sealed[block],
    executed: (block): Executed[] =>
      bodies[block]!.map((tx, place) => ({
        type: table[tx]!.transaction.type,
        receipt: sealed[block]!.receipts[place]!,
      })),
    heardUs: (_node, tx) => table[tx]!.sentUs + TX_DELAY_US,
  });
  run.conduct?.(governance.voters, homeCount);

  function take(node: number, block: number): void {
    held.add(block * nodeCount + node);
    governance.onBlock(node, block);
    const previous = head[node]!;
    if (tree.height[block]! <= tree.height[previous]!) return;
    head[node] = block;
    governance.onHead(node, block, previous);
    if (node === 0) advanceFinal();
  }

  function advanceFinal(): void {
    const height = tree.height[head[0]!]! - FINAL_DEPTH;
    if (height <= tree.height[finalBlock]!) return;
    const next = tree.ancestorAt(head[0]!, height);
    const path: number[] = [];
    for (let at = next; at !== finalBlock; at = tree.parent[at]!) path.push(at);
    for (const at of path.reverse()) governance.onFinal(0, at);
    finalBlock = next;
    state.fold(next);
  }

  const deliver = kernel.event('network/deliver', PHASE.network, (node, block) => {
    if (up[node] === 0 || held.has(block * nodeCount + node)) return;
    const parent = tree.parent[block]!;
    if (parent > 0 && !held.has(parent * nodeCount + node)) {
      // A peer has it: a node that was down, or got a late block late, asks for what it lacks.
      deliver.after(0, node, parent);
      deliver.after(1, node, block);
      return;
    }
    const turn = record.turnOf(block);
    if (schedule.ownerOf(parent, turn) !== tree.producer[block]) governance.onInvalid(node, block);
    else take(node, block);
  });

  function announce(node: number, block: number): void {
    take(node, block);
    for (let other = 0; other < nodeCount; other++) {
      if (other === node) continue;
      const lateUs = run.late?.[node] ?? 0;
      const delayUs = 50_000 + Math.floor(delays.uniform(node, other, 0) * 200_000);
      deliver.after(delayUs + lateUs, other, block);
    }
  }

  const openTurn = kernel.event('consensus/open-turn', PHASE.consensus, (turn) => {
    openTurn.at((turn + 1) * TURN_US, turn + 1);
    for (const [node, [first, last]] of Object.entries(run.down ?? {})) {
      up[Number(node)] = turn >= first && turn < last ? 0 : 1;
    }
    const owners = new Map<number, number>();
    for (let node = 0; node < nodeCount; node++) {
      const parent = head[node]!;
      if (record.turnOf(parent) >= turn || up[node] === 0) continue;
      let owner = owners.get(parent);
      if (owner === undefined) {
        owner = schedule.ownerOf(parent, turn);
        owners.set(parent, owner);
      }
      const isBad = turn >= from;
      const offends = (list?: readonly number[]) => isBad && list?.includes(node) === true;
      if (owner !== node) {
        if (offends(run.intruders) && turn % 10 === 0) {
          governance.log.offence(node, kernel.nowUs);
          const block = build(node, parent, turn);
          for (let other = 0; other < nodeCount; other++) deliver.after(50_000, other, block);
        }
        continue;
      }
      if (offends(run.silent)) {
        governance.log.offence(node, kernel.nowUs);
        continue;
      }
      if (offends(run.censors)) governance.log.offence(node, kernel.nowUs);
      announce(node, build(node, parent, turn));
      if (!offends(run.doubleSigners)) continue;
      governance.log.offence(node, kernel.nowUs);
      const second = build(node, parent, turn, 1);
      for (let other = 0; other < nodeCount; other++) deliver.after(100_000, other, second);
    }
    for (let home = 0; home < (run.busyHomes ?? 0); home++) {
      const to = (home + 1) % homeCount;
      const payload = { to, amountUpt: 1 };
      const transaction = {
        type: 'TRANSFER',
        chainId,
        sender: home,
        nonce: nonces[home]!++,
        gasLimit: 2e9,
        expiryUs: 1e15,
        payload,
      } as unknown as Transaction;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      table.push({ transaction, gas, sentUs: kernel.nowUs });
    }
  });
  openTurn.at(TURN_US, 1);
  governance.start();

  return {
    rules,
    tree,
    head,
    state,
    record,
    governance,
    firstNode: homeCount,
    read: (cell: number) => state.readAt(head[0]!, cell),
    run: (turns: number) => kernel.run(turns * TURN_US),
    /** Votes of homes at genesis, in turn 1. */
    approve(home: number, candidates: readonly number[]) {
      const transaction = {
        type: 'VOTE',
        chainId,
        sender: home,
        nonce: nonces[home]!++,
        gasLimit: 2e9,
        expiryUs: 1e15,
        payload: { candidates },
      } as unknown as Transaction;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      table.push({ transaction, gas, sentUs: -TX_DELAY_US });
    },
    /** Node 0's chain from its first block. */
    chain() {
      const blocks: number[] = [];
      for (let at = head[0]!; at > 0; at = tree.parent[at]!) blocks.push(at);
      return blocks.reverse();
    },
    /** Executes node 0's chain again on a state of its own. @returns Blocks that came out otherwise. */
    replay() {
      const other = createBook();
      let parent = 0;
      let wrong = 0;
      let count = 0;
      for (const block of this.chain()) {
        const turn = record.turnOf(block);
        const { receipts, root } = fill(other, parent, turn, bodies[block]!);
        const isSame =
          root === book.roots[block] &&
          receiptRoot(receipts) === receiptRoot(sealed[block]!.receipts);
        if (!isSame) wrong++;
        parent = other.tree.add({
          parent,
          producer: tree.producer[block]!,
          timestampUs: tree.timestampUs[block]!,
          producedUs: 0,
          hash: tree.hash(block),
          work: 1,
          transactions: bodies[block]!,
          bytes: 0,
          gasUsed: 0,
          consensus: tree.consensus(block),
        });
        other.roots[parent] = root;
        other.state.commit(parent);
        other.turns.add(parent);
        // Folded at another distance than in the run: nothing may depend on it.
        if (++count % 50 === 0) other.state.fold(other.tree.ancestorAt(parent, count - 7));
      }
      other.state.fold(parent);
      return { wrong, blocks: count, imbalanceUpt: recount(other.state, accountCount) };
    },
  };
}
