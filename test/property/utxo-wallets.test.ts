/** Wallets that follow a head over forks, and the same payments on accounts and on coins. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { ACCOUNT } from '../../src/contracts/cells.ts';
import { bytesToHex } from '../../src/ledger/hash.ts';
import type { SpendOutput, SpendPayload } from '../../src/ledger/payloads/spend.ts';
import { SELECTIONS } from '../../src/ledger/utxo/coin-selection.ts';
import type { AssetCode, SpendTransaction } from '../../src/ledger/utxo/spend.ts';
import { createWallet, type Payment, type PayOptions } from '../../src/ledger/utxo/wallet.ts';
import { CHAIN_ID, createUtxoChain, RULES } from '../unit/contracts/utxo-world.ts';
import { createWorld, HOMES } from '../unit/contracts/world.ts';

const draws = createRandomSource('utxo-wallets').addressed('world/utxo-wallets');
const EXPIRY_US = 1e15;
const GAS_LIMIT = 1e9;

const transactionOf = (payload: SpendPayload): SpendTransaction => ({
  type: 'SPEND',
  chainId: CHAIN_ID,
  sender: 0,
  nonce: 0,
  gasLimit: GAS_LIMIT,
  expiryUs: EXPIRY_US,
  payload,
});

const walletOf = (owner: number, changeReuse: number) =>
  createWallet({
    ownerSeed: new Uint8Array(32).fill(owner + 1),
    cryptoMode: 'modelled',
    chainId: CHAIN_ID,
    changeReuse,
  });

interface Carried {
  readonly id: string;
  readonly payload: SpendPayload;
}

/** A chain, the wallets of three owners who follow one node's head, and that node's pool. */
function createVillage(sequence: number) {
  let drawn = 0;
  const uniform = () => draws.uniform(sequence, 0, drawn++);
  const below = (n: number) => Math.floor(n * uniform());
  const wallets = [0, 1, 2].map((owner) => walletOf(owner, below(3) / 2));
  const issues = wallets.flatMap((wallet) =>
    ([0, 0, 1] as const).map((asset) => ({
      asset: asset as AssetCode,
      amount: 20 + below(80),
      lock: wallet.freshLock(),
    })),
  );
  const chain = createUtxoChain(issues, { ...RULES, dust: [2, 1, 1] });
  const ownerOf = new Map<string, number>();
  issues.forEach((issue, row) => {
    ownerOf.set(bytesToHex(issue.lock), Math.floor(row / 3));
    for (const wallet of wallets) wallet.connectOutput(chain.outpoints[row]!, issue);
  });
  const bodies: Carried[][] = [[]];
  let pool: Payment[] = [];
  let head = 0;

  const pathDown = (from: number, to: number): number[] => {
    const path = [];
    for (let at = from; at !== to; at = chain.tree.parent[at]!) path.push(at);
    return path;
  };

  return {
    chain,
    below,
    wallets,
    get head() {
      return head;
    },
    pay(): Payment | undefined {
      const payer = below(3);
      const payee = below(3);
      const asset: AssetCode = below(4) === 0 ? 1 : 0;
      const options: PayOptions = {
        selection: SELECTIONS[below(SELECTIONS.length)]!,
        dust: [2, 1, 1],
        feeUpt: below(3),
        changeCostUpt: below(3),
        gasLimit: GAS_LIMIT,
        expiryUs: EXPIRY_US,
        spendsUnconfirmed: below(2) === 0,
        draws: uniform,
      };
      const lock = wallets[payee]!.freshLock();
      ownerOf.set(bytesToHex(lock), payee);
      const paid = wallets[payer]!.pay(asset, 2 + below(60), lock, options);
      if ('reason' in paid) return undefined;
      for (const output of paid.payload.outputs) {
        const name = bytesToHex(output.lock);
        if (!ownerOf.has(name)) ownerOf.set(name, payer);
      }
      pool.push(paid);
      if (options.spendsUnconfirmed === false) {
        chain.open(head);
        expect(chain.refusal(transactionOf(paid.payload))).toBeUndefined();
      }
      return paid;
    },
    /** A block on any recent block, of what may go in. */
    mine(): number {
      const parent = below(3) === 0 ? below(chain.tree.count) : head;
      chain.open(parent);
      const body = pool.filter(({ payload }) => chain.send(transactionOf(payload)) === '');
      const block = chain.seal();
      bodies[block] = body;
      return block;
    },
    /** Moves the head of the node; wallets follow. @returns Blocks left. */
    follow(to: number): number {
      const fork = chain.tree.commonAncestor(head, to);
      const left = pathDown(head, fork);
      for (const block of left) {
        for (const { id, payload } of [...bodies[block]!].reverse()) {
          for (const wallet of wallets) wallet.disconnect(id, payload);
        }
      }
      for (const block of pathDown(to, fork).reverse()) {
        for (const { id, payload } of bodies[block]!) {
          for (const wallet of wallets) wallet.connect(id, payload);
        }
      }
      head = to;
      return left.length;
    },
    /** A payer gives a payment up; whether the pool forgets it is another matter. */
    giveUp(): void {
      const payment = pool[below(pool.length)];
      if (payment === undefined) return;
      for (const wallet of wallets) wallet.drop(payment.id);
      if (below(2) === 0) pool = pool.filter((one) => one !== payment);
    },
    /** Value by owner and asset on the head's branch, from the coins of all blocks. */
    held(): number[][] {
      const sums = wallets.map(() => [0, 0, 0]);
      const add = ({ lock, asset, amount }: SpendOutput) => {
        sums[ownerOf.get(bytesToHex(lock))!]![asset]! += amount;
      };
      issues.forEach((issue, row) => {
        if (chain.coinAt(head, chain.outpoints[row]!) !== undefined) add(issue);
      });
      const seen = new Set<string>();
      for (const { id, payload } of bodies.flat()) {
        if (seen.has(id)) continue;
        seen.add(id);
        payload.outputs.forEach((output, index) => {
          const outpoint = { txId: Buffer.from(id, 'hex'), index };
          if (chain.coinAt(head, outpoint) !== undefined) add(output);
        });
      }
      return sums;
    },
  };
}

