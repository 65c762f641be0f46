/** A chain without a market: the way of a transaction, and ledgers that a cheat has signed correctly. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  denseCellCount,
} from '../../src/contracts/cells.ts';
import { EMPTY_STATE_ROOT, execute, stateRootAfter } from '../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../src/contracts/genesis-rules.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { type BlockHeader, blockHash, encodeHeader } from '../../src/ledger/block.ts';
import { createWriter } from '../../src/ledger/encoding.ts';
import { chainIdOf, encodeGenesis, genesisHash } from '../../src/ledger/genesis.ts';
import { hexToBytes } from '../../src/ledger/hash.ts';
import { createLedgerWriter, joinChunks } from '../../src/ledger/ledger-file.ts';
import { receiptRoot } from '../../src/ledger/receipt.ts';
import { rejectReasonOf } from '../../src/ledger/reject-reason.ts';
import { createChainState } from '../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type Transaction,
  transactionLeaf,
  transactionRoot,
} from '../../src/ledger/transactions.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import { type Accounts, createAccounts } from '../../src/simulation/accounts.ts';
import { createChain } from '../../src/simulation/chain.ts';
import { lastYearGeneration } from '../../src/simulation/recorder.ts';
import { createSite } from '../../src/simulation/site.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { scenarioOf } from './world.ts';

const S = 1_000_000;
const FAR = 1e13;

function accountsOf(arm: string, sets: readonly string[] = []) {
  const scenario = scenarioOf(arm, ['ledger.membership=public', ...sets]);
  const window = scenario.windows[0]!;
  const random = createRandomSource('chain-test');
  const site = createSite(scenario, window, random);
  const { homes } = site.source;
  const lastYearWh = lastYearGeneration(site);
  const accounts = createAccounts(scenario, window, homes, lastYearWh, site.slotCount, random);
  return { scenario, random, accounts };
}

function started(arm: string, sets: readonly string[] = []) {
  const { scenario, random, accounts } = accountsOf(arm, sets);
  const kernel = createKernel({ random });
  const chain = createChain(kernel, scenario, accounts, random, { onCentreFinal() {} });
  chain.start();
  const vote = (home: number, candidate: number, expiryUs = FAR) =>
    chain.submit('VOTE', home, { candidates: [candidate] }, { slot: -1, expiryUs });
  const at = (account: number, field: number) =>
    chain.state.readAt(chain.engine.head[0]!, accountCell(account, field));
  return { kernel, chain, vote, at };
}

describe('the way of a transaction', () => {
  it('a reward that a client sends is refused at the door and issues nothing', () => {
    const { kernel, chain } = started('dpos');
    const reward = { to: 0, amountUpt: 5e6, block: 0, ref: 0 };
    const tx = chain.submit('POINTS_REWARD', 0, reward, { slot: -1, expiryUs: FAR });
    const other = chain.submit('POINTS_REWARD', chain.rules.firstNode, reward, {
      slot: -1,
      expiryUs: FAR,
    });
    kernel.run(600 * S);
    for (const row of [tx, other]) {
      expect(rejectReasonOf(chain.table.refused[row]!)).toBe('UNAUTHORISED');
      expect(chain.table.blocksOf(row)).toEqual([]);
    }
    const issued = chainCell(chain.rules.accountCount, CHAIN.issuedRewardUpt);
    expect(chain.state.readAt(chain.engine.head[0]!, issued)).toBe(0);
  });

  it('transactions of one sender are included in the order of their nonces', () => {
    const { kernel, chain, vote, at } = started('pow');
    const rows: number[] = [];
    for (let k = 0; k < 40; k++) {
      kernel.run(k * 3 * S);
      rows.push(vote(2, k % 5));
    }
    kernel.run(1_000 * S);
    const places = rows.map((tx) => {
      const block =
        chain.table.exportedBlock[tx]! >= 0
          ? chain.table.exportedBlock[tx]!
          : chain.table.blocksOf(tx)[0]!;
      const place = Array.from(chain.tree.transactions(block)).indexOf(tx);
      return chain.tree.height[block]! * 1_000 + place;
    });
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places.map((place) => Math.floor(place / 1_000))).size).toBeGreaterThan(3);
    expect(at(2, ACCOUNT.nonce)).toBe(40);
  });

  it('one that expires leaves a gap that those behind it pass', () => {
    const { kernel, chain, vote, at } = started('dpos', ['consensus.turn=60 s']);
    kernel.run(61 * S);
    const expires = vote(1, 0, 90 * S);
    const behind = vote(1, 3);
    kernel.run(3_000 * S);
    expect(chain.table.blocksOf(expires)).toEqual([]);
    expect(chain.table.finalUs[expires]).toBeNaN();
    expect(chain.table.finalUs[behind]).toBeGreaterThan(0);
    expect(at(1, ACCOUNT.nonce)).toBe(2);
    expect(at(1, ACCOUNT.approvals)).toBe(4);
    expect(chain.hasOpenTransactions()).toBe(false);
  });
});

/** A ledger of one block that carries exactly these transactions, every hash and signature right. */
function oneBlockLedger(
  accounts: Accounts,
  producerNode: number,
  bodyOf: (chainId: Uint8Array, firstNode: number) => readonly Transaction[],
): Uint8Array {
  const { genesis, keys } = accounts;
  const encoded = encodeGenesis(genesis);
  const hash = genesisHash(encoded);
  const chainId = chainIdOf(hash);
  const rules = rulesOf(genesis, chainId);
  const tree = createBlockTree(hash);
  const state = createChainState(tree, {
    denseCount: denseCellCount(rules.accountCount),
    maxUnfinalBlocks: 100,
  });
  const genesisView = state.begin(0);
  writeGenesisState(genesisView, genesis);
  const genesisRoot = stateRootAfter(EMPTY_STATE_ROOT, state.dirtyCells(), genesisView.read);
  state.commit(0);
  state.foldGenesis();
  const view = state.begin(0);
  const undoable = {
    ...view,
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  const writer = createWriter(2048);
  const timestampUs = 60 * S;
  const signed = bodyOf(chainId, rules.firstNode).map((transaction) => {
    const unsigned = encodeTransaction(transaction, writer).slice();
    return { transaction, unsigned, signature: keys[transaction.sender]!.sign(unsigned) };
  });
  const receipts = signed.map(({ transaction, unsigned }) =>
    execute(undoable, rules, transaction, intrinsicGas(unsigned), { timestampUs }),
  );
  const header: BlockHeader = {
    chainId,
    height: 1,
    previousHash: hash,
    timestampUs,
    producer: rules.firstNode + producerNode,
    transactionRoot: transactionRoot(
      signed.map(({ unsigned, signature }) => transactionLeaf(unsigned, signature)),
    ),
    receiptRoot: receiptRoot(receipts),
    stateRoot: stateRootAfter(genesisRoot, state.dirtyCells(), view.read),
    transactionCount: signed.length,
    bodyBytes: signed.reduce((sum, { unsigned }) => sum + unsigned.length + 64, 0),
    gasUsed: receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0),
    consensus: [],
  };
  const signature = keys[header.producer]!.sign(
    hexToBytes(blockHash(encodeHeader(header, writer))),
  );
  const ledger = createLedgerWriter(encoded);
  ledger.append({ header, signature, transactions: signed, receipts });
  return joinChunks(ledger.finish());
}

