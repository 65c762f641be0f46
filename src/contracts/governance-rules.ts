/** Rules of elections and of the vote-out as contracts read them, from the integers of genesis. */
import type { Genesis } from '../ledger/genesis.ts';
import { verifySignature } from '../ledger/signature.ts';
import { VOTE_OUT_MODES, VOTE_OUT_NAMES, type VoteOutParameters } from '../ledger/vote-out.ts';

/** Rules of the vote-out. Integers as in genesis, under the same names. */
export interface VoteOutRules extends VoteOutParameters {
  /** First bytes of the genesis hash, which evidence must carry. */
  readonly chainId: Uint8Array;
  /** Whether an account's genesis key signed a message. */
  isSigned(account: number, message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * Reads the rules from the parameters of the protocol; undefined where it has no elections.
 *
 * @throws {RangeError} when some but not all of the integers are there.
 */
export function voteOutRulesOf(genesis: Genesis, chainId: Uint8Array): VoteOutRules | undefined {
  const values = new Map(genesis.consensus.parameters);
  if (!VOTE_OUT_NAMES.some((name) => values.has(name))) return undefined;
  const integers = Object.fromEntries(
    VOTE_OUT_NAMES.map((name) => {
      const value = values.get(name);
      if (value === undefined) {
        throw new RangeError(`"genesis" expected consensus parameter ${name}, got none`);
      }
      return [name, value];
    }),
  ) as VoteOutParameters;
  return {
    ...integers,
    chainId,
    isSigned: (account, message, signature) =>
      verifySignature(genesis.cryptoMode, genesis.accounts[account]!.publicKey, message, signature),
  };
}

/** Whether reports are taken: in mode `plain` only elections decide. */
export const takesReports = (rules: VoteOutRules | undefined): rules is VoteOutRules =>
  rules !== undefined && rules.voteOutMode !== VOTE_OUT_MODES.indexOf('plain');

/** Whether credit scores are kept and used. */
export const keepsCredit = (rules: VoteOutRules | undefined): rules is VoteOutRules =>
  takesReports(rules) && rules.voteOutCredit === 1;

/** Time between two elections [µs]. */
export const epochUs = (rules: VoteOutRules): number =>
  rules.voteOutEpochTurns * rules.voteOutTurnUs;

/** Epoch of an instant of chain time. */
export const epochOf = (rules: VoteOutRules, timestampUs: number): number =>
  Math.floor(timestampUs / epochUs(rules));

/** Candidates without whom no block can become irreversible: more than two thirds of the seats. */
export const seatsMin = (rules: VoteOutRules): number =>
  Math.floor((2 * rules.voteOutProducers) / 3) + 1;
