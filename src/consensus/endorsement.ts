/**
 * Execute, order, validate: a transaction is executed by endorsers on the state they have when it
 * is submitted; it is ordered with what it read, and has no effect if any of that has changed by
 * the time its block is validated.
 * Source: Androulaki et al., Hyperledger Fabric, EuroSys 2018, section 3.
 */
import { PHASE } from '../kernel/phase.ts';
import type { BlockIndex } from '../ledger/tree.ts';
import type { ConsensusContext } from './protocol.ts';

/** How transactions are endorsed. */
export interface EndorsementOptions {
  /** Nodes that may endorse, the first in index order. */
  readonly validators: number;
  /** Endorsements a transaction needs, 1 to `validators`. */
  readonly endorsers: number;
  /** CPU time of executing a transaction for an endorsement [µs], integer. */
  readonly executeUs: number;
}

/** Endorsements of one run. */
export interface Endorsements {
  /** Has a transaction endorsed; `ready` is called once, when enough endorsements are back. */
  endorse(node: number, tx: number, bytes: number, ready: () => void): void;
  /** Oldest head that an endorser of the transaction had; -1 while it is not endorsed. */
  endorsedOn(tx: number): BlockIndex;
  readonly counts: { endorsed: number; retried: number };
}

/**
 * Signature, endorser and hash that an endorsement adds to what it repeats of the transaction [B].
 */
const ENDORSEMENT_BYTES = 64 + 2 + 32;
/** How long a client's node waits for endorsements before it asks again [µs]. */
const RETRY_US = 1_000_000;
const REQUEST = 0;
const ANSWER = 1;
const KINDS = 2;

interface Pending {
  readonly node: number;
  readonly tx: number;
  readonly bytes: number;
  readonly ready: () => void;
  /** Endorsers that have answered this attempt, and the oldest head among them. */
  answers: number;
  oldest: BlockIndex;
  attempt: number;
}

/** Makes endorsements. */
export function createEndorsements(
  context: ConsensusContext,
  { validators, endorsers, executeUs }: EndorsementOptions,
): Endorsements {
  const { kernel, tree, head, transport, conduct } = context;
  const pending = new Map<number, Pending>();
  let snapshots = new Int32Array(1024).fill(-1);
  const counts = { endorsed: 0, retried: 0 };

  const messages = transport.channel('endorsement', (node, from, tx, about) => {
    const request = pending.get(tx);
    const attempt = Math.floor(about / KINDS);
    if (request === undefined || request.attempt !== attempt) return;
    if (about % KINDS === REQUEST) executed.after(executeUs, node, tx, attempt);
    else answer(request, from);
  });

  /** Snapshot of each endorser for each request under way. */
  const taken = new Map<number, BlockIndex>();
  const executed = kernel.event('consensus/endorse', PHASE.consensus, (node, tx, attempt) => {
    const request = pending.get(tx);
    if (request === undefined || request.attempt !== attempt) return;
    if (transport.up[node] === 0 || conduct.of(node)?.takesPart?.(node) === false) return;
    taken.set(tx * validators + node, head[node]!);
    const bytes = request.bytes + ENDORSEMENT_BYTES;
    messages.send(node, request.node, bytes, tx, attempt * KINDS + ANSWER);
  });

  function answer(request: Pending, from: number): void {
    const snapshot = taken.get(request.tx * validators + from);
    if (snapshot === undefined) return;
    taken.delete(request.tx * validators + from);
    const isOlder = request.answers === 0 || tree.height[snapshot]! < tree.height[request.oldest]!;
    if (isOlder) request.oldest = snapshot;
    if (++request.answers < endorsers) return;
    pending.delete(request.tx);
    counts.endorsed++;
    keep(request.tx, request.oldest);
    request.ready();
  }

  function keep(tx: number, snapshot: BlockIndex): void {
    if (tx >= snapshots.length) {
      const wider = new Int32Array(Math.max(tx + 1, 2 * snapshots.length)).fill(-1);
      wider.set(snapshots);
      snapshots = wider;
    }
    snapshots[tx] = snapshot;
  }

  function ask(request: Pending): void {
    let asked = 0;
    for (let k = 0; k < validators && asked < endorsers; k++) {
      const endorser = (request.node + request.attempt + k) % validators;
      if (!transport.reaches(request.node, endorser)) continue;
      asked++;
      messages.send(request.node, endorser, request.bytes, request.tx, request.attempt * KINDS);
    }
    retry.after(RETRY_US, request.tx, request.attempt);
  }

  const retry = kernel.event('consensus/ask-endorsers-again', PHASE.consensus, (tx, attempt) => {
    const request = pending.get(tx);
    if (request === undefined || request.attempt !== attempt) return;
    counts.retried++;
    request.attempt++;
    request.answers = 0;
    ask(request);
  });

  return {
    endorse(node, tx, bytes, ready) {
      const request = { node, tx, bytes, ready, answers: 0, oldest: 0, attempt: 0 };
      pending.set(tx, request);
      ask(request);
    },
    endorsedOn: (tx) => snapshots[tx] ?? -1,
    counts,
  };
}

/**
 * Whether a transaction read something when it was endorsed that has changed since.
 *
 * @param cells - Cells it reads before it writes them, in the execution that validates it.
 *   Execution is deterministic, so the first cell that differs is read in both executions, and
 *   these cells suffice.
 * @param then - Value of a cell in the state it was endorsed on.
 * @param now - Value of a cell when it is validated, effects of earlier transactions of its block
 *   included.
 * @returns True for `MVCC_INVALID`. Values are compared, not versions: a cell that was changed
 *   and changed back is not a conflict, where Fabric's version number would make it one.
 */
export function hasStaleRead(
  cells: ArrayLike<number>,
  then: (cell: number) => number,
  now: (cell: number) => number,
): boolean {
  for (let i = 0; i < cells.length; i++) if (then(cells[i]!) !== now(cells[i]!)) return true;
  return false;
}
