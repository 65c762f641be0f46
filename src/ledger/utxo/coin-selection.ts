/**
 * Coin selection: which of an owner's coins pay an amount. Three algorithms with one rule for change: what
 * is left over is none, or so little that it goes to the fee, or at least dust. The first looks for a set
 * without change, which leaves nothing to link the payment to its payer; the others make change.
 *
 * Sources: M. Erhardt (Murch), An Evaluation of Coin Selection Strategies, 2016 (branch and bound); E. de
 * Vries, Self Organisation in Coin Selection, 2018, and J. Knowles, CIP-2, 2020 (largest first, random
 * improve).
 */

/** What a selection has to reach. Amounts are integers in units of one asset. */
export interface SelectionGoal {
  /** To be covered: payment and fee, > 0. */
  readonly target: number;
  /** Left over up to this, no change is made and the fee takes it; 0 where all must be accounted for. */
  readonly changeCost: number;
  /** Least amount of an output; change below it is not allowed. */
  readonly dust: number;
  /** Most coins. */
  readonly inputsMax: number;
  /** Most steps of branch and bound. */
  readonly tries: number;
}

/** Names of the algorithms; `chain` tries them in the order of the model. */
export const SELECTIONS = ['bnb', 'largestFirst', 'randomImprove', 'chain'] as const;
/** Name of an algorithm. */
export type SelectionName = (typeof SELECTIONS)[number];

/** Coins chosen: ascending indices; undefined when the algorithm found no allowed set. */
export type Selection = readonly number[] | undefined;

/** Steps of branch and bound unless told otherwise (as in Bitcoin Core). */
export const BNB_TRIES = 100_000;

/** Whether a sum of coins covers the target with no change, or change that may exist. */
export function isAllowedSum(sum: number, goal: SelectionGoal): boolean {
  const over = sum - goal.target;
  return over >= 0 && (over <= goal.changeCost || over >= goal.dust);
}

/**
 * Runs an algorithm.
 *
 * @param amounts - Coins, integers > 0.
 * @param uniform - Draws on [0, 1); only random improve uses them.
 */
export function selectCoins(
  name: SelectionName,
  amounts: ArrayLike<number>,
  goal: SelectionGoal,
  uniform: () => number,
): Selection {
  switch (name) {
    case 'bnb':
      return branchAndBound(amounts, goal);
    case 'largestFirst':
      return largestFirst(amounts, goal);
    case 'randomImprove':
      return randomImprove(amounts, goal, uniform);
    case 'chain':
      // Largest first fails only where coins, inputs or dust leave it no set; random improve can then still
      // meet a set without change that branch and bound did not reach within its tries.
      return (
        branchAndBound(amounts, goal) ??
        largestFirst(amounts, goal) ??
        randomImprove(amounts, goal, uniform)
      );
  }
}

/**
 * Depth-first search over coins by falling amount, taking each before leaving it, for the sum in [target,
 * target + changeCost] that leaves least over; the first such set in that order. It finds a set whenever one
 * exists unless the tries run out.
 *
 * Cost: at most `tries` steps and a sort.
 */
export function branchAndBound(amounts: ArrayLike<number>, goal: SelectionGoal): Selection {
  const order = byFallingAmount(amounts);
  const count = order.length;
  const remaining = new Float64Array(count + 1);
  for (let i = count - 1; i >= 0; i--) remaining[i] = remaining[i + 1]! + amounts[order[i]!]!;
  const taken: number[] = [];
  let best: number[] | undefined;
  let limit = goal.target + goal.changeCost;
  let sum = 0;
  let at = 0;
  for (let tries = 0; tries < goal.tries; tries++) {
    const isClosed =
      sum > limit ||
      sum + remaining[at]! < goal.target ||
      (sum < goal.target && taken.length >= goal.inputsMax);
    if (sum >= goal.target && !isClosed) {
      best = taken.map((place) => order[place]!);
      if (sum === goal.target) break;
      limit = sum - 1;
    }
    if (!isClosed && sum < goal.target) {
      taken.push(at);
      sum += amounts[order[at]!]!;
      at++;
      continue;
    }
    const left = taken.pop();
    if (left === undefined) break;
    const amount = amounts[order[left]!]!;
    sum -= amount;
    // A coin of the same amount in its place makes the same sums again.
    at = left + 1;
    while (at < count && amounts[order[at]!] === amount) at++;
  }
  return best?.sort((a, b) => a - b);
}

/**
 * Takes coins by falling amount until the sum is allowed: the fewest coins that cover the target, and more
 * only where the change would be dust.
 */
export function largestFirst(amounts: ArrayLike<number>, goal: SelectionGoal): Selection {
  const order = byFallingAmount(amounts);
  let sum = 0;
  for (let count = 1; count <= Math.min(order.length, goal.inputsMax); count++) {
    sum += amounts[order[count - 1]!]!;
    if (isAllowedSum(sum, goal)) return order.slice(0, count).sort((a, b) => a - b);
  }
  return undefined;
}

/**
 * Draws coins until they cover the target, then goes on drawing while that brings the sum nearer to twice
 * the target without passing three times, so that the change is about as large as the payment and of use
 * for the next one. It stops at the first coin that is no improvement. Where the change would be dust, which
 * CIP-2 does not consider, it draws on until it is not.
 */
export function randomImprove(
  amounts: ArrayLike<number>,
  goal: SelectionGoal,
  uniform: () => number,
): Selection {
  const left = Array.from({ length: amounts.length }, (_, index) => index);
  const taken: number[] = [];
  let sum = 0;
  const draw = () => Math.floor(uniform() * left.length);
  const take = (place: number) => {
    const coin = left[place]!;
    left[place] = left[left.length - 1]!;
    left.pop();
    taken.push(coin);
    sum += amounts[coin]!;
  };
  const hasRoom = () => left.length > 0 && taken.length < goal.inputsMax;
  while (sum < goal.target && hasRoom()) take(draw());
  if (sum < goal.target) return undefined;
  const ideal = 2 * goal.target;
  while (hasRoom()) {
    const place = draw();
    const next = sum + amounts[left[place]!]!;
    const isBetter = Math.abs(ideal - next) < Math.abs(ideal - sum) && next <= 3 * goal.target;
    if (!isBetter) break;
    take(place);
  }
  while (!isAllowedSum(sum, goal) && hasRoom()) take(draw());
  return isAllowedSum(sum, goal) ? taken.sort((a, b) => a - b) : undefined;
}

/** Indices by falling amount, equal ones by index. */
function byFallingAmount(amounts: ArrayLike<number>): number[] {
  const order = Array.from({ length: amounts.length }, (_, index) => index);
  return order.sort((a, b) => amounts[b]! - amounts[a]! || a - b);
}
