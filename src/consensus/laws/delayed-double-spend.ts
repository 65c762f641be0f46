/** Double spend against honest miners who lose blocks to each other over a delay. */
import { fsum } from '../../base/sum.ts';
import { poissonTerms } from './counting.ts';

/** A race over a delay. */
export interface DelayedRace {
  /** Attacker's share of hash power, in (0, 1). */
  readonly q: number;
  /** z, at least 1. */
  readonly confirmations: number;
  /** λD, blocks found by all while a block travels between honest miners. */
  readonly rateTimesDelay: number;
  /** Blocks behind at which the attacker gives up once the merchant has delivered. */
  readonly giveUp: number;
}

/** Most blocks of the attacker in one interval that are told apart. */
const MOST = 120;

/**
 * Chance that an attacker without delay and without a block in advance becomes strictly longer. With many
 * small honest miners their chain grows after D and an exponential wait, so that the attacker's blocks in
 * one interval, X, are Poisson (while the last block travels) plus geometric, and intervals are
 * independent; only the block that the branch leaves from is known to all at once, since the attacker
 * passes it on. The lead s at an honest block then has u(s) = P(X > −s) + Σ_{x ≤ −s} P(x) u(s + x − 1), u = 0
 * from −giveUp on. The shorter law with an effective share q / (q + p (1 − stale)) has the same means but
 * exponential intervals, which are less regular, and so a higher chance.
 * Source: derived; without delay it is the race of Rosenfeld 2014.
 */
export function delayedDoubleSpend(race: DelayedRace): number {
  const { q, confirmations, giveUp } = race;
  const one = blocksAnInterval(q, q * race.rateTimesDelay);
  const catchUp = catchUpFrom(one, giveUp);
  let sum = blocksAnInterval(q, 0);
  for (let interval = 1; interval < confirmations; interval++) sum = convolve(sum, one);
  return fsum(
    Array.from(sum, (chance, made) => {
      const behind = confirmations - made;
      return chance * (behind < 0 ? 1 : behind >= giveUp ? 0 : catchUp[behind]!);
    }),
  );
}

/** Chances of 0, 1, ... blocks of the attacker in one interval of the honest chain. */
function blocksAnInterval(q: number, meanInDelay: number): Float64Array {
  const geometric = new Float64Array(MOST);
  for (let count = 0, chance = 1 - q; count < MOST; count++, chance *= q) geometric[count] = chance;
  return convolve(poissonTerms(meanInDelay, MOST), geometric);
}

function convolve(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(Math.min(4 * MOST, a.length + b.length - 1));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length && i + j < sum.length; j++) sum[i + j]! += a[i]! * b[j]!;
  }
  return sum;
}

/** Chance to become longer from 0, 1, ... blocks behind, by iteration to a fixed point. */
function catchUpFrom(one: Float64Array, giveUp: number): Float64Array {
  const chance = new Float64Array(giveUp);
  for (let round = 0, change = 1; change > 1e-14 && round < 100_000; round++) {
    change = 0;
    for (let behind = 0; behind < giveUp; behind++) {
      let stays = 0;
      let next = 0;
      for (let made = 0; made <= behind; made++) {
        const share = one[made] ?? 0;
        stays += share;
        next += share * (chance[behind - made + 1] ?? 0);
      }
      next += 1 - stays;
      change = Math.max(change, Math.abs(next - chance[behind]!));
      chance[behind] = next;
    }
  }
  return chance;
}
