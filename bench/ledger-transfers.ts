/**
 * Account transfers without a network: 10 000 accounts, blocks of 1 000 transfers between accounts drawn at
 * random. Each transfer is encoded, signed (modelled signatures), executed and hashed into its block, one
 * state root a block; the ledger is then verified from its bytes alone, which decodes, checks and executes
 * everything again. Making and verifying are timed apart, in CPU seconds of this process. The checksum is
 * over every byte of the ledger.
 */
import { createHash } from 'node:crypto';
import { denseCellCount } from '../src/contracts/cells.ts';
import { EMPTY_STATE_ROOT, execute, refusal, stateRootAfter } from '../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../src/contracts/genesis-rules.ts';
import { advanceRewards } from '../src/contracts/points.ts';
import { RULE_NAMES } from '../src/contracts/rules.ts';
import { blockHash, encodeHeader } from '../src/ledger/block.ts';
import { createWriter } from '../src/ledger/encoding.ts';
import { chainIdOf, encodeGenesis, type Genesis, genesisHash } from '../src/ledger/genesis.ts';
import { hexToBytes } from '../src/ledger/hash.ts';
import { createLedgerWriter } from '../src/ledger/ledger-file.ts';
import { merkleRoot } from '../src/ledger/merkle.ts';
import { type Receipt, receiptRoot } from '../src/ledger/receipt.ts';
import { createKeyPair } from '../src/ledger/signature.ts';
import { createChainState } from '../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type SignedTransaction,
  type Transaction,
  transactionLeaf,
  transactionRoot,
} from '../src/ledger/transactions.ts';
import { createBlockTree } from '../src/ledger/tree.ts';
import { verifyRunLedger } from '../src/simulation/verify.ts';

