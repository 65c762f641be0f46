/**
 * Vesting of the initial grant (model §7.1, I1). What has not vested can pay for electricity in the market
 * and for gas, but cannot be transferred, sold or redeemed, and burns when the grant expires. It vests
 * linearly in time. The market takes free points first, so that a holding that has fallen below the unvested
 * part is unvested as a whole, and what comes in later is free.
 */
import { mulDivFloor } from '../base/integer.ts';
import type { StateView } from '../ledger/state.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell } from './cells.ts';
import { SELLER, sellerCell } from './exchange-cells.ts';
import { ECONOMY, economyCell, HOLDER, holderCell } from './points-cells.ts';
import {
  BURN_CAUSE,
  burn,
  type Call,
  type ChainRules,
  type Outcome,
  readAccount,
} from './rules.ts';

/** Whether grants of a chain vest. */
const isVesting = (rules: ChainRules) => (rules.points?.grantVestingUs ?? 0) > 0;

/** Notes a grant that has just been issued. */
export function startVesting(call: Call, account: number, amountUpt: number): void {
  if (!isVesting(call.rules)) return;
  call.state.write(holderCell(account, HOLDER.grantUs), call.timestampUs);
  call.state.write(holderCell(account, HOLDER.unvestedUpt), amountUpt);
}

/**
 * What of an account's balance has not vested [Upt].
 *
 * @param read - The state; `timestampUs` the instant at which it is asked.
 * @returns At most what of the grant has not vested by time, and at most what was never spent of it.
 */
export function unvestedUpt(
  read: StateView['read'],
  rules: ChainRules,
  account: number,
  timestampUs: number,
): number {
  if (!isVesting(rules)) return 0;
  const keptUpt = read(holderCell(account, HOLDER.unvestedUpt));
  if (keptUpt === 0) return 0;
  const vestingUs = rules.points!.grantVestingUs;
  const ageUs = timestampUs - read(holderCell(account, HOLDER.grantUs));
  if (ageUs >= vestingUs) return 0;
  const grantUpt = read(accountCell(account, ACCOUNT.grantedUpt));
  const vestedUpt = mulDivFloor(grantUpt, Math.max(0, ageUs), vestingUs);
  return Math.min(keptUpt, grantUpt - vestedUpt, heldUpt(read, account));
}

/** Balance and escrow but for what is offered for sale, which was free when it was offered. */
function heldUpt(read: StateView['read'], account: number): number {
  const allUpt =
    read(accountCell(account, ACCOUNT.balanceUpt)) + read(accountCell(account, ACCOUNT.escrowUpt));
  return allUpt - read(sellerCell(account, SELLER.offeredUpt));
}

/** Points that an account may transfer, sell or redeem now [Upt]. */
export function freeUpt(call: Call, account: number): number {
  const balanceUpt = readAccount(call, account, ACCOUNT.balanceUpt);
  const lockedUpt = unvestedUpt(call.state.read, call.rules, account, call.timestampUs);
  return Math.max(0, balanceUpt - lockedUpt);
}

/** Why an account may not part with an amount; undefined when it may. */
export function lacking(call: Call, account: number, amountUpt: number): Outcome {
  if (readAccount(call, account, ACCOUNT.balanceUpt) < amountUpt) return 'INSUFFICIENT_BALANCE';
  return freeUpt(call, account) < amountUpt ? 'UNVESTED' : undefined;
}

/** Notes that an account has paid: what it holds now bounds what can still be unvested. */
export function noteSpent(state: StateView, rules: ChainRules, account: number): void {
  if (!isVesting(rules)) return;
  const cell = holderCell(account, HOLDER.unvestedUpt);
  const keptUpt = state.read(cell);
  if (keptUpt === 0) return;
  const boundUpt = heldUpt(state.read, account);
  if (boundUpt < keptUpt) state.write(cell, boundUpt);
}

/**
 * Burns what is unvested and not in use of a grant that has expired (model §7.2); a keeper's transaction,
 * which anybody may send. What orders hold of it can be burned when they have given it back.
 */
export function expireGrant(call: Call, { account }: PayloadOf['GRANT_EXPIRE']): Outcome {
  const { rules, state, timestampUs } = call;
  if (account >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  const expiryUs = rules.points?.grantExpiryUs ?? 0;
  const isDue = timestampUs >= state.read(holderCell(account, HOLDER.grantUs)) + expiryUs;
  const leftUpt = unvestedUpt(state.read, rules, account, timestampUs);
  const amountUpt = Math.min(leftUpt, readAccount(call, account, ACCOUNT.balanceUpt));
  if (expiryUs === 0 || !isDue || amountUpt === 0) return 'NOT_EXPIRED';
  burn(call, account, amountUpt, BURN_CAUSE.expired);
  state.write(holderCell(account, HOLDER.unvestedUpt), leftUpt - amountUpt);
  const total = economyCell(ECONOMY.expiredUpt);
  state.write(total, state.read(total) + amountUpt);
  return undefined;
}
