/**
 * Re-derives an exported ledger from its bytes alone: every hash, root, signature, link, count and
 * encoding, and, through a replay of the contracts, every receipt and state root. It stops at the
 * first block that is wrong, because nothing behind a wrong byte can be judged, and names the byte.
 */

import { createWriter } from './encoding.ts';
import type { Genesis } from './genesis.ts';
import { HASH_BYTES, type HashHex, hexToBytes } from './hash.ts';
import { checkBlock, type VerifyRun } from './verify-block.ts';
import { checkGenesis } from './verify-genesis.ts';
import { compareAt, standsAt, truncated, type VerifyProblem } from './verify-locate.ts';
import { placeInBlock, placeInGenesis } from './verify-place.ts';
import type { Replay } from './verify-replay.ts';

export type { ProblemPlace, VerifyProblem } from './verify-locate.ts';
export { placeText } from './verify-place.ts';
export type { Replay, ReplayResult, ReplayTransaction } from './verify-replay.ts';

/** What verifying a ledger found. */
export interface VerifyReport {
  /** True when there is no problem. */
  readonly ok: boolean;
  /** Problems, the first wrong byte first. */
  readonly problems: readonly VerifyProblem[];
  /** Hash of the last block that verified; the genesis hash when there is none. */
  readonly headHash: HashHex;
  readonly genesisHash: HashHex;
  /** Blocks that verified. */
  readonly blocks: number;
  /** Transactions in them. */
  readonly transactions: number;
}

/** Limits of a verification. */
export interface VerifyOptions {
  /**
   * Most Ed25519 verifications spent on finding the changed byte of one real signature (0.1 ms
   * each); default 16 320 tries every other value of all 64 bytes.
   */
  readonly signatureTrials?: number;
}

/**
 * Verifies a ledger file.
 *
 * @param source - The whole file.
 * @param createReplay - Called once with the decoded genesis and its hash.
 * @returns A report; bad bytes never throw. A single changed byte is named exactly where the part
 *   it stands in is at most 4 096 bytes (16 384 for a single bit), and as the range of that part
 *   beyond.
 * Cost: one pass; a few hashes a block and transaction, 0.1 ms a real signature.
 */
export function verifyLedger(
  source: Uint8Array,
  createReplay: (genesis: Genesis, genesisHash: HashHex) => Replay,
  options: VerifyOptions = {},
): VerifyReport {
  // A view of a Buffer costs several times one of plain bytes.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const start = checkGenesis(bytes);
  if ('problem' in start) {
    const problems = [placeInGenesis(bytes, start.problem)];
    return { ok: false, problems, headHash: '', genesisHash: '', blocks: 0, transactions: 0 };
  }
  const run: VerifyRun = {
    bytes,
    mode: start.genesis.cryptoMode,
    chainId: start.chainId,
    keys: new Map(start.genesis.accounts.map((account, index) => [index, account.publicKey])),
    replay: createReplay(start.genesis, start.hash),
    signatureTrials: options.signatureTrials ?? 64 * 255,
    scratch: createWriter(4096),
    headHash: start.hash,
    height: 0,
    timestampUs: 0,
    transactions: 0,
  };
  const problem = checkChain(run, start.end);
  const problems = problem === undefined ? finalProblems(run) : [problem];
  return {
    ok: problems.length === 0,
    problems,
    headHash: run.headHash,
    genesisHash: start.hash,
    blocks: run.height,
    transactions: run.transactions,
  };
}

/** Walks the blocks up to the closing hash. */
function checkChain(run: VerifyRun, firstBlock: number): VerifyProblem | undefined {
  const { bytes } = run;
  let offset = firstBlock;
  for (;;) {
    const closing = hexToBytes(run.headHash);
    if (standsAt(bytes, offset, closing)) {
      const end = offset + HASH_BYTES;
      if (end === bytes.length) return undefined;
      return {
        offset: end,
        length: bytes.length - end,
        what: 'bytes behind the closing hash',
        expected: 'the end of the file',
        got: `${bytes.length - end} bytes`,
      };
    }
    const left = bytes.length - offset;
    if (left < HASH_BYTES) return truncated(bytes, 'the closing hash');
    if (left === HASH_BYTES) return compareAt(bytes, offset, closing, 'closing hash');
    const checked = checkBlock(run, offset);
    if (typeof checked !== 'number') return placeInBlock(bytes, offset, run.height + 1, checked);
    offset = checked;
  }
}

function finalProblems(run: VerifyRun): VerifyProblem[] {
  return run.replay.finish().problems.map((got) => ({
    offset: run.bytes.length,
    length: 0,
    what: 'final state',
    expected: 'its checks to hold',
    got,
  }));
}
