/** A chain state of homes, nodes, offices and guests that can be continued from any block: forks included. */
import { ACCOUNT, accountCell, denseCellCount } from '../../../src/contracts/cells.ts';
import { imbalanceOf, recount } from '../../../src/contracts/conservation.ts';
import { NO_CAP_UPT } from '../../../src/contracts/emission.ts';
import { execute, refusal } from '../../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../../src/contracts/genesis-rules.ts';
import { contracts } from '../../../src/contracts/index.ts';
import { groupParameters, type RuleGroups } from '../../../src/contracts/rule-groups.ts';
import { ROLES, RULE_NAMES } from '../../../src/contracts/rules.ts';
import { createWriter } from '../../../src/ledger/encoding.ts';
import { chainIdOf, encodeGenesis, genesisHash } from '../../../src/ledger/genesis.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { freezeMessage, rotationMessage } from '../../../src/ledger/payloads/membership.ts';
import { type RejectReason, rejectReasonOf } from '../../../src/ledger/reject-reason.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import { createChainState } from '../../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  type RegisterPayload,
  registrationMessage,
  type Transaction,
  type TransactionType,
} from '../../../src/ledger/transactions.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';

export const S = 1_000_000;
const writer = createWriter(4096);

/** What a transaction became. */
export interface Sent {
  readonly refused: boolean;
  readonly reason: RejectReason | '';
  readonly gasUsed: number;
  readonly events: readonly number[];
}

/** Settings that differ between tests. */
export interface MembersOptions {
  readonly homes?: number;
  readonly nodes?: number;
  readonly guests?: number;
  /** Homes that are members from the start; all by default. Guests never are. */
  readonly members?: number;
  readonly isPublic?: boolean;
  readonly nodeUpt?: number;
  /** Points of the last node, where it has others than the rest. */
  readonly lastNodeUpt?: number;
  readonly slots?: number;
  readonly gasPriceUpt?: number;
  readonly seed?: string;
  readonly compute?: Partial<NonNullable<RuleGroups['compute']>>;
  readonly emissionCapUpt?: number;
}

/** Windows of 100 s each, three workers, 5 000 upt a leaf, deposits of 1 pt. */
const COMPUTE = {
  computeRewardUptPerLeaf: 5_000,
  computeDepositUpt: 1e6,
  computeWorkers: 3,
  computeCommitUs: 100 * S,
  computeRevealUs: 100 * S,
  computeCanaryUs: 100 * S,
  computeLeavesMax: 1_000,
};

const bytesOf = (name: number) => new Uint8Array(32).fill(name);

