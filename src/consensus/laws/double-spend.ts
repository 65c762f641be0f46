/**
 * Chance that a double spend succeeds against z confirmations. Three conventions are in use and
 * differ by up to six times, so each has its own function or parameter and every row names the one
 * it means.
 */
import { pow, sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { checkCount, checkShare, poissonTerms } from './counting.ts';

/**
 * Nakamoto's approximation: the attacker's progress while z blocks are found is Poisson.
 *
 * @param q - Attacker's share of hash power, in [0, 1].
 * @param confirmations - z, integer in [0, 1000], with z q / (1 − q) at most 700.
 * @returns 1 for q of at least 1/2.
 * Source: S. Nakamoto, Bitcoin: A Peer-to-Peer Electronic Cash System, 2008, section 11.
 */
export function doubleSpendNakamoto(q: number, confirmations: number): number {
  checkShare('q', q);
  checkCount('confirmations', confirmations);
  if (q >= 0.5) return 1;
  if (q === 0) return confirmations === 0 ? 1 : 0;
  const p = 1 - q;
  const mean = (confirmations * q) / p;
  // The tail is summed itself: one minus the rest would lose all digits of a small chance.
  const most = confirmations + 60 + Math.ceil(2 * mean);
  return fsum(
    poissonTerms(mean, most).map((term, k) =>
      k <= confirmations ? term * pow(q / p, confirmations - k) : term,
    ),
  );
}

/**
 * Exact chance of a race: while the honest nodes find z blocks the attacker finds m, negative
 * binomial, and then makes up z − m − a + 1 blocks by gambler's ruin.
 *
 * @param q - Attacker's share of hash power, in [0, 1].
 * @param confirmations - z, integer in [0, 1000].
 * @param premined - a, blocks the attacker has ahead when the payment is sent: 0, he must become
 *   strictly longer from nothing; 1, he needs to draw level (Rosenfeld; Grunspan and Pérez-Marco).
 * @returns 1 for q of at least 1/2.
 * Source: M. Rosenfeld, Analysis of Hashrate-Based Double-Spending, 2014; C. Grunspan, R.
 * Pérez-Marco, Double Spend Races, 2017, whose I_4pq(z, 1/2) is the case a = 1.
 */
export function doubleSpend(q: number, confirmations: number, premined: 0 | 1): number {
  checkShare('q', q);
  checkCount('confirmations', confirmations);
  if (q >= 0.5) return 1;
  if (q === 0) return confirmations + 1 - premined === 0 ? 1 : 0;
  const p = 1 - q;
  const level = confirmations + 1 - premined;
  const terms: number[] = [];
  let term = pow(p, confirmations);
  // Past `level` the terms are the tail; they fall by a factor that tends to q.
  for (let m = 0; m < 100_000; m++) {
    const share = m < level ? term * pow(q / p, level - m) : term;
    terms.push(share);
    if (m > level && share < 1e-18 * terms[0]! * (1 - q)) break;
    if (confirmations === 0) break;
    term *= (q * (m + confirmations)) / (m + 1);
  }
  return fsum(terms);
}

/**
 * Fewest confirmations for which a double spend succeeds with less than a given chance.
 *
 * @param chance - Law of success, falling in z.
 * @param risk - In (0, 1).
 * @throws {RangeError} when 1000 confirmations do not suffice.
 */
export function confirmationsFor(chance: (confirmations: number) => number, risk: number): number {
  for (let z = 0; z <= 1000; z++) if (chance(z) < risk) return z;
  throw new RangeError(`"risk" expected one that 1000 confirmations reach, got ${risk}`);
}

/**
 * Adversarial share β from which a private chain overtakes for good: β = (1 − β) / (1 + (1 − β)
 * λΔ).
 *
 * @param rateTimesDelay - λΔ, blocks found by all during the largest delay, at least 0.
 * @returns 1/2 without delay, falling.
 * Source: A. Dembo et al., Everything Is a Race and Nakamoto Always Wins, 2020; the root of
 * xβ² − (2 + x)β + 1 that lies in [0, 1/2], in the form that has no cancellation.
 */
export function privateAttackThreshold(rateTimesDelay: number): number {
  const x = rateTimesDelay;
  return 2 / (2 + x + sqrt(4 + x * x));
}

/**
 * Attacker's share of the chain's growth when a share s of the honest blocks goes stale:
 * q / (q + p (1 − s)).
 */
export function effectiveShare(q: number, honestStale: number): number {
  return q / (q + (1 - q) * (1 - honestStale));
}
