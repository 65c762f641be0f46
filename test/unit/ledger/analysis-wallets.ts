/**
 * Wallets on a coin ledger whose true owners are known: what clustering is scored against. A payee
 * shows an address used before with probability `payeeReuse`, change goes to one of the payer's
 * with probability `changeReuse`; else the address is fresh.
 */
import { createRandomSource } from '../../../src/base/random.ts';
import type { CoinGraph } from '../../../src/ledger/analysis/clustering.ts';

export interface WalletOptions {
  readonly owners: number;
  readonly payments: number;
  /** Coins that a payment spends, if the payer has so many. */
  readonly inputs: number;
  /** Share of changes that go to a used address of the payer. */
  readonly changeReuse: number;
  readonly payeeReuse?: number;
  /** Pays so much that no coin is left over: change is less than every coin spent. */
  readonly necessary?: boolean;
  /** Share of payments to which the payee adds a coin, and takes its worth with the payment. */
  readonly joinShare?: number;
  readonly seed: string;
}

export interface WalletLedger {
  readonly graph: CoinGraph;
  readonly ownerOf: number[];
  readonly firstUs: number[];
  /** Paying address of each payment: its first input. */
  readonly payer: number[];
}

interface Coin {
  readonly address: number;
  readonly amount: number;
}

/** Runs the wallets: 4 coins of issuance each, then random payments at 1 s. */
export function walletLedger(options: WalletOptions): WalletLedger {
  const random = createRandomSource(options.seed).sequential('chain/wallets');
  const ownerOf: number[] = [];
  const firstUs: number[] = [];
  const payer: number[] = [];
  const coins: Coin[][] = Array.from({ length: options.owners }, () => []);
  const used: number[][] = Array.from({ length: options.owners }, () => []);
  const inputs: Coin[][] = [];
  const outputs: Coin[][] = [];
  const fresh = (owner: number): number => {
    ownerOf.push(owner);
    firstUs.push(1_000_000 * inputs.length);
    used[owner]!.push(ownerOf.length - 1);
    return ownerOf.length - 1;
  };
  const take = (owner: number): Coin => {
    const held = coins[owner]!;
    return held.splice(random.integer(held.length), 1)[0]!;
  };
  const other = (owner: number) =>
    (owner + 1 + random.integer(options.owners - 1)) % options.owners;
  function pay(owner: number): void {
    const spent: Coin[] = [];
    for (let left = Math.min(options.inputs, coins[owner]!.length); left > 0; left--) {
      spent.push(take(owner));
    }
    const total = spent.reduce((sum, coin) => sum + coin.amount, 0);
    if (total < 2) {
      coins[owner]!.push(...spent);
      return;
    }
    const payee = other(owner);
    const least = options.necessary ? Math.min(...spent.map((coin) => coin.amount)) : total;
    const amount = total - least + 1 + Math.floor(random.uniform() * (least - 1));
    const made: Coin[] = [];
    const give = (to: number, reuse: number, value: number) => {
      const old = used[to]!;
      const again = random.uniform() < reuse;
      const address = again ? old[random.integer(old.length)]! : fresh(to);
      made.push({ address, amount: value });
    };
    const joins = random.uniform() < (options.joinShare ?? 0) && coins[payee]!.length > 0;
    const joined = joins ? [take(payee)] : [];
    give(payee, options.payeeReuse ?? 0, amount + (joined[0]?.amount ?? 0));
    if (total > amount) give(owner, options.changeReuse, total - amount);
    made.forEach((coin, output) => {
      coins[output === 0 ? payee : owner]!.push(coin);
    });
    spent.push(...joined);
    payer.push(spent[0]!.address);
    inputs.push(spent);
    outputs.push(made);
  }
  for (let owner = 0; owner < options.owners; owner++) {
    for (let i = 0; i < 4; i++) {
      const coin = { address: fresh(owner), amount: 1_000 + random.integer(9_000) };
      coins[owner]!.push(coin);
      inputs.push([]);
      outputs.push([coin]);
    }
  }
  for (let i = 0; i < options.payments; i++) pay(random.integer(options.owners));
  const offsets = (lists: readonly Coin[][]) => {
    const offset = [0];
    for (const list of lists) offset.push(offset.at(-1)! + list.length);
    return offset;
  };
  const graph = {
    addressCount: ownerOf.length,
    transactionCount: inputs.length,
    inputOffset: offsets(inputs),
    inputAddress: inputs.flat().map((coin) => coin.address),
    inputAmount: inputs.flat().map((coin) => coin.amount),
    outputOffset: offsets(outputs),
    outputAddress: outputs.flat().map((coin) => coin.address),
    outputAmount: outputs.flat().map((coin) => coin.amount),
  };
  return { graph, ownerOf, firstUs, payer };
}
