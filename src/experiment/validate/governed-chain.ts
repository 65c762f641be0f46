/**
 * A chain of elected producers on which the contracts of the vote-out run: homes with certificates, nodes
 * that take turns by the clock, a state that is executed block by block and conserves points in each.
 */
import { defaultsOf } from '../../base/options.ts';
import { ACCOUNT, accountCell, denseCellCount } from '../../contracts/cells.ts';
import { imbalanceOf, recount } from '../../contracts/conservation.ts';
import { countElection, creditOf, standingOf, standings } from '../../contracts/election.ts';
import { execute, refusal } from '../../contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../contracts/genesis-rules.ts';
import { governanceContract } from '../../contracts/governance.ts';
import { CANDIDATE, candidateCell } from '../../contracts/governance-cells.ts';
import { advanceCredits } from '../../contracts/governance-credit.ts';
import { governanceEvents } from '../../contracts/governance-events.ts';
import { groupParameters, type RuleGroups } from '../../contracts/rule-groups.ts';
import { ROLES, RULE_NAMES } from '../../contracts/rules.ts';
import { type BlockHeader, blockHash, encodeHeader } from '../../ledger/block.ts';
import { createWriter } from '../../ledger/encoding.ts';
import { chainIdOf, encodeGenesis, type Genesis, genesisHash } from '../../ledger/genesis.ts';
import { hexToBytes } from '../../ledger/hash.ts';
import { type RejectReason, rejectReasonOf } from '../../ledger/reject-reason.ts';
import { createKeyPair } from '../../ledger/signature.ts';
import { createChainState } from '../../ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  type SignedHeader,
  type Transaction,
  type TransactionType,
} from '../../ledger/transactions.ts';
import { createBlockTree } from '../../ledger/tree.ts';
import { createTurnRecord } from '../../ledger/turn-record.ts';
import {
  CHOICES,
  type Choice,
  EVIDENCE,
  type EvidenceKind,
  VOTE_OUT,
  type VoteOutOptions,
  voteOutParameters,
} from '../../ledger/vote-out.ts';

/** Seconds in µs. */
export const S = 1_000_000;
/** Length of a turn [µs]. */
export const TURN_US = 3 * S;

/** Settings that differ between laws and tests. */
export interface GovernanceWorldOptions {
  readonly nodes?: number;
  /** Seats of the schedule; all nodes but one by default. */
  readonly producers?: number;
  readonly homes?: number;
  readonly epochRounds?: number;
  readonly nodeUpt?: number;
  readonly voteOut?: Partial<VoteOutOptions>;
  /** Parameters of contracts that the chain has beside the basic ones. */
  readonly groups?: RuleGroups;
  /** Owner of a turn; round robin over the first seats, with excluded ones replaced, by default. */
  readonly ownerOf?: (parent: number, turn: number) => number;
}

const writer = createWriter(8192);
const headerWriter = createWriter(512);

