/**
 * How anonymous a payer is, in bits. "The ledger shows pseudonyms" says nothing: what counts is how
 * many people an observer still has to suspect, and how evenly.
 */
import { log2, pow } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { contingency, marginal } from './pair-scores.ts';

/** Anonymity of one suspect distribution. */
export interface Anonymity {
  /** Shannon entropy H of the distribution [bit]. */
  readonly entropyBits: number;
  /** 2^H: as anonymous as among so many equally likely people. */
  readonly effectiveSize: number;
  /** H / log2 N over N candidates, 0..1; NaN with one candidate. */
  readonly degree: number;
}

/** Shannon entropy [bit] of weights ≥ 0 in proportion to their sum; NaN when the sum is 0. */
export function entropyBits(weights: ArrayLike<number>): number {
  const total = fsum(weights);
  if (total === 0) return Number.NaN;
  const terms = new Float64Array(weights.length);
  for (let i = 0; i < terms.length; i++) {
    const share = weights[i]! / total;
    if (!(share >= 0)) throw new RangeError(`"weights" expected >= 0 at ${i}, got ${weights[i]}`);
    if (share > 0) terms[i] = 0 - share * log2(share);
  }
  return fsum(terms);
}

/**
 * Anonymity of a sender whom an observer suspects in proportion to `weights`, one a candidate;
 * weight 0 is a candidate who is excluded.
 *
 * Source: A. Serjantov, G. Danezis, Towards an Information Theoretic Metric for Anonymity, PET 2002
 *   (entropy, effective size); C. Díaz et al., Towards Measuring Anonymity, PET 2002 (degree).
 *   Differs from the latter in: one candidate has an undefined degree, not 0.
 */
export function anonymity(weights: ArrayLike<number>): Anonymity {
  const bits = entropyBits(weights);
  return { entropyBits: bits, effectiveSize: pow(2, bits), degree: bits / log2(weights.length) };
}

/** What the observer of {@link senderAnonymity} knows besides the ledger. */
export interface SenderKnowledge {
  /** Cluster of each address, as the observer reckons it. */
  readonly clusterOf: ArrayLike<number>;
  /** True owner of each address, `0..ownerCount−1`. */
  readonly ownerOf: ArrayLike<number>;
  /** People who could have paid. */
  readonly ownerCount: number;
  /** 1 where the observer has learnt the owner of an address off the ledger, else 0. */
  readonly tagged: ArrayLike<number>;
}

/** Means over payments; NaN without payments. */
export interface SenderAnonymity {
  readonly paymentCount: number;
  readonly meanEntropyBits: number;
  /** Mean of 2^H over payments; not 2^(mean H). */
  readonly meanEffectiveSize: number;
  readonly meanDegree: number;
  /** Share of payments for which one suspect is left, and share for which that is the payer. */
  readonly exposedShare: number;
  readonly identifiedShare: number;
  /** Mean probability that the observer gives to the true payer. */
  readonly meanTrueProbability: number;
}

