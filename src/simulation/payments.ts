/**
 * Payments between members of a chain without an energy market: who pays whom how much and when is drawn
 * once, the same in every arm and under both ledger models; how it is paid is the ledger model's matter.
 */
import { exp } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import { SECOND_US } from '../base/units.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { CommunitySource } from '../physics/community.ts';

/** One payment as it was drawn. */
export interface PlannedPayment {
  readonly from: number;
  readonly to: number;
  readonly amountUpt: number;
}

/** Sends payments by the means of one ledger model. */
export interface PaymentDesk {
  /** Sends a payment now; its row, or -1 when the payer's wallet cannot make it. */
  pay(payment: PlannedPayment, expiryUs: number): number;
}

/** Draws the payments of a population. */
export function createPaymentPlan(
  { transfers, homes }: CommunitySource,
  random: RandomSource,
): { payment(k: number): PlannedPayment; gapUs(k: number): number } {
  const { perSecond, amountUpt, amountSigma, hotShare } = transfers!;
  const draws = random.addressed('world/transfers');
  const count = homes.length;
  return {
    gapUs: (k) => Math.max(1, Math.round((SECOND_US / perSecond) * draws.exponential(k, 0, 0))),
    payment(k) {
      const any = Math.floor(draws.uniform(k, 0, 1) * count);
      const isHot = hotShare > 0 && draws.uniform(k, 0, 3) < hotShare;
      // The hot receiver is the first member, who then does not pay.
      const from = isHot && any === 0 ? 1 : any;
      const other = (from + 1 + Math.floor(draws.uniform(k, 0, 2) * (count - 1))) % count;
      const spread = amountSigma === 0 ? 1 : exp(amountSigma * draws.normal(k, 0, 4));
      return {
        from,
        to: isHot ? 0 : other,
        amountUpt: Math.max(1, Math.round(amountUpt * spread)),
      };
    },
  };
}

/** Sends the payments of a population at the times of a Poisson process. */
export function sendPayments(
  kernel: Kernel,
  source: CommunitySource,
  random: RandomSource,
  desk: PaymentDesk,
  span: { readonly openingUs: number; readonly endUs: number },
): void {
  const { perSecond, leadInUs, expiryUs } = source.transfers!;
  if (perSecond === 0) return;
  const plan = createPaymentPlan(source, random);
  const send = kernel.event('agents/send-transfer', PHASE.agents, (k) => {
    desk.pay(plan.payment(k), kernel.nowUs + expiryUs);
    const nextUs = kernel.nowUs + plan.gapUs(k + 1);
    if (nextUs < span.endUs) send.at(nextUs, k + 1);
  });
  send.at(Math.max(0, span.openingUs - leadInUs) + plan.gapUs(0), 0);
}
