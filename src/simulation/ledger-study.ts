/**
 * What a finished ledger shows to who studies it: how much of a block could have run in parallel, who can be
 * told from the addresses, and what there is to keep. It reads the exported blocks alone; the truth about who
 * holds which key comes from the run and enters only the scores (model §5.7; claims C6 and C7 as numbers).
 */
import { createTable, type Table } from '../base/table.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { genesisLock, issuedOutpoint, openingCoins } from '../contracts/coin-genesis.ts';
import type { ChainRules } from '../contracts/rules.ts';
import { senderAnonymity } from '../ledger/analysis/anonymity.ts';
import {
  accountClusters,
  type ClusteringRules,
  clusterAddresses,
} from '../ledger/analysis/clustering.ts';
import {
  accountDependencies,
  coinDependencies,
  type Dependencies,
} from '../ledger/analysis/dependencies.ts';
import {
  blockSpends,
  type IncludedSpend,
  type IssuedCoin,
  type LedgerCoins,
  ledgerCoins,
} from '../ledger/analysis/ledger-coins.ts';
import { scorePairs } from '../ledger/analysis/pair-scores.ts';
import { rotationLinkability } from '../ledger/analysis/rotation.ts';
import { scheduleBlock } from '../ledger/analysis/schedule.ts';
import type { Partition } from '../ledger/analysis/union-find.ts';
import type { Genesis } from '../ledger/genesis.ts';
import { bytesToHex } from '../ledger/hash.ts';
import type { Outpoint, SpendOutput } from '../ledger/payloads/spend.ts';
import { STATUS_OK } from '../ledger/receipt.ts';
import { outpointName, POINTS, spendId } from '../ledger/utxo/spend.ts';
import type { Accesses } from './access-journal.ts';
import { auditRunLedger, type RanTransaction } from './verify.ts';

/** Workers for which a schedule is made. */
const WORKERS = 8;

/** Rules of an observer who clusters addresses, each by itself and all that need no luck together. */
const OBSERVERS: readonly (readonly [string, ClusteringRules])[] = [
  ['common-input', { commonInput: true }],
  ['address-reuse', { addressReuse: true }],
  ['optimal-change', { optimalChange: true }],
  ['common-input+optimal-change', { commonInput: true, optimalChange: true }],
];

/** What the run knows and the ledger does not say. */
export interface LedgerTruth {
  /** Member who holds a lock, by the lock in hex; −1 for none. */
  ownerOfLock(lockHex: string): number;
}

interface BlockWork {
  readonly height: number;
  readonly accesses: Accesses[];
  spends: number;
}

/** Studies a ledger; payments alone count, so that both models are asked the same. */
export function studyLedger(
  bytes: Uint8Array,
  genesis: Genesis,
  rules: ChainRules,
  chainId: Uint8Array,
  truth: LedgerTruth,
): Table[] {
  const blocks: BlockWork[] = [];
  const spends: IncludedSpend[] = [];
  const payers: number[] = [];
  let stateCells = 0;
  const balancesHeld = new Float64Array(rules.homeCount);
  function take({ tx, header, receipt }: RanTransaction, accesses: Accesses): void {
    if (tx.type !== 'SPEND' && tx.type !== 'TRANSFER') return;
    let block = blocks.at(-1);
    if (block?.height !== header.height) {
      block = { height: header.height, accesses: [], spends: 0 };
      blocks.push(block);
    }
    block.accesses.push(accesses);
    if (receipt.status !== STATUS_OK) return;
    if (tx.type === 'SPEND') {
      const { timestampUs, height } = header;
      spends.push({ block: height, timestampUs, envelope: tx, payload: tx.payload });
    } else payers.push(tx.sender);
  }
  auditRunLedger(bytes, {
    onGenesis() {},
    onTransaction() {},
    onAccesses: take,
    onEnd(cellCount, read) {
      stateCells = cellCount;
      for (let member = 0; member < rules.homeCount; member++) {
        balancesHeld[member] = read(accountCell(member, ACCOUNT.balanceUpt));
      }
    },
  });
  const isCoins = rules.coins !== undefined;
  const coinsHeld = isCoins
    ? heldInCoins(spends, issuedCoins(genesis, rules, chainId), rules.homeCount, truth)
    : undefined;
  const coins = isCoins ? ledgerCoins(spends, issuedCoins(genesis, rules, chainId)) : undefined;
  return [
    holdingsTable(genesis, rules, coinsHeld ?? balancesHeld),
    parallelismTable(blocks, coins),
    coins === undefined
      ? accountPrivacy(payers, rules.homeCount)
      : coinPrivacy(coins, rules, truth),
    createTable('upkeep', {
      measure: ['ledgerBytes', 'stateCells', 'payments'],
      value: Float64Array.of(bytes.length, stateCells, isCoins ? spends.length : payers.length),
    }),
  ];
}