describe('wallets', () => {
  it('have what the branch they follow has, through reorganisations and dropped payments', () => {
    let left = 0;
    let paid = 0;
    for (let sequence = 0; sequence < 200; sequence++) {
      const village = createVillage(sequence);
      for (let step = 0; step < 30; step++) {
        village.chain.nowUs++;
        const kind = village.below(10);
        if (kind < 5) paid += village.pay() === undefined ? 0 : 1;
        else if (kind < 7) village.follow(village.mine());
        else if (kind === 7) village.mine();
        else if (kind === 8) left += village.follow(village.below(village.chain.tree.count));
        else village.giveUp();
        const expected = village.held();
        const got = village.wallets.map((wallet) =>
          ([0, 1, 2] as const).map((asset) => {
            const { free, reserved } = wallet.balance(asset);
            return free + reserved;
          }),
        );
        expect(got, `sequence ${sequence}, step ${step}`).toEqual(expected);
      }
    }
    expect(left).toBeGreaterThan(200);
    expect(paid).toBeGreaterThan(1_000);
  });
});

describe('P6: accounts and coins', () => {
  const payments = fc.array(
    fc.record({
      from: fc.nat(HOMES - 1),
      to: fc.nat(HOMES - 1),
      amountUpt: fc.integer({ min: 1, max: 70e6 }),
      isBlockEnd: fc.nat(3).map((n) => n === 0),
    }),
    { maxLength: 40, size: 'max' },
  );

  it('end with the same totals by owner after the same payments', () => {
    let failed = 0;
    fc.assert(
      fc.property(payments, fc.constantFrom(...SELECTIONS), fc.boolean(), (list, name, reuses) => {
        const world = createWorld();
        const wallets = Array.from({ length: HOMES }, (_, owner) =>
          walletOf(owner, reuses ? 1 : 0),
        );
        const issues = wallets.map((wallet) => ({
          asset: 0 as const,
          amount: 100e6,
          lock: wallet.freshLock(),
        }));
        const chain = createUtxoChain(issues);
        issues.forEach((issue, owner) => {
          wallets[owner]!.connectOutput(chain.outpoints[owner]!, issue);
        });
        let drawn = 0;
        const options: PayOptions = {
          // Branch and bound alone makes no change: it is for those who have the right coins.
          selection: name === 'bnb' ? 'chain' : name,
          dust: [1, 1, 1],
          feeUpt: 0,
          gasLimit: GAS_LIMIT,
          expiryUs: EXPIRY_US,
          draws: () => draws.uniform(-1, 0, drawn++),
        };
        for (const { from, to, amountUpt, isBlockEnd } of list) {
          const onAccounts = world.send('TRANSFER', from, { to, amountUpt });
          const lock = wallets[to]!.freshLock();
          const paid = wallets[from]!.pay(0, amountUpt, lock, options);
          if ('reason' in paid) {
            expect([onAccounts.reason, paid.reason]).toEqual(Array(2).fill('INSUFFICIENT_BALANCE'));
            failed++;
          } else {
            expect(onAccounts.reason).toBe('');
            expect(chain.send(transactionOf(paid.payload))).toBe('');
            for (const wallet of wallets) wallet.connect(paid.id, paid.payload);
          }
          if (isBlockEnd) {
            world.seal();
            chain.seal();
          }
        }
        const balances = wallets.map((wallet) => wallet.balance(0).free);
        const accounts = wallets.map((_, owner) => world.account(owner, ACCOUNT.balanceUpt));
        expect(balances).toEqual(accounts);
        expect(chain.recount(chain.seal())).toEqual([0, 0, 0]);
      }),
      { numRuns: 150, seed: 6 },
    );
    expect(failed).toBeGreaterThan(50);
  });
});
