/** Selfish mining (I. Eyal, E. G. Sirer, Majority Is Not Enough, 2014), without network delay. */
import { fsum } from '../../base/sum.ts';

/**
 * Pool's share of the blocks of the chain.
 *
 * @param alpha - Pool's share of hash power, in [0, 0.5).
 * @param gamma - Share of honest power that mines on the pool's branch in a tie, in [0, 1].
 * Source: equation 8.
 */
export function selfishRevenue(alpha: number, gamma: number): number {
  const honest = 1 - alpha;
  const top = alpha * honest * honest * (4 * alpha + gamma * (1 - 2 * alpha));
  return (top - alpha * alpha * alpha) / (1 - alpha * (1 + (2 - alpha) * alpha));
}

/**
 * Share of hash power above which selfish mining pays: (1 − γ) / (3 − 2γ). Source: observation 1.
 */
export function selfishThreshold(gamma: number): number {
  return (1 - gamma) / (3 - 2 * gamma);
}

/** Blocks a step of the pool's state machine brings to the chain, by maker. */
export interface SelfishRates {
  readonly pool: number;
  readonly honest: number;
  /** Share of all blocks that end outside the chain. */
  readonly orphaned: number;
}

/**
 * Rates in the stationary state of the pool's lead. States are 0, 0' (two branches of length one),
 * 1, 2, ...; one block is found a step, so what does not reach the chain is orphaned.
 *
 * p₀ = (1 − 2α) / (2α³ − 4α² + 1), p₀' = α(1 − α) p₀, p₁ = α p₀, p_k = (α / (1 − α))^(k−1) p₁.
 *
 * @param alpha - In [0, 0.5).
 * @param gamma - In [0, 1].
 * Source: the state machine of figure 1; revenue as in section 4.
 */
export function selfishRates(alpha: number, gamma: number): SelfishRates {
  const honest = 1 - alpha;
  const atZero = (1 - 2 * alpha) / (2 * alpha * alpha * alpha - 4 * alpha * alpha + 1);
  const atTie = alpha * honest * atZero;
  const atOne = alpha * atZero;
  const atTwo = (alpha / honest) * atOne;
  // The sum over leads above 2 is geometric with ratio α / (1 − α).
  const beyondTwo = (atTwo * alpha) / (1 - 2 * alpha);
  const poolRate = fsum([
    2 * alpha * atTie,
    gamma * honest * atTie,
    2 * honest * atTwo,
    honest * beyondTwo,
  ]);
  const honestRate = fsum([
    honest * atZero,
    gamma * honest * atTie,
    2 * (1 - gamma) * honest * atTie,
  ]);
  return { pool: poolRate, honest: honestRate, orphaned: 1 - poolRate - honestRate };
}