/** Points that members hold in unspent coins [Upt]. */
function heldInCoins(
  spends: readonly IncludedSpend[],
  issued: readonly IssuedCoin[],
  memberCount: number,
  truth: LedgerTruth,
): Float64Array {
  const heldUpt = new Float64Array(memberCount);
  const live = new Map<string, { readonly owner: number; readonly amount: number }>();
  function make(outpoint: Outpoint, { lock, asset, amount }: SpendOutput): void {
    const owner = truth.ownerOfLock(bytesToHex(lock));
    if (asset !== POINTS || owner < 0) return;
    live.set(outpointName(outpoint), { owner, amount });
    heldUpt[owner]! += amount;
  }
  for (const { outpoint, output } of issued) make(outpoint, output);
  for (const { envelope, payload } of spends) {
    for (const input of payload.inputs) {
      const coin = live.get(outpointName(input));
      if (coin !== undefined) heldUpt[coin.owner]! -= coin.amount;
    }
    const txId = spendId(envelope, payload);
    payload.outputs.forEach((output, index) => {
      make({ txId, index }, output);
    });
  }
  return heldUpt;
}

/** What each member holds in the end, under either model: the same payments must come to the same. */
function holdingsTable(genesis: Genesis, rules: ChainRules, heldUpt: ArrayLike<number>): Table {
  return createTable('holdings', {
    account: genesis.accounts.slice(0, rules.homeCount).map(({ id }) => id),
    held_upt: heldUpt,
  });
}

function issuedCoins(genesis: Genesis, rules: ChainRules, chainId: Uint8Array): IssuedCoin[] {
  return genesis.accounts.slice(0, rules.homeCount).flatMap(({ publicKey }, member) =>
    openingCoins(rules, member, genesisLock(publicKey)).map((output, k) => ({
      outpoint: issuedOutpoint(chainId, member, k),
      output,
    })),
  );
}

function parallelismTable(blocks: readonly BlockWork[], coins: LedgerCoins | undefined): Table {
  const graphs = blocks.map(({ height, accesses }) => {
    if (coins === undefined) {
      const columns = accessColumns(accesses);
      return {
        height,
        exact: accountDependencies(columns, { commutativeCredits: false }),
        commuting: accountDependencies(columns, { commutativeCredits: true }),
      };
    }
    const index = coins.blockStart.findIndex((first) => coins.block[first] === height);
    const exact = coinDependencies(blockSpends(coins, index));
    return { height, exact, commuting: exact };
  });
  const of = (value: (graph: (typeof graphs)[number]) => number) =>
    Float64Array.from(graphs, value);
  const speedUp = (graph: Dependencies) =>
    scheduleBlock(graph, { workers: WORKERS, priority: 'block' }).speedUp;
  return createTable('parallelism', {
    height: of(({ height }) => height),
    payments: of(({ exact }) => exact.transactionCount),
    longest_path: of(({ exact }) => exact.longestPath),
    width: of(({ exact }) => exact.width),
    longest_path_commuting: of(({ commuting }) => commuting.longestPath),
    width_commuting: of(({ commuting }) => commuting.width),
    speed_up_8: of(({ commuting }) => speedUp(commuting)),
  });
}

function accessColumns(list: readonly Accesses[]) {
  const readOffset = [0];
  const readCell: number[] = [];
  const writeOffset = [0];
  const writeCell: number[] = [];
  const writeIsCredit: number[] = [];
  for (const { reads, writes, isCredit } of list) {
    for (const cell of reads) readCell.push(cell);
    for (const cell of writes) writeCell.push(cell);
    for (const flag of isCredit) writeIsCredit.push(flag);
    readOffset.push(readCell.length);
    writeOffset.push(writeCell.length);
  }
  return {
    transactionCount: list.length,
    readOffset,
    readCell,
    writeOffset,
    writeCell,
    writeIsCredit,
  };
}