describe('a ledger whose every hash and signature is right', () => {
  const { accounts } = accountsOf('central');
  const tx = (part: object) =>
    ({ nonce: 0, gasLimit: 1e6, expiryUs: FAR, ...part }) as unknown as Transaction;
  const problemOf = (
    bodyOf: (chainId: Uint8Array, firstNode: number) => readonly Transaction[],
  ) => {
    const { ok, problems } = verifyRunLedger(oneBlockLedger(accounts, 0, bodyOf));
    expect(ok).toBe(problems.length === 0);
    return problems[0]?.got ?? '';
  };

  it('verifies when its block keeps the rules', () => {
    const body = (chainId: Uint8Array) => [
      tx({ type: 'VOTE', chainId, sender: 0, payload: { candidates: [1] } }),
    ];
    expect(problemOf(body)).toBe('');
    expect(problemOf(() => [])).toBe('');
  });

  it('is refused when a producer pays itself what is not due', () => {
    const payload = { to: 8, amountUpt: 20e6, block: 0, ref: 0 };
    const body = (chainId: Uint8Array, sender: number) => [
      tx({ type: 'POINTS_REWARD', chainId, sender, payload: { ...payload, to: sender } }),
    ];
    expect(problemOf(body)).toContain('reward-due');
  });

  it.each([
    ['that has expired', { expiryUs: 59 * S }, 'EXPIRED'],
    ['short of gas for its bytes', { gasLimit: 20_999 }, 'INSUFFICIENT_GAS'],
  ])('is refused when it carries a transaction %s', (_, part, reason) => {
    const body = (chainId: Uint8Array) => [
      tx({ type: 'VOTE', chainId, sender: 0, payload: { candidates: [1] }, ...part }),
    ];
    expect(problemOf(body)).toContain(reason);
  });

  it('is refused when a nonce is used twice', () => {
    const body = (chainId: Uint8Array) =>
      [1, 2].map((candidate) =>
        tx({ type: 'VOTE', chainId, sender: 0, payload: { candidates: [candidate] } }),
      );
    expect(problemOf(body)).toContain('BAD_NONCE');
  });

  it('is refused when it was made for another chain', () => {
    const body = () => [
      tx({ type: 'VOTE', chainId: new Uint8Array(8), sender: 0, payload: { candidates: [1] } }),
    ];
    expect(problemOf(body)).not.toBe('');
  });
});