/** Suspects of a cluster: owners of its tagged addresses, and how many addresses each. */
function suspectsByCluster(knowledge: SenderKnowledge): Map<number, Map<number, number>> {
  const { clusterOf, ownerOf, tagged } = knowledge;
  const suspects = new Map<number, Map<number, number>>();
  for (let address = 0; address < clusterOf.length; address++) {
    if (!(tagged[address]! > 0)) continue;
    const cluster = clusterOf[address]!;
    let owners = suspects.get(cluster);
    if (owners === undefined) {
      owners = new Map();
      suspects.set(cluster, owners);
    }
    const owner = ownerOf[address]!;
    owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return suspects;
}

/**
 * Anonymity of payers against an observer of the ledger who can tie some addresses to people.
 *
 * The observer sees the whole ledger and no network traffic, has clustered its addresses, and has
 * learnt off the ledger who owns the tagged addresses (she paid them, or sees the register). She is
 * asked who made a payment of which she sees the paying address. If its cluster holds tagged
 * addresses, she suspects their owners in proportion to how many of them each has; a cluster that a
 * false link merged leaves several, or one who is wrong. Otherwise she suspects everybody alike,
 * also owners of tagged addresses, since they may have other pseudonyms. She does not use times,
 * amounts or who trades with whom to tell clusters apart, so that the figures are upper bounds on
 * anonymity.
 *
 * @param payer - Paying address of each payment; of several inputs, any one that the cluster
 *   covers.
 * @throws {RangeError} when knowledge columns differ in length.
 * With tags independent at share s and pure clusters of size k, a payment is exposed with
 * probability 1 − (1 − s)^k. Cost: O(addresses + payments).
 */
export function senderAnonymity(
  payer: ArrayLike<number>,
  knowledge: SenderKnowledge,
): SenderAnonymity {
  const { clusterOf, ownerOf, ownerCount, tagged } = knowledge;
  if (ownerOf.length !== clusterOf.length || tagged.length !== clusterOf.length) {
    throw new RangeError(
      `"ownerOf", "tagged" expected ${clusterOf.length} values, ` +
        `got ${ownerOf.length}, ${tagged.length}`,
    );
  }
  const suspects = suspectsByCluster(knowledge);
  const nobody = { entropyBits: log2(ownerCount), effectiveSize: ownerCount };
  const known = new Map<number, { entropyBits: number; effectiveSize: number; total: number }>();
  for (const [cluster, owners] of suspects) {
    const weights = Float64Array.from(owners.values());
    known.set(cluster, { ...anonymity(weights), total: fsum(weights) });
  }
  const count = payer.length;
  const bits = new Float64Array(count);
  const sizes = new Float64Array(count);
  const truth = new Float64Array(count);
  let exposed = 0;
  let identified = 0;
  for (let payment = 0; payment < count; payment++) {
    const address = payer[payment]!;
    const cluster = clusterOf[address]!;
    const owners = suspects.get(cluster);
    const found = known.get(cluster);
    bits[payment] = (found ?? nobody).entropyBits;
    sizes[payment] = (found ?? nobody).effectiveSize;
    if (owners === undefined || found === undefined) {
      truth[payment] = 1 / ownerCount;
      if (ownerCount === 1) {
        exposed++;
        identified++;
      }
      continue;
    }
    const weight = owners.get(ownerOf[address]!) ?? 0;
    truth[payment] = weight / found.total;
    if (owners.size > 1) continue;
    exposed++;
    if (weight > 0) identified++;
  }
  const meanEntropyBits = fsum(bits) / count;
  return {
    paymentCount: count,
    meanEntropyBits,
    meanEffectiveSize: fsum(sizes) / count,
    meanDegree: meanEntropyBits / log2(ownerCount),
    exposedShare: exposed / count,
    identifiedShare: identified / count,
    meanTrueProbability: fsum(truth) / count,
  };
}

/** What clusters tell about owners, and owners about clusters [bit]; NaN without weight. */
export interface PseudonymEntropy {
  /** H(owner), H(cluster) of a payment taken at random. */
  readonly ownerBits: number;
  readonly clusterBits: number;
  /**
   * H(owner | cluster): what is left to ask when every cluster has a name on it. 0: clusters pure.
   */
  readonly ownerGivenClusterBits: number;
  /** H(cluster | owner): how far an owner's payments are spread. 0: all linked. */
  readonly clusterGivenOwnerBits: number;
}

/**
 * Entropies of the joint distribution of cluster and owner over payments.
 *
 * @param weightOf - Payments of each address, or 1 each for a distribution over addresses.
 * 2^{H(cluster | owner)} is the number of equally busy pseudonyms that the observer cannot tie
 * together for a typical owner; H(owner | cluster) + H(cluster | owner) is the variation of
 * information (M. Meilă, J. Multivariate Analysis 98(5), 2007). An owner of −1 leaves the address
 * out.
 */
export function pseudonymEntropy(
  clusterOf: ArrayLike<number>,
  ownerOf: ArrayLike<number>,
  weightOf: ArrayLike<number>,
): PseudonymEntropy {
  const cells = contingency(clusterOf, ownerOf, weightOf);
  const jointBits = entropyBits(cells.map(({ weight }) => weight));
  const ownerBits = entropyBits(marginal(cells, 'owner'));
  const clusterBits = entropyBits(marginal(cells, 'cluster'));
  // Differences of equal sums can leave a negative last bit.
  return {
    ownerBits,
    clusterBits,
    ownerGivenClusterBits: Math.max(0, jointBits - clusterBits),
    clusterGivenOwnerBits: Math.max(0, jointBits - ownerBits),
  };
}
