/** A chain state with four homes, three nodes and the offices, on which contracts are executed. */
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  denseCellCount,
  ORDER,
  SLOT,
} from '../../../src/contracts/cells.ts';
import { imbalanceOf, recount } from '../../../src/contracts/conservation.ts';
import { execute, refusal } from '../../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../../src/contracts/genesis-rules.ts';
import { groupParameters, type RuleGroups } from '../../../src/contracts/rule-groups.ts';
import { type AccountCode, ROLES, RULE_NAMES } from '../../../src/contracts/rules.ts';
import { createWriter } from '../../../src/ledger/encoding.ts';
import {
  chainIdOf,
  encodeGenesis,
  type Genesis,
  genesisHash,
} from '../../../src/ledger/genesis.ts';
import { type RejectReason, rejectReasonOf } from '../../../src/ledger/reject-reason.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import { createChainState } from '../../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  registrationMessage,
  type Transaction,
  type TransactionType,
} from '../../../src/ledger/transactions.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';

/** Accounts: homes 0..3, nodes 4..6, then the offices. */
export const HOMES = 4;
export const NODES = 3;
export const CENTRE = 7;
export const DSO = 8;
export const AUTHORITY = 9;
export const TREASURY = 10;
const ACCOUNTS = 11;

/** Slot 0 is delivered from 10 000 s, a slot takes 1 000 s and its gate closes 100 s before. */
export const S = 1_000_000;
export const GATE_US = 9_900 * S;
export const RETAIL_UPT = 600_000;

const writer = createWriter(4096);

/** What a transaction became: '' when it succeeded, else why it failed or was refused. */
export interface Outcome {
  readonly refused: boolean;
  readonly reason: RejectReason | '';
  readonly gasUsed: number;
  readonly events: readonly number[];
}

/** Settings that differ between tests. */
export interface WorldOptions {
  readonly parameters?: Readonly<Partial<Record<(typeof RULE_NAMES)[number], number>>>;
  readonly balanceUpt?: number;
  /** What the centre has for gas; nothing by default. */
  readonly centreUpt?: number;
  /** Homes that are members from the start; all by default. */
  readonly members?: number;
  /** Accounts of other communities, behind the offices; none by default. */
  readonly guests?: number;
  /** Parameters of contracts that the chain has beside the basic ones. */
  readonly groups?: RuleGroups;
  /** Accounts that are contracts. */
  readonly code?: ReadonlyMap<number, AccountCode>;
}

