/**
 * The UTXO ledger on the chain state: what may be spent, spending it, and issuing. A spend names no account;
 * it is admitted whole or not at all, so that there are no failed spends in a block and nobody is charged
 * for one. It reads and writes the coins it names and two counters, which is what lets spends without a
 * coin in common run side by side.
 */
import { InvariantViolation } from '../base/errors.ts';
import { mulDivFloor } from '../base/integer.ts';
import { equalBytes, sha256Bytes } from '../ledger/hash.ts';
import type { Outpoint, SpendPayload } from '../ledger/payloads/spend.ts';
import { type Receipt, STATUS_OK } from '../ledger/receipt.ts';
import type { RejectReason } from '../ledger/reject-reason.ts';
import type { CryptoMode } from '../ledger/signature.ts';
import type { StateView } from '../ledger/state.ts';
import type { Predicate } from '../ledger/utxo/predicate.ts';
import {
  ASSETS,
  type AssetCode,
  issueId,
  POINTS,
  type SpendTransaction,
  spendGas,
  spendId,
} from '../ledger/utxo/spend.ts';
import { type Evidence, holdsOn, readEvidence, shownPredicate } from '../ledger/utxo/witness.ts';
import {
  assetOfCode,
  COIN,
  COIN_CODE,
  type CoinPlace,
  clearMarkers,
  coinCode,
  coinPlace,
  enqueueMarker,
  hasLock,
  lockWords,
  markSpent,
  UTXO,
  utxoCell,
  writeCoin,
} from './utxo-cells.ts';

/** Rules of a UTXO ledger; they come from genesis. */
export interface UtxoRules {
  /** 8 bytes. */
  readonly chainId: Uint8Array;
  readonly cryptoMode: CryptoMode;
  /** Least amount of an output by asset code, integers ≥ 1. */
  readonly dust: readonly [pts: number, gec: number, cec: number];
  /** Least fee of a unit of gas [Upt]. */
  readonly gasPriceUpt: number;
  /** Share of fees that is burned [ppm]; the rest waits for {@link payOutFees}. */
  readonly feeBurnPpm: number;
  /** How long a double spend is told from a missing input [µs]. */
  readonly spentMarkerUs: number;
}

/** An amount of an asset under a lock of 32 bytes. */
export interface IssueOutput {
  readonly asset: AssetCode;
  readonly amount: number;
  readonly lock: Uint8Array;
}

/** Where and when a spend runs. */
export interface SpendBlock {
  /** Timestamp of the block [µs]. */
  readonly timestampUs: number;
  readonly height: number;
}

/** What follows from the bytes of a spend alone; worked out once. */
interface SpendFacts {
  readonly id: Uint8Array;
  readonly inputs: readonly CoinPlace[];
  readonly outputs: readonly CoinPlace[];
  readonly predicates: readonly (Predicate | undefined)[];
  readonly locks: readonly (readonly number[])[];
  /** Evidence by input, undefined where it is void; absent until somebody asks. */
  evidence?: readonly (Evidence | undefined)[];
}

const known = new WeakMap<SpendTransaction, SpendFacts>();

function factsOf(tx: SpendTransaction): SpendFacts {
  const before = known.get(tx);
  if (before !== undefined) return before;
  const { payload } = tx;
  const id = spendId(tx, payload);
  const facts: SpendFacts = {
    id,
    inputs: payload.inputs.map(coinPlace),
    outputs: payload.outputs.map((_, index) => coinPlace({ txId: id, index })),
    predicates: payload.witnesses.map(shownPredicate),
    locks: payload.witnesses.map(({ predicate }) => lockWords(sha256Bytes(predicate))),
  };
  known.set(tx, facts);
  return facts;
}

/**
 * Why a spend may not enter a block at this point, or undefined when it may. `MISSING_INPUT` and
 * `TIMELOCKED` may pass with time; all others, but for a change of branch, will not. What is cheap is looked
 * at first and signatures last; they are checked once for a transaction object, so it must not be changed
 * afterwards.
 *
 * @param intrinsicGas - Of its unsigned bytes.
 * @param timestampUs - Time of the block [µs].
 */
