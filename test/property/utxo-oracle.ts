/**
 * The UTXO ledger by its definition, slow on purpose: the coins after a block are found by executing every
 * spend of the branch again from genesis, on a map. Nothing here is shared with the ledger under test but
 * the fields of a spend; who signed, and whether a secret was shown, is known from how a spend was made.
 */

/** Conditions on a coin, by what they mean. */
export type Condition =
  | { readonly needs: readonly number[]; readonly count: number }
  /** Owner with a secret, or another owner from a time on. */
  | { readonly owner: number; readonly other: number; readonly fromUs: number };

/** A coin of the oracle. */
export interface OracleCoin {
  readonly asset: number;
  readonly amount: number;
  /** Index of its condition. */
  readonly condition: number;
}

/** A spend as its maker knows it. Coins are named `maker/index`. */
export interface OracleSpend {
  readonly serial: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly OracleCoin[];
  readonly feeUpt: number;
  /** Condition shown for each input. */
  readonly shown: readonly number[];
  readonly signers: readonly number[];
  readonly hasSecret: boolean;
  /** Whether a byte of a signature was changed after signing. */
  readonly isTampered: boolean;
}

/** What a branch holds: coins by name, and names spent. */
export interface OracleState {
  readonly coins: Map<string, OracleCoin>;
  readonly spent: Set<string>;
  feesUpt: number;
}

/** Executes spends in order from genesis. */
export function replay(
  genesis: readonly OracleCoin[],
  spends: readonly OracleSpend[],
): OracleState {
  const coins = new Map(genesis.map((coin, row) => [`genesis/${row}`, coin]));
  const state: OracleState = { coins, spent: new Set(), feesUpt: 0 };
  for (const spend of spends) {
    for (const input of spend.inputs) {
      if (!coins.delete(input)) throw new Error(`${input} is spent twice`);
      state.spent.add(input);
    }
    spend.outputs.forEach((coin, index) => {
      coins.set(`${spend.serial}/${index}`, coin);
    });
    state.feesUpt += spend.feeUpt;
  }
  return state;
}

/** Why a spend may not follow on a state; '' when it may. */
export function verdict(
  state: OracleState,
  conditions: readonly Condition[],
  spend: OracleSpend,
  timestampUs: number,
): string {
  if (spend.outputs.some(({ amount }) => amount === 0)) return 'ZERO_AMOUNT';
  const seen: string[] = [];
  for (const input of spend.inputs) {
    if (seen.includes(input)) return 'DUPLICATE_INPUT';
    if (state.spent.has(input)) return 'DOUBLE_SPEND';
    seen.push(input);
  }
  const coins = spend.inputs.map((input) => state.coins.get(input));
  if (coins.includes(undefined)) return 'MISSING_INPUT';
  const has = coins as OracleCoin[];
  if (has.some(({ condition }, i) => condition !== spend.shown[i])) return 'BAD_PREDICATE';
  for (const asset of [0, 1, 2]) {
    const total = (list: readonly OracleCoin[]) =>
      list.filter((coin) => coin.asset === asset).reduce((sum, { amount }) => sum + amount, 0);
    const fee = asset === 0 ? spend.feeUpt : 0;
    if (total(has) !== total(spend.outputs) + fee) return 'VALUE_NOT_CONSERVED';
  }
  if (spend.isTampered) return 'BAD_PREDICATE';
  const truths = spend.shown.map((one) => [
    isMet(conditions[one]!, spend, timestampUs),
    isMet(conditions[one]!, spend, Number.POSITIVE_INFINITY),
  ]);
  if (truths.some(([, ever]) => !ever)) return 'BAD_PREDICATE';
  return truths.every(([now]) => now) ? '' : 'TIMELOCKED';
}

function isMet(condition: Condition, spend: OracleSpend, timestampUs: number): boolean {
  const signed = (owner: number) => spend.signers.includes(owner);
  if ('needs' in condition) return condition.needs.filter(signed).length >= condition.count;
  const first = signed(condition.owner) && spend.hasSecret;
  return first || (signed(condition.other) && timestampUs >= condition.fromUs);
}
