/**
 * What people do with points beside trading energy: the grid operator bills, homes redeem, sell and buy. All
 * of it follows from final settlements and final blocks, and none of it asks for more than a look a day.
 */
import { exp } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import type { Table } from '../base/table.ts';
import { HOUR_US, MINUTE_US } from '../base/units.ts';
import { HOLDER, holderCell } from '../contracts/points-cells.ts';
import { unvestedUpt } from '../contracts/vesting.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { createFiatBook, type FiatBook } from '../market/fiat-book.ts';
import type { Scenario } from '../scenario/sections.ts';
import { openBillDesk } from './bill-desk.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import { openExchangeDesk } from './exchange-desk.ts';
import type { HomeBook } from './home-book.ts';
import { createWallets } from './points-wallet.ts';
import type { Site } from './site.ts';

/** What the desk works with. */
export interface PointsDeskParts {
  readonly scenario: Scenario;
  readonly chain: Chain;
  readonly site: Site;
  /** Settlements of the homes; asked for once the run is on. */
  readonly book: () => HomeBook;
  readonly random: RandomSource;
}

/** The desk at work. */
export interface PointsDesk {
  /** Money outside the chain. */
  readonly fiat: FiatBook;
  /** The settlement of a slot is final at the centre. */
  onFinalSettlement(slot: number): void;
  /** A block became final at the centre. */
  onFinal(block: number): void;
  /** The tables `bills`, `liability` and `exchange`; once, after the run. */
  tables(): Table[];
}

/** Opens the desk on a chain with the rules of points; undefined on one without. */
export function openPointsDesk(kernel: Kernel, parts: PointsDeskParts): PointsDesk | undefined {
  const { scenario, chain, site, book, random } = parts;
  const { rules } = chain;
  if (rules.points === undefined || rules.exchange === undefined) return undefined;
  const fiat = createFiatBook(rules.accountCount);
  const wallets = createWallets(kernel, scenario, site, chain, book);
  const banks = random.addressed('world/points-bank');
  const { bankDelayMedian, bankDelaySigma } = scenario.points.exchange;
  const deliver = kernel.event('market/deliver-payment', PHASE.market, (payment) => {
    fiat.deliver(payment, kernel.nowUs);
  });
  /** Payments of each home, so that every delay has an address of its own. */
  const paid = new Float64Array(rules.accountCount);
  const bills = openBillDesk({
    kernel,
    scenario,
    chain,
    book,
    wallets,
    fiat,
    random,
    pay(from, to, amount, purpose) {
      const home = Math.min(from, to);
      const payment = fiat.order(from, to, amount, purpose, kernel.nowUs);
      const delay = exp(bankDelaySigma * banks.normal(home, paid[home]!++, 0));
      deliver.after(Math.max(1, Math.floor(bankDelayMedian * delay)), payment);
    },
  });
  keepGrants(kernel, parts);
  const exchange = openExchangeDesk({ kernel, scenario, chain, wallets, bills, fiat, random });
  return {
    fiat,
    onFinalSettlement(slot) {
      wallets.onFinalSettlement(slot);
      bills.onFinalSettlement(slot);
    },
    onFinal(block) {
      bills.onFinal(block);
      exchange.onFinal(block);
    },
    tables() {
      fiat.recount();
      return [...bills.tables(), exchange.table()];
    },
  };
}

/** What orders hold of an expired grant is asked for again after this. */
const ASK_AGAIN_US = 6 * HOUR_US;
/** A keeper waits this long after the hour, for its clock is not the producer's. */
const SLACK_US = MINUTE_US;

/** The centre asks for the end of grants that have expired, which no contract does by itself. */
function keepGrants(kernel: Kernel, { chain }: PointsDeskParts): void {
  const { rules } = chain;
  const { grantExpiryUs, grantVestingUs } = rules.points!;
  if (grantExpiryUs === 0 || grantVestingUs === 0) return;
  const read = (cell: number) => chain.state.readAt(chain.engine.head[CENTRE_NODE]!, cell);
  const expire = kernel.event('agents/expire-grant', PHASE.agents, (account) => {
    if (unvestedUpt(read, rules, account, kernel.nowUs) === 0) return;
    const about = { slot: -1, expiryUs: kernel.nowUs + ASK_AGAIN_US };
    chain.submit('GRANT_EXPIRE', rules.centre, { account }, about);
    expire.after(ASK_AGAIN_US, account);
  });
  kernel
    .event('agents/note-grants', PHASE.agents, () => {
      for (let home = 0; home < rules.homeCount; home++) {
        const grantUs = read(holderCell(home, HOLDER.grantUs));
        expire.at(Math.max(kernel.nowUs, grantUs + grantExpiryUs + SLACK_US), home);
      }
    })
    .at(rules.openingUs);
}