const ACCOUNTS = 10_000;
const BLOCK_TRANSFERS = 1_000;
const BLOCK_US = 1_000_000;
const LEAVES = 4_096;

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Pseudo-random integers below 2^32, the same in every run. */
function createDraws(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Homes with 1 000 pt each, one node and the offices, under one operator. */
function createGenesis() {
  const [node, centre] = [ACCOUNTS, ACCOUNTS + 1];
  const count = ACCOUNTS + 5;
  const values: Record<string, number> = {
    accountCount: count,
    homeCount: ACCOUNTS,
    nodeCount: 1,
    firstNode: node,
    centre,
    dso: centre + 1,
    authority: centre + 2,
    treasury: centre + 3,
    slotUs: 900e6,
    rewardDayUs: 86_400e6,
    gasPriceUpt: 1,
    blockGasMax: 1e12,
    blockBytesMax: 1e9,
  };
  const keys = Array.from({ length: count }, (_, account) => {
    const seed = new Uint8Array(32);
    new DataView(seed.buffer).setUint32(0, account);
    return createKeyPair('modelled', seed);
  });
  const genesis: Genesis = {
    name: 'ledger-transfers',
    cryptoMode: 'modelled',
    membership: 'public',
    slotUs: 900e6,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: {
      name: 'central',
      parameters: [
        ['foldMargin', 0],
        ['batchIntervalUs', BLOCK_US],
      ],
    },
    accounts: keys.map(({ publicKey }, account) => ({
      id: `account-${account}`,
      role: account < ACCOUNTS ? 0 : Math.min(5, account - ACCOUNTS + 1),
      publicKey,
      balanceUpt: account < ACCOUNTS ? 1_000e6 : 0,
      certificates: { firstId: 0, count: 0 },
      lockedCount: 0,
      registered: true,
    })),
    parameters: RULE_NAMES.map((name) => [name, values[name] ?? 0] as const),
  };
  return { genesis, keys };
}

/** Makes the ledger of so many transfers; its bytes as one array. */
function makeLedger(transferCount: number): Uint8Array {
  const { genesis, keys } = createGenesis();
  const encodedGenesis = encodeGenesis(genesis);
  const hash = genesisHash(encodedGenesis);
  const chainId = chainIdOf(hash);
  const rules = rulesOf(genesis, chainId);
  const tree = createBlockTree(hash);
  const state = createChainState(tree, {
    denseCount: denseCellCount(rules.accountCount),
    maxUnfinalBlocks: 100,
  });
  let view = state.begin(0);
  writeGenesisState(view, genesis);
  let root = stateRootAfter(EMPTY_STATE_ROOT, state.dirtyCells(), (cell) => view.read(cell));
  state.commit(0);
  state.foldGenesis();
  const writer = createLedgerWriter(encodedGenesis);
  const scratch = createWriter(256);
  const draws = createDraws(1);
  const nonces = new Float64Array(rules.accountCount);
  let head = 0;
  for (let done = 0; done < transferCount; done += BLOCK_TRANSFERS) {
    const timestampUs = (tree.height[head]! + 1) * BLOCK_US;
    view = state.begin(head);
    if (head > 0) {
      // The block below is irreversible now, and is counted for rewards of which there are none.
      const below = { producer: rules.firstNode, timestampUs: tree.timestampUs[head]! };
      advanceRewards(view, rules, [{ ...below, transactionCount: BLOCK_TRANSFERS }]);
    }
    const transactions: SignedTransaction[] = [];
    const receipts: Receipt[] = [];
    let [bodyBytes, gasUsed] = [0, 0];
    for (let k = 0; k < BLOCK_TRANSFERS; k++) {
      const sender = draws() % ACCOUNTS;
      const transaction = {
        type: 'TRANSFER',
        chainId,
        sender,
        nonce: nonces[sender]!++,
        gasLimit: 100_000,
        expiryUs: timestampUs + BLOCK_US,
        payload: { to: draws() % ACCOUNTS, amountUpt: 1 + (draws() % 10_000) },
      } as Transaction;
      const unsigned = encodeTransaction(transaction, scratch).slice();
      const gas = intrinsicGas(unsigned);
      const refused = refusal(view, rules, transaction, gas, timestampUs);
      if (refused !== undefined) throw new Error(`transfer ${done + k}: ${refused}`);
      const receipt = execute(view, rules, transaction, gas, { timestampUs });
      transactions.push({ unsigned, signature: keys[sender]!.sign(unsigned) });
      receipts.push(receipt);
      bodyBytes += unsigned.length + 64;
      gasUsed += receipt.gasUsed;
    }
    root = stateRootAfter(root, state.dirtyCells(), (cell) => view.read(cell));
    const header = {
      chainId,
      height: tree.height[head]! + 1,
      previousHash: tree.hash(head),
      timestampUs,
      producer: rules.firstNode,
      transactionRoot: transactionRoot(
        transactions.map(({ unsigned, signature }) => transactionLeaf(unsigned, signature)),
      ),
      receiptRoot: receiptRoot(receipts),
      stateRoot: root,
      transactionCount: BLOCK_TRANSFERS,
      bodyBytes,
      gasUsed,
      consensus: [],
    };
    const id = blockHash(encodeHeader(header, scratch));
    const signature = keys[rules.firstNode]!.sign(hexToBytes(id));
    writer.append({ header, signature, transactions, receipts });
    head = tree.add({
      parent: head,
      producer: 0,
      timestampUs,
      producedUs: timestampUs,
      hash: id,
      work: 1,
      transactions: new Int32Array(BLOCK_TRANSFERS),
      bytes: bodyBytes,
      gasUsed,
      consensus: [],
    });
    state.commit(head);
    state.fold(head);
  }
  return Buffer.concat(writer.finish());
}

/** Least CPU time of a root over leaves of 100 bytes [ms]. */
function merkleMs(): number {
  const leaves = Array.from({ length: LEAVES }, (_, leaf) => new Uint8Array(100).fill(leaf));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const before = process.cpuUsage();
    merkleRoot(leaves);
    least = Math.min(least, 1e3 * cpuSince(before));
  }
  return least;
}

export default {
  name: 'ledger-transfers',
  /** `smoke`: 4 000 transfers; `full`: a million. */
  run(size: 'smoke' | 'full') {
    const count = size === 'full' ? 1_000_000 : 4_000;
    const beforeMaking = process.cpuUsage();
    const ledger = makeLedger(count);
    const makingS = cpuSince(beforeMaking);
    const beforeVerifying = process.cpuUsage();
    const report = verifyRunLedger(ledger);
    const verifyingS = cpuSince(beforeVerifying);
    if (!report.ok) throw new Error(`the ledger does not verify: ${JSON.stringify(report)}`);
    return {
      rows: [
        { label: `${count} transfers signed, executed, in blocks`, value: makingS, unit: 'CPU s' },
        { label: 'the ledger verified', value: verifyingS, unit: 'CPU s' },
        { label: 'both', value: makingS + verifyingS, unit: 'CPU s' },
        { label: `Merkle root of ${LEAVES} leaves`, value: merkleMs(), unit: 'ms' },
        { label: 'ledger', value: ledger.length / 2 ** 20, unit: 'MiB' },
        { label: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' },
      ],
      checksum: createHash('sha256').update(ledger).digest('hex').slice(0, 16),
    };
  },
};