/** Makes a world. Homes have 100 pt and 20 certificates each, ten of them locked. */
export function createGovernanceWorld(options: GovernanceWorldOptions = {}) {
  const nodeCount = options.nodes ?? 7;
  const producers = options.producers ?? nodeCount - 1;
  const homeCount = options.homes ?? 4;
  const epochTurns = producers * (options.epochRounds ?? 10);
  const voteOut = { ...defaultsOf(VOTE_OUT), ...options.voteOut };
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
  const parameters: Record<(typeof RULE_NAMES)[number], number> = {
    // What the vote-out does not touch is off.
    ...(Object.fromEntries(RULE_NAMES.map((name) => [name, 0])) as Record<
      (typeof RULE_NAMES)[number],
      number
    >),
    accountCount,
    homeCount,
    nodeCount,
    firstNode: homeCount,
    centre: offices,
    dso: offices + 1,
    authority: offices + 2,
    treasury: offices + 3,
    consortium: 1,
    openingUs: 0,
    slotUs: 900 * S,
    slotCount: 5,
    gateClosureUs: 300 * S,
    wheelingUptPerKWh: 0,
    bondPpm: 0,
    initialGrantUpt: 100e6,
    rewardBudgetUpt: 20e6,
    rewardDayUs: 86_400 * S,
    gasPriceUpt: 0,
    blockGasMax: 1e9,
    blockBytesMax: 1e9,
  };
  const genesis: Genesis = {
    name: 'test',
    cryptoMode: 'modelled',
    membership: 'consortium',
    slotUs: parameters.slotUs,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: {
      name: 'test',
      parameters: Object.entries(
        voteOutParameters(voteOut, { turnUs: TURN_US, producers, epochTurns }),
      ),
    },
    accounts: roles.map((role, account) => ({
      id: `${role}-${account}`,
      role: ROLES.indexOf(role as (typeof ROLES)[number]),
      publicKey: keys[account]!.publicKey,
      balanceUpt: role === 'home' ? 100e6 : role === 'node' ? (options.nodeUpt ?? 100e6) : 0,
      certificates: { firstId: 20 * account, count: role === 'home' ? 20 : 0 },
      lockedCount: role === 'home' ? 10 : 0,
      registered: true,
    })),
    parameters: [...Object.entries(parameters), ...groupParameters(options.groups ?? {})],
  };
  const encoded = encodeGenesis(genesis);
  const chainId = chainIdOf(genesisHash(encoded));
  const rules = rulesOf(genesis, chainId);
  const tree = createBlockTree(genesisHash(encoded));
  const state = createChainState(tree, {
    denseCount: denseCellCount(accountCount),
    maxUnfinalBlocks: 1_000_000,
  });
  writeGenesisState(state.begin(0), genesis);
  state.commit(0);
  state.foldGenesis();

  /** Seats go to the first nodes; an excluded one's to the last nodes, which stand by. */
  function roundRobin(parent: number, turn: number): number {
    const seat = turn % producers;
    const { excluded } = standings((cell) => state.readAt(parent, cell), rules);
    if (!excluded.includes(seat)) return seat;
    for (let node = nodeCount - 1; node >= producers; node--) {
      if (!excluded.includes(node)) return node;
    }
    return seat;
  }

  const record = createTurnRecord(tree, { ownerOf: options.ownerOf ?? roundRobin }, producers);
  let head = 0;
  let view = state.begin(0);
  const undoable = {
    read: (cell: number) => view.read(cell),
    write: (cell: number, value: number) => view.write(cell, value),
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  const world = {
    rules,
    chainId,
    tree,
    keys,
    record,
    producers,
    nodeCount,
    homeCount,
    epochTurns,
    read: undoable.read,
    node: (node: number) => homeCount + node,
    treasury: offices + 3,
    /** Turn of the open block. */
    turn: 1,
    /** Head of the closed part. */
    head: () => head,
    nowUs: () => world.turn * TURN_US,
    /** Sends a transaction into the open block. @returns Why it failed, '' when it did not. */
    send<T extends TransactionType>(
      type: T,
      sender: number,
      payload: PayloadOf[T],
    ): RejectReason | '' {
      return world.sendFull(type, sender, payload).reason;
    },
    sendFull<T extends TransactionType>(type: T, sender: number, payload: PayloadOf[T]) {
      const transaction = {
        type,
        chainId,
        sender,
        nonce: undoable.read(accountCell(sender, ACCOUNT.nonce)),
        gasLimit: 2e9,
        expiryUs: 1e15,
        payload,
      } as unknown as Transaction;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      const refused = refusal(undoable, rules, transaction, gas, world.nowUs());
      if (refused !== undefined) return { reason: refused, events: [] };
      const branch = record.viewOf(head);
      const receipt = execute(undoable, rules, transaction, gas, {
        timestampUs: world.nowUs(),
        branch,
      });
      return {
        reason: rejectReasonOf(receipt.reason) ?? ('' as const),
        // Entries of other contracts are not the vote-out's.
        events: type in governanceContract.functions ? governanceEvents(receipt.events) : [],
      };
    },
    /** Closes the open block and opens one `skip` turns later. @throws when points are not conserved. */
    seal(skip = 1, producer = (options.ownerOf ?? roundRobin)(head, world.turn)): number {
      const before = (cell: number) => state.readAt(head, cell);
      const off = imbalanceOf(state.dirtyCells(), accountCount, before, undoable.read);
      if (off !== 0) throw new Error(`points are off by ${off}`);
      const block = tree.add({
        parent: head,
        producer,
        timestampUs: world.nowUs(),
        producedUs: world.nowUs(),
        hash: String(tree.count).padStart(64, '0'),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [world.turn, Math.floor(world.turn / epochTurns), tree.height[head]! + 1],
      });
      state.commit(block);
      record.add(block);
      head = block;
      world.turn += skip;
      view = state.begin(head);
      advanceCredits(view, rules, record.viewOf(head), world.turn);
      return block;
    },
    /** Goes on, block by block, until a turn; nodes that are silent miss theirs. */
    runTo(turn: number, silent: readonly number[] = []): void {
      while (world.turn < turn) {
        const owner = (options.ownerOf ?? roundRobin)(head, world.turn);
        if (silent.includes(owner)) world.skip();
        else world.seal();
      }
    },
    /** The owner of the open turn makes no block. */
    skip(): void {
      state.rollback(0);
      world.turn++;
      advanceCredits(view, rules, record.viewOf(head), world.turn);
    },
    /** Folds everything and counts again from scratch: 0 when points are conserved. */
    recount(): number {
      world.seal();
      state.fold(head);
      return recount(state, accountCount);
    },
    account: (account: number, field: number) => undoable.read(accountCell(account, field)),
    balance: (account: number) => world.account(account, ACCOUNT.balanceUpt),
    escrow: (account: number) => world.account(account, ACCOUNT.escrowUpt),
    candidate: (node: number, field: keyof typeof CANDIDATE) =>
      undoable.read(candidateCell(node, CANDIDATE[field])),
    standing: (node: number) => standingOf(undoable.read, node),
    credit: (node: number) => creditOf(undoable.read, rules.voteOut!, node),
    election: () => countElection(undoable.read, rules),
    report(
      kind: EvidenceKind,
      target: number,
      reporter = homeCount,
      headers: readonly SignedHeader[] = [],
    ) {
      return world.sendFull('ABNORMAL_REPORT', reporter, {
        target,
        kind: EVIDENCE[kind],
        depositUpt: voteOut.deposit,
        headers,
      });
    },
    /** Opens a report of a kind that only voters can judge. @returns Its number. */
    open(target: number, kind: EvidenceKind = 'CENSORSHIP', reporter = homeCount): number {
      const { reason, events } = world.report(kind, target, reporter);
      const [first] = events;
      if (first?.event !== 'opened') throw new Error(`no report: ${reason}`);
      return first.report;
    },
    ballot(
      report: number,
      voter: number,
      choice: Choice,
      target: number,
      kind: EvidenceKind = 'CENSORSHIP',
    ) {
      return world.send('BALLOT', voter, {
        report,
        target,
        kind: EVIDENCE[kind],
        choice: CHOICES.indexOf(choice),
      });
    },
    /** Lets the ballot window pass and asks for the verdict. */
    close(report: number, sender = homeCount) {
      world.seal(producers + 1);
      return world.sendFull('VERDICT', sender, { report });
    },
    /** Opens a report on which so many nodes but the target agree and oppose, and closes it. */
    tryOut(target: number, agree: number, oppose: number, kind: EvidenceKind = 'CENSORSHIP') {
      const voters = Array.from({ length: nodeCount }, (_, node) => node).filter(
        (node) => node !== target,
      );
      const report = world.open(target, kind, voters[0]! + homeCount);
      voters.slice(0, agree + oppose).forEach((node, k) => {
        const choice = k < agree ? 'agree' : 'oppose';
        world.ballot(report, homeCount + node, choice, target, kind);
      });
      return world.close(report, voters[0]! + homeCount).events;
    },
    /** Signs a header; what it does not say is that of an honest block on the head. */
    header(part: Partial<BlockHeader> & { turn?: number; node?: number; signer?: number }) {
      const turn = part.turn ?? world.turn;
      const node = part.node ?? 0;
      const header: BlockHeader = {
        chainId,
        height: tree.height[head]! + 1,
        previousHash: tree.hash(head),
        timestampUs: turn * TURN_US,
        producer: homeCount + node,
        transactionRoot: '0'.repeat(64),
        receiptRoot: '0'.repeat(64),
        stateRoot: '0'.repeat(64),
        transactionCount: 0,
        bodyBytes: 0,
        gasUsed: 0,
        consensus: [turn, Math.floor(turn / epochTurns), 1],
        ...part,
      };
      const bytes = encodeHeader(header, headerWriter).slice();
      const signature = keys[part.signer ?? header.producer]!.sign(hexToBytes(blockHash(bytes)));
      return { header: bytes, signature };
    },
  };
  return world;
}

/** A world of {@link createGovernanceWorld}. */
export type GovernanceWorld = ReturnType<typeof createGovernanceWorld>;
