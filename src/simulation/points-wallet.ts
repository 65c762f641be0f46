/**
 * What a home knows of its points: how many are free now, and how many the bids of its next day need. It
 * looks at its own node's head for what it holds and at settlements that are final for what it uses.
 */
import { cost } from '../base/integer.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { gasPriceOf } from '../contracts/execute.ts';
import { unvestedUpt } from '../contracts/vesting.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Chain } from './chain.ts';
import type { HomeBook } from './home-book.ts';
import type { Site } from './site.ts';

/** Gas that a home sets aside for a transaction of points: none of them needs more. */
export const POINTS_GAS_LIMIT = 200_000;

/** Points of all homes as their owners see them. */
export interface Wallets {
  /** Reads a cell at the head of the node that an account is attached to. */
  readerOf(account: number): (cell: number) => number;
  /** What a member may transfer, sell or redeem now, the gas for it left out [Upt]. */
  freeUpt(account: number): number;
  /** What a home's bids of a day need; undefined before a day is settled but for what is under way. */
  needUpt(home: number): number | undefined;
  /** Notes that the settlement of a slot is final. */
  onFinalSettlement(slot: number): void;
}

/** Makes the wallets. @param book - Settlements of the homes, of which only final ones are read. */
export function createWallets(
  kernel: Kernel,
  { market, settlement, points }: Scenario,
  site: Site,
  chain: Chain,
  book: () => HomeBook,
): Wallets {
  const { rules } = chain;
  const { slotUs, slotCount, slotsPerDay, tariff } = site;
  const { homeCount } = rules;
  const isFinal = new Uint8Array(slotCount);
  /** Slots from the first on that are final without a gap. */
  let finalCount = 0;
  /** A bid is locked from its sending to its settlement, at the latest to the deadline. */
  const lockedSlots = Math.ceil((market.leadTimeMax + slotUs + settlement.deadline) / slotUs);

  function readerOf(account: number) {
    const head = chain.engine.head[chain.nodeOf(account)]!;
    return (cell: number) => chain.state.readAt(head, cell);
  }

  return {
    readerOf,
    freeUpt(account) {
      const read = readerOf(account);
      const lockedUpt = unvestedUpt(read, rules, account, kernel.nowUs);
      const gasUpt = POINTS_GAS_LIMIT * gasPriceOf(rules, account);
      return Math.max(0, read(accountCell(account, ACCOUNT.balanceUpt)) - lockedUpt - gasUpt);
    },
    needUpt(home) {
      if (finalCount < slotsPerDay - lockedSlots) return undefined;
      const { boughtWh, gridImportWh } = book().settledWh;
      const { tradePaymentUpt, wheelingUpt } = book().settledUpt;
      let paidUpt = 0;
      let largestUpt = 0;
      for (let slot = Math.max(0, finalCount - slotsPerDay); slot < finalCount; slot++) {
        const row = slot * homeCount + home;
        paidUpt += tradePaymentUpt[row]! + wheelingUpt[row]!;
        const importWh = boughtWh[row]! + gridImportWh[row]!;
        const bidUpt = cost(tariff.retailUptPerKWh(site.hourOf(slot)), importWh);
        if (bidUpt > largestUpt) largestUpt = bidUpt;
      }
      return Math.max(0, paidUpt) + lockedSlots * largestUpt + points.redemption.reserve;
    },
    onFinalSettlement(slot) {
      isFinal[slot] = 1;
      while (finalCount < slotCount && isFinal[finalCount] === 1) finalCount++;
    },
  };
}
