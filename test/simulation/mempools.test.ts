/** Mempools, tips and double spends on a small chain, seed 1: what transactions.csv says of each. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell } from '../../src/contracts/cells.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { openPayments } from './payment-chain.ts';

describe('what is wrong with a transaction', () => {
  it('has a reason of its own each', () => {
    const { chain, send, pay, run, finish, kernel } = openPayments();
    const { rules } = chain;
    const twice = { to: 2, amountUpt: 7 };
    const expiryUs = kernel.nowUs + 300e6;
    const good = send('TRANSFER', 0, twice, { expiryUs });
    const nonce = chain.table.nonce[good]!;
    const rows = {
      // The same bytes again, and another payment with the same number.
      DUPLICATE: send('TRANSFER', 0, twice, { expiryUs, nonce }),
      UNDERPRICED: send('TRANSFER', 0, { to: 3, amountUpt: 7 }, { nonce }),
      WRONG_CHAIN: pay(1, { chainId: new Uint8Array(8).fill(9) }),
      BAD_SIGNATURE: pay(1, { signer: 2 }),
      INSUFFICIENT_BALANCE: pay(3, {}, 1e12),
      UNAUTHORISED: send('CLEAR', 4, {
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
      }),
      OUT_OF_GAS: pay(5, { gasLimit: 26_000 }),
      INSUFFICIENT_GAS: pay(6, { gasLimit: 20_000 }),
      UNKNOWN_ACCOUNT: send('TRANSFER', 7, { to: rules.accountCount, amountUpt: 1 }),
      EXPIRED: pay(8, { nonce: 99 }),
    };
    run(60);
    const late = { BAD_NONCE: pay(0, { nonce }) };
    run(900);
    const { fateOf, ledger } = finish();
    expect(fateOf(good)).toEqual({ fate: 'final', reason: '', receipt: 'ok' });
    const seen = Object.entries({ ...rows, ...late }).map(([reason, tx]) => {
      const { receipt, ...rest } = fateOf(tx);
      const included = receipt === 'failed';
      expect(rest, reason).toEqual({ fate: included ? 'final' : 'rejected', reason });
      return included;
    });
    expect(seen.filter(Boolean)).toHaveLength(3);
    expect(verifyRunLedger(ledger).problems).toEqual([]);
  });

  it('that was forged does not take a number from the victim', () => {
    const { chain, pay, run, finish } = openPayments();
    const forged = pay(0, { signer: 1 });
    const replayed = pay(0, { chainId: new Uint8Array(8) });
    const honest = pay(0);
    expect(chain.table.nonce[honest]).toBe(chain.table.nonce[forged]!);
    run(60);
    const { fateOf, reasonOf } = finish();
    expect(fateOf(honest).receipt).toBe('ok');
    expect([reasonOf(forged), reasonOf(replayed)]).toEqual(['BAD_SIGNATURE', 'WRONG_CHAIN']);
  });
});

describe('tips', () => {
  // A block holds eight payments.
  const FULL = ['ledger.bytesPerSecond=245'];

  it('decide who comes first when blocks are full, and are paid to producers', () => {
    const { chain, pay, run, finish } = openPayments(FULL);
    const { table, rules } = chain;
    const cheap = Array.from({ length: 24 }, (_, k) => pay(k % 6));
    const dear = Array.from({ length: 6 }, (_, k) => pay(6 + k, { tipUpt: 1_000 * (k + 1) }));
    run(120);
    const { fateOf, fees, ledger } = finish();
    const all = [...cheap, ...dear];
    expect(all.map((tx) => fateOf(tx).receipt)).toEqual(all.map(() => 'ok'));
    const first = chain.tree.height[table.exportedBlock[dear[0]!]!]!;
    expect(dear.map((tx) => chain.tree.height[table.exportedBlock[tx]!])).toEqual(
      dear.map(() => first),
    );
    const after = cheap.filter((tx) => chain.tree.height[table.exportedBlock[tx]!]! > first);
    expect(after.length).toBeGreaterThan(14);
    const block = Array.from(chain.tree.transactions(table.exportedBlock[dear[0]!]!));
    expect(block.slice(0, 6)).toEqual([...dear].reverse());
    const producer = rules.firstNode + chain.tree.producer[table.exportedBlock[dear[0]!]!]!;
    const balance = accountCell(producer, ACCOUNT.balanceUpt);
    expect(chain.state.readAt(chain.engine.head[0]!, balance)).toBe(21_000);
    expect(dear.map((tx) => fees[tx])).toEqual([1, 2, 3, 4, 5, 6].map((k) => 1_000 * k));
    expect(verifyRunLedger(ledger).problems).toEqual([]);
  });

  it('of a least size are asked of members, whose clients write them', () => {
    const { pay, run, finish } = openPayments(['ledger.minTip=0.001 pt']);
    const [plain, low] = [pay(0), pay(1, { tipUpt: 999 })];
    run(60);
    const { fateOf, fees, reasonOf } = finish();
    expect([fateOf(plain).receipt, fees[plain]]).toEqual(['ok', 1_000]);
    expect(reasonOf(low)).toBe('UNDERPRICED');
  });

  it('replace a pending transaction when they are a tenth higher', () => {
    const { chain, pay, run, finish } = openPayments(FULL);
    // What is ahead fills blocks for a while.
    for (let k = 0; k < 40; k++) pay(1 + (k % 8), { tipUpt: 100_000 });
    const first = pay(0, { tipUpt: 1_000 });
    const nonce = chain.table.nonce[first]!;
    const low = pay(0, { tipUpt: 1_099, nonce });
    run(1);
    const high = pay(0, { tipUpt: 1_100, nonce });
    const next = pay(0, { tipUpt: 50_000 });
    run(120);
    const { fateOf, reasonOf } = finish();
    expect([first, low].map(reasonOf)).toEqual(['REPLACED', 'UNDERPRICED']);
    expect([high, next].map((tx) => fateOf(tx).receipt)).toEqual(['ok', 'ok']);
    const height = (tx: number) => chain.tree.height[chain.table.exportedBlock[tx]!]!;
    // The better one of the same sender has to wait for the number before it.
    expect(height(next)).toBeGreaterThanOrEqual(height(high));
  });
});

describe('a full mempool', () => {
  it('drops what pays least, or has no room', () => {
    // Room for the registrations of all members, and blocks of eight payments.
    const sets = ['ledger.poolMax.transactions=30', 'ledger.bytesPerSecond=245'];
    const { chain, pay, run, finish } = openPayments(sets);
    // All of them come in at one node.
    const about = { node: 0 };
    const poor = Array.from({ length: 40 }, (_, k) => pay(k % 8, { ...about, tipUpt: 10 }));
    run(1);
    expect(chain.mempools.load(0).transactions).toBe(30);
    const rich = Array.from({ length: 4 }, (_, k) => pay(8 + k, { ...about, tipUpt: 5_000 }));
    run(1);
    expect(chain.mempools.load(0).transactions).toBeLessThanOrEqual(30);
    run(900);
    expect(chain.mempools.load(0)).toEqual({ transactions: 0, bytes: 0 });
    const { fateOf, reasonOf, ledger } = finish();
    const count = (reason: string) => poor.filter((tx) => reasonOf(tx) === reason).length;
    expect(count('POOL_FULL')).toBe(10);
    expect(count('EVICTED')).toBe(4);
    expect(rich.map((tx) => fateOf(tx).receipt)).toEqual(rich.map(() => 'ok'));
    // The other nodes heard of what this one let go before it did, and had as little room; what is left
    // of each member waits for the number that was dropped until it expires.
    const done = poor.filter((tx) => fateOf(tx).receipt === 'ok').length;
    expect(done + count('EXPIRED')).toBe(26);
    expect(done).toBeGreaterThan(12);
    expect(verifyRunLedger(ledger).problems).toEqual([]);
  });
});

describe('numbers out of order', () => {
  it('wait for those before them, and go on when these can no longer come', () => {
    const { chain, pay, run, finish, kernel } = openPayments();
    const { table, tree } = chain;
    const late = pay(0, { nonce: 2 });
    const other = pay(1, { nonce: 1 });
    run(30);
    expect([table.firstBlock[late], table.firstBlock[other]]).toEqual([-1, -1]);
    const first = pay(0, { nonce: 0 });
    run(9);
    expect(table.firstBlock[first]).toBeGreaterThan(0);
    expect(table.firstBlock[late]).toBe(-1);
    const second = pay(0, { nonce: 1 });
    // One that expires before a block can take it fills its number too (decision 20).
    pay(1, { nonce: 0, expiryUs: kernel.nowUs });
    run(60);
    const { fateOf } = finish();
    expect([first, second, late, other].map((tx) => fateOf(tx).receipt)).toEqual(
      Array.from({ length: 4 }, () => 'ok'),
    );
    const height = (tx: number) => tree.height[table.exportedBlock[tx]!]!;
    expect(height(second)).toBeLessThanOrEqual(height(late));
  });
});

describe('two payments with one number at two ends of the network', () => {
  it.each(['dpos', 'pow', 'pbft', 'raft', 'tendermint'])(
    'are one payment on the chain, and its client knows: %s',
    (name) => {
      const { chain, pay, run, finish } = openPayments([`consensus=${name}`]);
      const { table } = chain;
      const pairs = Array.from({ length: 6 }, (_, k) => {
        const first = pay(k, { node: 0 });
        const nonce = table.nonce[first]!;
        return [first, pay(k, { node: 4, nonce }, 2_000)] as const;
      });
      run(3_600);
      const { fateOf, ledger } = finish();
      for (const pair of pairs) {
        const fates = pair.map(fateOf);
        const paid = fates.filter(({ receipt }) => receipt === 'ok');
        const lost = fates.filter(({ fate }) => fate === 'rejected');
        expect([paid.length, lost.length]).toEqual([1, 1]);
        expect(lost[0]!.reason).toMatch(/^(BAD_NONCE|UNDERPRICED)$/);
      }
      expect(chain.hasOpenTransactions()).toBe(false);
      expect(verifyRunLedger(ledger).problems).toEqual([]);
    },
  );
});