/** Makes a world; every home has 100 pt and certificates 10·home to 10·home + 9, five of them locked. */
export function createWorld(options: WorldOptions = {}) {
  const accountCount = ACCOUNTS + (options.guests ?? 0);
  const keys = Array.from({ length: accountCount }, (_, account) =>
    createKeyPair('modelled', new Uint8Array(32).fill(account + 1)),
  );
  const roles = [0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5];
  while (roles.length < accountCount) roles.push(ROLES.indexOf('guest'));
  const parameters: Record<(typeof RULE_NAMES)[number], number> = {
    accountCount,
    homeCount: HOMES,
    nodeCount: NODES,
    firstNode: HOMES,
    centre: CENTRE,
    dso: DSO,
    authority: AUTHORITY,
    treasury: TREASURY,
    consortium: 1,
    openingUs: 10_000 * S,
    slotUs: 1_000 * S,
    slotCount: 5,
    gateClosureUs: 100 * S,
    revealWindowUs: 0,
    wheelingUptPerKWh: 30_000,
    bondPpm: 100_000,
    initialGrantUpt: 100e6,
    rewardBudgetUpt: 20e6,
    rewardDayUs: 86_400 * S,
    gasPriceUpt: 0,
    blockGasMax: 1e9,
    blockBytesMax: 1e9,
    ...options.parameters,
  };
  const members = options.members ?? HOMES;
  const genesis: Genesis = {
    name: 'test',
    cryptoMode: 'modelled',
    membership: 'consortium',
    slotUs: parameters.slotUs,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: { name: 'test', parameters: [] },
    accounts: roles.map((role, account) => ({
      id: `${ROLES[role]}-${account}`,
      role,
      publicKey: keys[account]!.publicKey,
      balanceUpt:
        account < members
          ? (options.balanceUpt ?? 100e6)
          : account === CENTRE
            ? (options.centreUpt ?? 0)
            : 0,
      certificates: {
        firstId: account < HOMES ? 10 * account : 40,
        count: account < HOMES ? 10 : 0,
      },
      lockedCount: account < HOMES ? 5 : 0,
      registered: account < members || account >= HOMES,
    })),
    parameters: [
      ...RULE_NAMES.map((name) => [name, parameters[name]] as const),
      ...groupParameters(options.groups ?? {}),
    ],
  };
  const encoded = encodeGenesis(genesis);
  const chainId = chainIdOf(genesisHash(encoded));
  const rules = {
    ...rulesOf(genesis, chainId),
    ...(options.code === undefined ? {} : { code: options.code }),
  };
  const tree = createBlockTree(genesisHash(encoded));
  const state = createChainState(tree, {
    denseCount: denseCellCount(accountCount),
    maxUnfinalBlocks: 100_000,
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
    rules,
    state,
    chainId,
    keys,
    view: undoable,
    /** Time of the open block [µs]. */
    nowUs: 0,
    /** Sends a transaction into the open block. */
    send<T extends TransactionType>(
      type: T,
      sender: number,
      payload: PayloadOf[T],
      about: {
        gasLimit?: number;
        expiryUs?: number;
        nonce?: number;
        tipUpt?: number;
        producer?: number;
      } = {},
    ): Outcome {
      const transaction = {
        type,
        chainId,
        sender,
        nonce: about.nonce ?? (sender < accountCount ? world.account(sender, ACCOUNT.nonce) : 0),
        gasLimit: about.gasLimit ?? 1e9,
        expiryUs: about.expiryUs ?? 1e15,
        tipUpt: about.tipUpt ?? 0,
        payload,
      } as unknown as Transaction;
      const gas = intrinsicGas(encodeTransaction(transaction, writer));
      const refused = refusal(undoable, rules, transaction, gas, world.nowUs);
      if (refused !== undefined) return { refused: true, reason: refused, gasUsed: 0, events: [] };
      const { producer } = about;
      const receipt = execute(undoable, rules, transaction, gas, {
        timestampUs: world.nowUs,
        producer,
      });
      return {
        refused: false,
        reason: rejectReasonOf(receipt.reason) ?? '',
        gasUsed: receipt.gasUsed,
        events: Array.from(receipt.events),
      };
    },
    /** Closes the open block. @returns What the incremental check says: 0 when points are conserved. */
    seal(): number {
      const before = (cell: number) => state.readAt(head, cell);
      const off = imbalanceOf(state.dirtyCells(), accountCount, before, undoable.read);
      const block = tree.add({
        parent: head,
        producer: 0,
        timestampUs: world.nowUs,
        producedUs: world.nowUs,
        hash: String(tree.count),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      state.commit(block);
      head = block;
      view = state.begin(head);
      return off;
    },
    /** Last closed block. */
    head: () => head,
    /** Drops the open block and opens another on top of a closed one, on whichever branch. */
    open(parent: number): void {
      state.rollback(0);
      head = parent;
      view = state.begin(head);
    },
    /** Folds everything and counts again from scratch: 0 when points are conserved. */
    recount(): number {
      state.fold(head);
      return recount(state, accountCount);
    },
    account: (account: number, field: number) => undoable.read(accountCell(account, field)),
    chain: (field: number) => undoable.read(chainCell(accountCount, field)),
    balances: () =>
      Array.from({ length: accountCount }, (_, account) =>
        world.account(account, ACCOUNT.balanceUpt),
      ),
    escrows: () =>
      Array.from({ length: HOMES }, (_, account) => world.account(account, ACCOUNT.escrowUpt)),
    /** Escrow by order of a slot. */
    orderEscrows(slot: number): number[] {
      const count = undoable.read(rules.cells.slot(slot, SLOT.orderCount));
      return Array.from({ length: count }, (_, order) =>
        undoable.read(rules.cells.order(slot, order, ORDER.escrowUpt)),
      );
    },
    heldUpt: () =>
      world.balances().reduce((sum, value) => sum + value, 0) +
      world.escrows().reduce((sum, value) => sum + value, 0),
    issuedUpt: () =>
      world.chain(CHAIN.issuedGrantUpt) +
      world.chain(CHAIN.issuedRewardUpt) -
      world.chain(CHAIN.burnedUpt),
    order(
      owner: number,
      isBid: boolean,
      quantityWh: number,
      priceUptPerKWh: number,
      more: { slot?: number; sequence?: number; counterparty?: number } = {},
    ): Outcome {
      return world.send('ORDER_SUBMIT', owner, {
        slot: more.slot ?? 0,
        isBid,
        sequence: more.sequence ?? 0,
        quantityWh,
        priceUptPerKWh,
        counterparty: more.counterparty ?? -1,
      });
    },
    clear(trades: readonly TradeRow[], slot = 0, sender = CENTRE): Outcome {
      const column = (name: keyof TradeRow) => trades.map((trade) => trade[name]);
      return world.send('CLEAR', sender, {
        slot,
        priceUptPerKWh: -1,
        bookHash: new Uint8Array(32),
        trades: {
          count: trades.length,
          buyer: column('buyer'),
          buyerSequence: column('buyerSequence'),
          seller: column('seller'),
          sellerSequence: column('sellerSequence'),
          energyWh: column('energyWh'),
          priceUptPerKWh: column('priceUptPerKWh'),
        },
      });
    },
    settle(entries: readonly SettleRow[], slot = 0, sender = CENTRE): Outcome {
      const column = (name: Exclude<keyof SettleRow, 'cleanWh' | 'lossWh'>) =>
        entries.map((entry) => entry[name]);
      return world.send('SETTLE', sender, {
        slot,
        version: 1,
        entries: {
          count: entries.length,
          trade: column('trade'),
          fulfilledWh: column('fulfilledWh'),
          paymentUpt: column('paymentUpt'),
          wheelingUpt: column('wheelingUpt'),
          buyerPenaltyUpt: column('buyerPenaltyUpt'),
          sellerPenaltyUpt: column('sellerPenaltyUpt'),
          cleanWh: entries.map(({ cleanWh }) => cleanWh ?? 0),
          lossWh: entries.map(({ lossWh }) => lossWh ?? 0),
        },
      });
    },
    /** A registration that the authority signed. */
    certificateFor(
      account: number,
      identity = account,
      signer = AUTHORITY,
      names: { meters?: readonly number[]; assets?: readonly number[]; role?: number } = {},
    ) {
      const hashOf = (name: number) => new Uint8Array(32).fill(name);
      const registration = {
        account,
        role: names.role ?? 0,
        publicKey: keys[account]!.publicKey,
        identityHash: hashOf(identity),
        meterHashes: (names.meters ?? []).map(hashOf),
        assetHashes: (names.assets ?? []).map(hashOf),
      };
      const message = registrationMessage(chainId, registration);
      return { ...registration, caSignature: keys[signer]!.sign(message) };
    },
  };
  return world;
}

/** One trade of a clearing. */
export interface TradeRow {
  readonly buyer: number;
  readonly buyerSequence: number;
  readonly seller: number;
  readonly sellerSequence: number;
  readonly energyWh: number;
  readonly priceUptPerKWh: number;
}

/** One trade of a settlement. */
export interface SettleRow {
  readonly trade: number;
  readonly fulfilledWh: number;
  readonly paymentUpt: number;
  readonly wheelingUpt: number;
  readonly buyerPenaltyUpt: number;
  readonly sellerPenaltyUpt: number;
  /** Energy with labels, delivered and lost; none by default. */
  readonly cleanWh?: number;
  readonly lossWh?: number;
}

/** A trade between first orders. */
export const trade = (
  buyer: number,
  seller: number,
  energyWh: number,
  priceUptPerKWh: number,
  sequences: readonly [number, number] = [0, 0],
): TradeRow => ({
  buyer,
  buyerSequence: sequences[0],
  seller,
  sellerSequence: sequences[1],
  energyWh,
  priceUptPerKWh,
});

/** A settled trade at the right amounts: floor of price times energy, and of wheeling at 0.03 pt/kWh. */
export const settled = (
  index: number,
  fulfilledWh: number,
  priceUptPerKWh: number,
  penalties: readonly [number, number] = [0, 0],
): SettleRow => ({
  trade: index,
  fulfilledWh,
  paymentUpt: Math.floor((priceUptPerKWh * fulfilledWh) / 1000),
  wheelingUpt: Math.floor((30_000 * fulfilledWh) / 1000),
  buyerPenaltyUpt: penalties[0],
  sellerPenaltyUpt: penalties[1],
});

/** A world within a block just before the gate of slot 0. */
export function beforeGate(options: WorldOptions = {}) {
  const world = createWorld(options);
  world.nowUs = GATE_US - S;
  return world;
}