export function spendRefusal(
  state: Pick<StateView, 'read'>,
  rules: UtxoRules,
  tx: SpendTransaction,
  intrinsicGas: number,
  timestampUs: number,
): RejectReason | undefined {
  const formal = envelopeDefect(rules, tx, timestampUs) ?? outputDefect(rules, tx.payload);
  if (formal !== undefined) return formal;
  const gas = spendGas(tx.payload, intrinsicGas);
  if (tx.gasLimit < gas) return 'INSUFFICIENT_GAS';
  if (tx.payload.feeUpt < gas * rules.gasPriceUpt) return 'UNDERPRICED';
  const facts = factsOf(tx);
  return (
    inputDefect(state.read, facts) ??
    valueDefect(state.read, tx.payload, facts) ??
    placeDefect(state.read, facts) ??
    evidenceDefect(rules.cryptoMode, tx.payload, facts, timestampUs)
  );
}

function envelopeDefect(
  rules: UtxoRules,
  tx: SpendTransaction,
  timestampUs: number,
): RejectReason | undefined {
  const { inputs, outputs, witnesses } = tx.payload;
  if (tx.sender !== 0 || tx.nonce !== 0) return 'MALFORMED';
  if (inputs.length === 0 || outputs.length === 0 || witnesses.length !== inputs.length) {
    return 'MALFORMED';
  }
  if (!equalBytes(tx.chainId, rules.chainId)) return 'WRONG_CHAIN';
  return tx.expiryUs < timestampUs ? 'EXPIRED' : undefined;
}

function outputDefect(rules: UtxoRules, payload: SpendPayload): RejectReason | undefined {
  for (const { asset, amount } of payload.outputs) {
    if (asset >= ASSETS.length) return 'UNKNOWN_ASSET';
    if (amount === 0) return 'ZERO_AMOUNT';
    if (amount < rules.dust[asset]!) return 'DUST';
  }
  return undefined;
}

/** An input that is spent outweighs one that is missing: it will not come. */
function inputDefect(read: StateView['read'], facts: SpendFacts): RejectReason | undefined {
  const seen = new Set<string>();
  let isMissing = false;
  for (const place of facts.inputs) {
    if (seen.has(place.hash)) return 'DUPLICATE_INPUT';
    seen.add(place.hash);
    const code = coinCode(read, place);
    if (code === COIN_CODE.spent) return 'DOUBLE_SPEND';
    if (code === COIN_CODE.none) isMissing = true;
  }
  if (isMissing) return 'MISSING_INPUT';
  for (let i = 0; i < facts.inputs.length; i++) {
    if (!hasLock(read, facts.inputs[i]!, facts.locks[i]!)) return 'BAD_PREDICATE';
  }
  return undefined;
}

function valueDefect(
  read: StateView['read'],
  payload: SpendPayload,
  facts: SpendFacts,
): RejectReason | undefined {
  const brought = [0, 0, 0];
  const taken = [payload.feeUpt, 0, 0];
  for (const place of facts.inputs) {
    brought[assetOfCode(coinCode(read, place))]! += read(place.cell + COIN.amount);
  }
  // What was issued is a safe integer, and a sum of outputs that leaves that range only grows: an overflow
  // cannot come back to the sum of the inputs.
  for (const { asset, amount } of payload.outputs) taken[asset]! += amount;
  return brought.every((sum, asset) => sum === taken[asset]) ? undefined : 'VALUE_NOT_CONSERVED';
}

function placeDefect(read: StateView['read'], facts: SpendFacts): RejectReason | undefined {
  const cells = new Set<number>();
  for (const { cell } of facts.outputs) {
    if (cells.has(cell) || read(cell + COIN.tag) !== 0) return 'COIN_EXISTS';
    cells.add(cell);
  }
  return undefined;
}

function evidenceDefect(
  cryptoMode: CryptoMode,
  payload: SpendPayload,
  facts: SpendFacts,
  timestampUs: number,
): RejectReason | undefined {
  const { predicates } = facts;
  facts.evidence ??= payload.witnesses.map((witness, i) => {
    const predicate = predicates[i];
    return predicate && readEvidence(predicate, witness, facts.id, cryptoMode);
  });
  let isEarly = false;
  for (let i = 0; i < predicates.length; i++) {
    const predicate = predicates[i];
    const evidence = facts.evidence[i];
    if (predicate === undefined || evidence === undefined) return 'BAD_PREDICATE';
    if (holdsOn(predicate, evidence, timestampUs)) continue;
    if (!holdsOn(predicate, evidence, Number.POSITIVE_INFINITY)) return 'BAD_PREDICATE';
    isEarly = true;
  }
  return isEarly ? 'TIMELOCKED' : undefined;
}

