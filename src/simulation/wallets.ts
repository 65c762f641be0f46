/**
 * The members' wallets on a coin ledger. A wallet sees the chain as the full node does that its owner is
 * attached to: coins come and go with that node's branch.
 */
import type { RandomSource } from '../base/random.ts';
import { issuedOutpoint, openingCoins } from '../contracts/coin-genesis.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { SpendPayload } from '../ledger/payloads/spend.ts';
import type { BlockIndex } from '../ledger/tree.ts';
import type { SelectionName } from '../ledger/utxo/coin-selection.ts';
import { POINTS, spendIdHex } from '../ledger/utxo/spend.ts';
import { createWallet, type Payment, type PayOptions, type Wallet } from '../ledger/utxo/wallet.ts';
import type { Scenario } from '../scenario/sections.ts';
import { walletSeed } from './accounts.ts';
import type { Chain } from './chain.ts';
import type { PaymentDesk, PlannedPayment } from './payments.ts';

/** Gas that a member sets aside for a spend, and what it counts on using for its fee. */
const GAS_LIMIT = 5_000_000;
const GAS_EXPECTED = 150_000;

/** Wallets of all members. */
export interface Wallets extends PaymentDesk {
  /**
   * Two payments of one coin, for who wants to cheat: their rows, or undefined when the wallet has too
   * little. Each enters at a node of its own.
   */
  payTwice(
    from: number,
    receivers: readonly [number, number],
    nodes: readonly [number, number],
    amountUpt: number,
    expiryUs: number,
  ): readonly [number, number] | undefined;
  /** Payments that a wallet could not make. */
  readonly unpaidCount: number;
  /** Member who holds a lock, by the lock in hex; the truth that only scores may know. */
  ownerOfLock(lockHex: string): number;
}

/** Opens the wallets of a chain's members. */
export function openWallets(
  kernel: Kernel,
  scenario: Scenario,
  chain: Chain,
  random: RandomSource,
): Wallets {
  const { rules, tree, table, engine } = chain;
  const coins = rules.coins!;
  const { utxo } = scenario.ledger;
  const draws = random.sequential('chain/wallets');
  const owners = new Map<string, number>();
  const byNode: Wallet[][] = Array.from({ length: rules.nodeCount }, () => []);
  const wallets = Array.from({ length: rules.homeCount }, (_, member) => {
    const wallet = createWallet({
      ownerSeed: walletSeed(random, member),
      cryptoMode: coins.cryptoMode,
      chainId: chain.chainId,
      changeReuse: utxo.addressReuse,
    });
    byNode[chain.nodeOf(member)]!.push(wallet);
    return wallet;
  });
  /** The lock that a member hands out, and whether it may be handed out again. */
  const standing: Uint8Array[] = wallets.map((wallet, member) => {
    const lock = wallet.freshLock();
    owners.set(Buffer.from(lock).toString('hex'), member);
    openingCoins(rules, member, lock).forEach((output, k) => {
      wallet.connectOutput(issuedOutpoint(chain.chainId, member, k), output);
    });
    return lock;
  });
  let unpaid = 0;

  function lockOf(member: number): Uint8Array {
    if (draws.uniform() >= utxo.addressReuse) standing[member] = wallets[member]!.freshLock();
    return standing[member]!;
  }

  /** Notes whose the locks of a payment are, change included. */
  function note(payload: SpendPayload, payer: number, receiver: number): void {
    for (const { lock } of payload.outputs) {
      const hex = Buffer.from(lock).toString('hex');
      if (owners.has(hex)) continue;
      owners.set(hex, lock === standing[receiver] ? receiver : payer);
    }
  }

  const expire = kernel.event('agents/drop-payment', PHASE.agents, (k) => {
    const { payer, id } = sent[k]!;
    wallets[payer]!.drop(id);
  });
  const sent: { readonly payer: number; readonly id: string }[] = [];

  function options(selection: SelectionName, expiryUs: number): PayOptions {
    return {
      selection,
      dust: coins.dust,
      feeUpt: coins.gasPriceUpt * GAS_EXPECTED,
      gasLimit: GAS_LIMIT,
      expiryUs,
      spendsUnconfirmed: true,
      draws: () => draws.uniform(),
    };
  }

  function submit(
    payer: number,
    { id, payload }: Payment,
    expiryUs: number,
    node?: number,
  ): number {
    expire.at(expiryUs + 1, sent.length);
    sent.push({ payer, id });
    const about = { slot: -1, expiryUs, gasLimit: GAS_LIMIT };
    return chain.submit('SPEND', payer, payload, node === undefined ? about : { ...about, node });
  }

  function spendsOf(block: BlockIndex): { id: string; payload: SpendPayload }[] {
    return Array.from(tree.transactions(block)).flatMap((tx) => {
      const { transaction } = table.signed(tx);
      return transaction.type === 'SPEND'
        ? [{ id: spendIdHex(transaction), payload: transaction.payload }]
        : [];
    });
  }

  engine.observe({
    onHead(node, head, previous) {
      const own = byNode[node]!;
      if (own.length === 0) return;
      for (let at = previous; !tree.isAncestor(at, head); at = tree.parent[at]!) {
        for (const { id, payload } of spendsOf(at).reverse()) {
          for (const wallet of own) wallet.disconnect(id, payload);
        }
      }
      const joined: BlockIndex[] = [];
      for (let at = head; !tree.isAncestor(at, previous); at = tree.parent[at]!) joined.push(at);
      for (const at of joined.reverse()) {
        for (const { id, payload } of spendsOf(at)) {
          for (const wallet of own) wallet.connect(id, payload);
        }
      }
    },
    onFinal(node, block) {
      const own = byNode[node]!;
      if (own.length === 0) return;
      for (const { id, payload } of spendsOf(block)) {
        for (const wallet of own) wallet.finalise(id, payload);
      }
    },
  });

  return {
    pay({ from, to, amountUpt }: PlannedPayment, expiryUs) {
      const about = options(utxo.coinSelection, expiryUs);
      const payment = wallets[from]!.pay(POINTS, amountUpt, lockOf(to), about);
      if ('reason' in payment) {
        unpaid++;
        return -1;
      }
      note(payment.payload, from, to);
      return submit(from, payment, expiryUs);
    },
    payTwice(from, receivers, nodes, amountUpt, expiryUs) {
      const wallet = wallets[from]!;
      const about = options('largestFirst', expiryUs);
      const first = wallet.pay(POINTS, amountUpt, lockOf(receivers[0]), about);
      if ('reason' in first) return undefined;
      note(first.payload, from, receivers[0]);
      // Taken back at once, so that the next payment takes the same coins.
      wallet.drop(first.id);
      const second = wallet.pay(POINTS, amountUpt, lockOf(receivers[1]), about);
      if ('reason' in second) return undefined;
      note(second.payload, from, receivers[1]);
      return [submit(from, first, expiryUs, nodes[0]), submit(from, second, expiryUs, nodes[1])];
    },
    get unpaidCount() {
      return unpaid;
    },
    ownerOfLock: (lockHex) => owners.get(lockHex) ?? -1,
  };
}
