/**
 * Evidence that a contract can check by itself: signed headers, and the turns of the branch. A header
 * proves what its producer wrote and nothing else, so each rule says what no honest producer can have
 * signed; whatever a header alone cannot prove is left to a ballot.
 */
import { type BlockHeader, blockHash, decodeHeader, encodeHeader } from '../ledger/block.ts';
import type { BranchView } from '../ledger/chain-parameters.ts';
import { createReader, createWriter, DecodeError } from '../ledger/encoding.ts';
import { equalBytes, type HashHex, hexToBytes } from '../ledger/hash.ts';
import type { PayloadOf, SignedHeader } from '../ledger/transactions.ts';
import { EVIDENCE, isObjective } from '../ledger/vote-out.ts';
import { CANDIDATE, candidateCell, judgedCell } from './governance-cells.ts';
import type { VoteOutRules } from './governance-rules.ts';
import { keysInState } from './membership-cells.ts';
import type { Call } from './rules.ts';

/** A header that an account signed. */
interface ProvenHeader {
  readonly header: BlockHeader;
  readonly hash: HashHex;
  readonly turn: number;
}

const writer = createWriter(512);

/**
 * Reads a header and its signature; undefined unless it is canonical, of this chain, by this account and
 * for a turn that has come.
 */
function prove(
  { rules, state, timestampUs }: Call,
  voteOut: VoteOutRules,
  node: number,
  signed: SignedHeader,
): ProvenHeader | undefined {
  const reader = createReader(signed.header);
  let header: BlockHeader;
  try {
    header = decodeHeader(reader);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
  const turn = header.consensus[0];
  if (turn === undefined || turn * voteOut.voteOutTurnUs > timestampUs) return undefined;
  if (header.producer !== rules.firstNode + node) return undefined;
  if (!equalBytes(header.chainId, voteOut.chainId)) return undefined;
  if (!equalBytes(encodeHeader(header, writer), signed.header)) return undefined;
  const hash = blockHash(signed.header);
  const bytes = hexToBytes(hash);
  // A header tells when it was meant for, not when it was signed: any key the account has had binds it.
  const isSigned =
    voteOut.isSigned(header.producer, bytes, signed.signature) ||
    keysInState((cell) => state.read(cell), header.producer).some((key) =>
      rules.isSignedBy(key, bytes, signed.signature),
    );
  return isSigned ? { header, hash, turn } : undefined;
}

/** Parent of a header on the branch: its height there, −1 when it is not there. */
function parentHeight({ header }: ProvenHeader, branch: BranchView): number {
  const height = header.height - 1;
  return branch.hashAt(height) === header.previousHash ? height : -1;
}

/**
 * A header contradicts itself or the branch it stands on: its time is outside its turn, its epoch is not
 * its turn's, or its turn is not after its parent's.
 */
function isInvalid(proven: ProvenHeader, voteOut: VoteOutRules, branch: BranchView): boolean {
  const { header, turn } = proven;
  if (Math.floor(header.timestampUs / voteOut.voteOutTurnUs) !== turn) return true;
  if (header.consensus[1] !== Math.floor(turn / voteOut.voteOutEpochTurns)) return true;
  const parent = parentHeight(proven, branch);
  return parent >= 0 && turn <= (branch.turnAt(parent) ?? -1);
}

/**
 * Turn that a report's evidence proves an offence for; undefined when it proves none. Reports of what
 * only voters can have seen name no turn and pass with the parent's.
 *
 * Two headers are a double signature when their hashes differ and turn and producer are one; a wrong
 * slot when their turn belonged to another on top of a parent that the branch has.
 */
export function provenTurn(call: Call, tx: PayloadOf['ABNORMAL_REPORT']): number | undefined {
  const voteOut = call.rules.voteOut!;
  const { branch } = call;
  const { target, kind, headers } = tx;
  if (branch === undefined) return undefined;
  const expected = kind === EVIDENCE.DOUBLE_SIGN ? 2 : kind < EVIDENCE.MISSED ? 1 : 0;
  if (headers.length !== expected) return undefined;
  const lastTurn = branch.turnAt(branch.height) ?? 0;
  if (!isObjective(kind)) return lastTurn;
  if (kind === EVIDENCE.MISSED) {
    const judged = call.state.read(candidateCell(target, CANDIDATE.judgedTurn));
    const { missed } = branch.turnsMissed(target, voteOut.voteOutOfTurns, judged);
    return missed >= voteOut.voteOutMissed ? lastTurn : undefined;
  }
  const proven = headers.map((signed) => prove(call, voteOut, target, signed));
  const [first, second] = proven;
  if (first === undefined) return undefined;
  if (kind === EVIDENCE.DOUBLE_SIGN) {
    const isDouble =
      second !== undefined && second.turn === first.turn && second.hash !== first.hash;
    return isDouble ? first.turn : undefined;
  }
  if (kind === EVIDENCE.INVALID_BLOCK) {
    return isInvalid(first, voteOut, branch) ? first.turn : undefined;
  }
  const parent = parentHeight(first, branch);
  const owner = parent < 0 ? -1 : branch.ownerAfter(parent, first.turn);
  return owner >= 0 && owner !== target ? first.turn : undefined;
}

/**
 * Marks the turn of accepted evidence, so that one offence is judged once; false when it was before.
 * Missed turns are marked up to the parent's.
 */
export function markJudged(call: Call, target: number, kind: number, turn: number): boolean {
  const { state, rules } = call;
  if (!isObjective(kind)) return true;
  if (kind === EVIDENCE.MISSED) {
    state.write(candidateCell(target, CANDIDATE.judgedTurn), turn);
    return true;
  }
  const cell = judgedCell(rules.nodeCount, target, turn);
  if (cell === undefined || state.read(cell) !== 0) return false;
  state.write(cell, 1);
  return true;
}