/** One observer's guess and its scores. */
interface PrivacyRow {
  readonly observer: string;
  readonly addresses: number;
  readonly clusters: number;
  readonly precision: number;
  readonly recall: number;
  readonly adjustedRand: number;
  readonly entropyBits: number;
  readonly effectiveSize: number;
  readonly identifiedShare: number;
  /** Share of an owner's addresses that are linked with the next new one; NaN where there is one. */
  readonly linked: number;
}

/**
 * On a coin ledger. The observer knows who the members are and whose the coins of genesis were, which is what
 * registration tells the authority; every other address is new to her.
 */
function coinPrivacy(coins: LedgerCoins, rules: ChainRules, truth: LedgerTruth): Table {
  const ownerOf = coins.addressLock.map((lock) => truth.ownerOfLock(lock));
  const tagged = new Uint8Array(coins.addressCount);
  const firstUs = new Float64Array(coins.addressCount).fill(Number.POSITIVE_INFINITY);
  const payers: number[] = [];
  for (let tx = 0; tx < coins.transactionCount; tx++) {
    const first = coins.inputOffset[tx]!;
    for (let k = coins.outputOffset[tx]!; k < coins.outputOffset[tx + 1]!; k++) {
      const address = coins.outputAddress[k]!;
      firstUs[address] = Math.min(firstUs[address]!, coins.timestampUs[tx]!);
    }
    if (coins.inputOffset[tx + 1]! > first) payers.push(coins.inputAddress[first]!);
    else
      for (let k = coins.outputOffset[tx]!; k < coins.outputOffset[tx + 1]!; k++) {
        tagged[coins.outputAddress[k]!] = 1;
      }
  }
  const rows = OBSERVERS.map(([observer, clusteringRules]) => {
    const partition = clusterAddresses(coins, clusteringRules);
    const knowledge = {
      clusterOf: partition.setOf,
      ownerOf,
      ownerCount: rules.homeCount,
      tagged,
    };
    const history = { ownerOf, clusterOf: partition.setOf, firstUs };
    const { linkedShare } = rotationLinkability(history, 1);
    return { ...rowOf(observer, partition, ownerOf, payers, knowledge), linked: linkedShare[0]! };
  });
  return privacyTable(rows);
}

/** On an account ledger the address is the account, and registration says whose it is. */
function accountPrivacy(payers: readonly number[], memberCount: number): Table {
  const partition = accountClusters(memberCount);
  const ownerOf = Float64Array.from({ length: memberCount }, (_, member) => member);
  const tagged = new Uint8Array(memberCount).fill(1);
  const knowledge = { clusterOf: partition.setOf, ownerOf, ownerCount: memberCount, tagged };
  return privacyTable([rowOf('address', partition, ownerOf, payers, knowledge)]);
}

function rowOf(
  observer: string,
  partition: Partition,
  ownerOf: ArrayLike<number>,
  payers: readonly number[],
  knowledge: Parameters<typeof senderAnonymity>[1],
): PrivacyRow {
  const { precision, recall, adjustedRand } = scorePairs(partition.setOf, ownerOf);
  const anonymity = senderAnonymity(payers, knowledge);
  return {
    observer,
    addresses: ownerOf.length,
    clusters: partition.count,
    precision,
    recall,
    adjustedRand,
    entropyBits: anonymity.meanEntropyBits,
    effectiveSize: anonymity.meanEffectiveSize,
    identifiedShare: anonymity.identifiedShare,
    linked: Number.NaN,
  };
}

function privacyTable(rows: readonly PrivacyRow[]): Table {
  const of = (value: (row: PrivacyRow) => number) => Float64Array.from(rows, value);
  return createTable('privacy', {
    observer: rows.map(({ observer }) => observer),
    addresses: of(({ addresses }) => addresses),
    clusters: of(({ clusters }) => clusters),
    precision: of(({ precision }) => precision),
    recall: of(({ recall }) => recall),
    adjusted_rand: of(({ adjustedRand }) => adjustedRand),
    entropy_bits: of(({ entropyBits }) => entropyBits),
    effective_size: of(({ effectiveSize }) => effectiveSize),
    identified_share: of(({ identifiedShare }) => identifiedShare),
    linked_share: of(({ linked }) => linked),
  });
}