/** Makes a world. Homes have 100 pt each, nodes `nodeUpt` (100 pt). */
export function createMembersWorld(options: MembersOptions = {}) {
  const homes = options.homes ?? 3;
  const nodes = options.nodes ?? 4;
  const guests = options.guests ?? 2;
  const centre = homes + nodes;
  const [dso, authority, treasury] = [centre + 1, centre + 2, centre + 3];
  const accountCount = treasury + 1 + guests;
  const roles = [
    ...Array.from({ length: homes }, () => 'home' as const),
    ...Array.from({ length: nodes }, () => 'node' as const),
    'centre' as const,
    'dso' as const,
    'authority' as const,
    'treasury' as const,
    ...Array.from({ length: guests }, () => 'guest' as const),
  ];
  const keys = roles.map((_, account) => createKeyPair('modelled', bytesOf(account + 1)));
  const members = options.members ?? homes;
  const nodeUpt = options.nodeUpt ?? 100e6;
  const nodeUptOf = (account: number) =>
    account === centre - 1 ? (options.lastNodeUpt ?? nodeUpt) : nodeUpt;
  const integers = {
    ...(Object.fromEntries(RULE_NAMES.map((name) => [name, 0])) as Record<
      (typeof RULE_NAMES)[number],
      number
    >),
    accountCount,
    homeCount: homes,
    nodeCount: nodes,
    firstNode: homes,
    centre,
    dso,
    authority,
    treasury,
    consortium: options.isPublic === true ? 0 : 1,
    openingUs: 0,
    slotUs: 900 * S,
    slotCount: options.slots ?? 50,
    gateClosureUs: 300 * S,
    initialGrantUpt: 100e6,
    rewardBudgetUpt: 20e6,
    rewardDayUs: 86_400 * S,
    gasPriceUpt: options.gasPriceUpt ?? 0,
    blockGasMax: 1e9,
    blockBytesMax: 1e9,
  };
  const groups: RuleGroups = {
    points: {
      cleanSellerUptPerKWh: 0,
      cleanBuyerUptPerKWh: 0,
      cleanUserUptPerKWh: 0,
      grantVestingUs: 0,
      grantExpiryUs: 0,
      emissionCapUpt: options.emissionCapUpt ?? NO_CAP_UPT,
      emissionEpochUs: 86_400 * S,
      emissionHalvingUs: 0,
      feeBurnPpm: 0,
      penaltyBurnPpm: 0,
      redemptionRatePpm: 1e6,
      fiatCashOut: 0,
    },
    metering: { meterDisputeUs: 1e12 },
    compute: { ...COMPUTE, ...options.compute },
  };
  const genesis = {
    name: options.seed ?? 'members',
    cryptoMode: 'modelled' as const,
    membership: options.isPublic === true ? 'public' : 'consortium',
    slotUs: integers.slotUs,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: { name: 'test', parameters: [] },
    accounts: roles.map((role, account) => ({
      id: `${role}-${account}`,
      role: ROLES.indexOf(role),
      publicKey: keys[account]!.publicKey,
      balanceUpt: account < members ? 100e6 : role === 'node' ? nodeUptOf(account) : 0,
      certificates: { firstId: 0, count: 0 },
      lockedCount: 0,
      registered: role === 'home' ? account < members : role !== 'guest',
    })),
    parameters: [...Object.entries(integers), ...groupParameters(groups)],
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
  let head = 0;
  let view = state.begin(0);
  const undoable = {
    read: (cell: number) => view.read(cell),
    write: (cell: number, value: number) => view.write(cell, value),
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  const world = {
    homes,
    nodes,
    centre,
    dso,
    authority,
    treasury,
    accountCount,
    guest: (k: number) => treasury + 1 + k,
    node: (k: number) => homes + k,
    rules,
    state,
    tree,
    chainId,
    keys,
    read: undoable.read,
    undoable,
    nowUs: 0,
    head: () => head,
    account: (account: number, field: number) => undoable.read(accountCell(account, field)),
    /** Sends a transaction into the open block. */
    send<T extends TransactionType>(
      type: T,
      sender: number,
      payload: PayloadOf[T],
      gasLimit = 1e9,
    ): Sent {
      const transaction = {
        type,
        chainId,
        sender,
        nonce: sender < accountCount ? world.account(sender, ACCOUNT.nonce) : 0,
        gasLimit,
        expiryUs: 1e15,
        payload,
      } as unknown as Transaction;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      const refused = refusal(undoable, rules, transaction, gas, world.nowUs);
      if (refused !== undefined) return { refused: true, reason: refused, gasUsed: 0, events: [] };
      const receipt = execute(undoable, rules, transaction, gas, {
        timestampUs: world.nowUs,
        parentHash: tree.hash(head),
      });
      return {
        refused: false,
        reason: rejectReasonOf(receipt.reason) ?? '',
        gasUsed: receipt.gasUsed,
        events: Array.from(receipt.events),
      };
    },
    /** Closes the open block and opens one on top of it. @returns What it adds to issued − held: 0. */
    seal(): number {
      const parent = head;
      const before = (cell: number) => state.readAt(parent, cell);
      const off = imbalanceOf(state.dirtyCells(), accountCount, before, undoable.read);
      const block = tree.add({
        parent: head,
        producer: 0,
        timestampUs: world.nowUs,
        producedUs: world.nowUs,
        hash: sha256Hex(`${options.seed}/${tree.count}`),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      state.commit(block);
      world.continueFrom(block);
      return off;
    },
    /** Opens a block on top of any other; what stands in the open one is lost. */
    continueFrom(block: number): void {
      head = block;
      view = state.begin(head);
    },
    /** What the invariants of every contract say of the open block. */
    problems: () =>
      contracts.flatMap(({ invariants }) =>
        invariants.flatMap(({ check }) => check(undoable.read, rules) ?? []),
      ),
    recount(): number {
      state.fold(head);
      return recount(state, accountCount);
    },
    /** A registration as the authority, or somebody else, has signed it. */
    registration(
      account: number,
      names: {
        identity?: number;
        meters?: readonly number[];
        assets?: readonly number[];
        role?: number;
        signer?: number;
      } = {},
    ): RegisterPayload {
      const registration = {
        account,
        role: names.role ?? 0,
        publicKey: (keys[account] ?? keys[0]!).publicKey,
        identityHash: bytesOf(names.identity ?? 100 + account),
        meterHashes: (names.meters ?? []).map(bytesOf),
        assetHashes: (names.assets ?? []).map(bytesOf),
      };
      const message = registrationMessage(chainId, registration);
      return { ...registration, caSignature: keys[names.signer ?? authority]!.sign(message) };
    },
    rotation(account: number, rotations: number, key: number, signer = authority) {
      const publicKey = bytesOf(key);
      const message = rotationMessage(chainId, account, rotations, publicKey);
      return { publicKey, caSignature: keys[signer]!.sign(message) };
    },
    freezeOrder(account: number, orders: number, isFrozen: boolean, signer = authority) {
      const message = freezeMessage(chainId, account, orders, isFrozen);
      return { account, isFrozen, caSignature: keys[signer]!.sign(message) };
    },
    /** Anchors the reads of a slot. */
    batch: (slot: number, count: number) =>
      world.send('METER_BATCH', centre, {
        slot,
        headEnd: 0,
        root: bytesOf(9),
        count,
        importWh: 0,
        exportWh: 0,
        generationWh: 0,
      }),
  };
  return world;
}