/**
 * Executes a spend that {@link spendRefusal} lets in: its inputs become spent markers, its outputs coins,
 * and its fee is burned in part and else collected. Old markers are cleared, two for each input.
 *
 * @returns Its receipt, always a success; the gas is what {@link spendGas} says.
 * @throws {InvariantViolation} `utxo-spent` when an input is not unspent.
 */
export function executeSpend(
  state: StateView,
  rules: UtxoRules,
  tx: SpendTransaction,
  intrinsicGas: number,
  { timestampUs, height }: SpendBlock,
): Receipt {
  const { payload } = tx;
  const { inputs, outputs } = factsOf(tx);
  clearMarkers(state, timestampUs - rules.spentMarkerUs, 2 * inputs.length);
  for (const place of inputs) {
    const code = coinCode(state.read, place);
    if (assetOfCode(code) < 0) {
      throw new InvariantViolation(
        'utxo-spent',
        `coin ${place.cell} has code ${code}`,
        timestampUs,
      );
    }
    markSpent(state, place, timestampUs);
    // The marker of an issue stays: its reference must not be issued again.
    if (code < COIN_CODE.issued) enqueueMarker(state, place);
  }
  payload.outputs.forEach(({ asset, amount, lock }, index) => {
    writeCoin(state, outputs[index]!, COIN_CODE.spendable + asset, amount, height, lock);
  });
  const burnedUpt = mulDivFloor(payload.feeUpt, rules.feeBurnPpm, 1_000_000);
  add(state, UTXO.burned + POINTS, burnedUpt);
  add(state, UTXO.feesUpt, payload.feeUpt - burnedUpt);
  return { status: STATUS_OK, gasUsed: spendGas(payload, intrinsicGas), reason: 0, events: [] };
}

/**
 * Issues an output (genesis, a reward, a grant) outside any spend.
 *
 * @param reference - Bytes that name what it is for; one issue each, for ever.
 * @returns Its outpoint, or why it was not issued; nothing is written then.
 */
export function mint(
  state: StateView,
  rules: UtxoRules,
  output: IssueOutput,
  reference: Uint8Array,
  height: number,
): Outpoint | { readonly reason: RejectReason } {
  const made = makeIssue(state, rules, output, reference, height);
  if (!('reason' in made)) add(state, UTXO.issued + output.asset, output.amount);
  return made;
}

/**
 * Turns the fees collected so far into an output, of the treasury for one.
 *
 * @param reference - As in {@link mint}, and from the same set.
 * @returns Its outpoint, or why there is none: `DUST` while too little has come together.
 */
export function payOutFees(
  state: StateView,
  rules: UtxoRules,
  lock: Uint8Array,
  reference: Uint8Array,
  height: number,
): Outpoint | { readonly reason: RejectReason } {
  const amount = state.read(utxoCell(UTXO.feesUpt));
  const made = makeIssue(state, rules, { asset: POINTS, amount, lock }, reference, height);
  if (!('reason' in made)) state.write(utxoCell(UTXO.feesUpt), 0);
  return made;
}

function makeIssue(
  state: StateView,
  rules: UtxoRules,
  { asset, amount, lock }: IssueOutput,
  reference: Uint8Array,
  height: number,
): Outpoint | { readonly reason: RejectReason } {
  if (amount === 0) return { reason: 'ZERO_AMOUNT' };
  if (amount < rules.dust[asset]) return { reason: 'DUST' };
  const outpoint = { txId: issueId(rules.chainId, reference), index: 0 };
  const place = coinPlace(outpoint);
  if (state.read(place.cell + COIN.tag) !== 0) return { reason: 'COIN_EXISTS' };
  writeCoin(state, place, COIN_CODE.issued + asset, amount, height, lock);
  return outpoint;
}

function add(state: StateView, field: number, delta: number): void {
  if (delta === 0) return;
  const cell = utxoCell(field);
  state.write(cell, state.read(cell) + delta);
}
