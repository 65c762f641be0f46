/**
 * Rounds of Tendermint: propose, prevote, precommit, with locks. The rules are Algorithm 1 of the
 * paper; line numbers in comments are its. The paper's gossip brings every message to everybody in
 * the end; here a message over a cut is lost, so a validator that waits repeats what it has said
 * and heard at this height.
 */
import { InvariantViolation } from '../../base/errors.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { type Certificates, certificateBytes } from '../certificates.ts';
import type { ConsensusContext } from '../protocol.ts';
import { byzantineQuorum, faultyMax } from '../quorum.ts';
import { createVariants } from '../variants.ts';
import {
  addVote,
  type Ballots,
  createRoundLog,
  NIL,
  NO_VOTE,
  noteHeard,
  type RoundLog,
  votesFor,
} from './tendermint-log.ts';

/** How long steps wait [µs]; each grows by `deltaUs` with the round. */
export interface RoundTimeouts {
  readonly proposeUs: number;
  readonly prevoteUs: number;
  readonly precommitUs: number;
  readonly deltaUs: number;
  /** After how long without a decision a validator repeats itself. */
  readonly repeatUs: number;
}

/** Rounds of all validators. */
export interface Rounds {
  /** A batch is due at a validator: the first round begins, if it has not. */
  begin(node: number): void;
  /** A validator has a new head. */
  onHead(node: number): void;
  /** Rounds after the first, waits that ended without a step, and repetitions. */
  readonly counts: { rounds: number; timeouts: number; repeats: number };
  /** Rounds whose proposer was not heard of in time, by proposer. */
  readonly passed: Int32Array;
}

const IDLE = 0;
const PROPOSE = 1;
const PREVOTE = 2;
const PRECOMMIT = 3;
/** Size of a signed vote [B]: type, height, round, block hash, validator, signature. */
const VOTE_BYTES = 1 + 8 + 4 + 32 + 2 + 64;
/** Rounds of a height, and repetitions told apart, that fit into a message. */
const ROUNDS_MAX = 2 ** 12;
const REPEATS_MAX = 2 ** 8;
const VOTERS_MAX = 2 ** 10;

/** What a validator said at its height, to be repeated. */
interface Said {
  readonly isProposal: boolean;
  readonly to: readonly number[];
  readonly bytes: number;
  readonly a: number;
  readonly b: number;
}

/** Makes the rounds of the first `count` nodes. */
export function createRounds(
  context: ConsensusContext,
  certificates: Certificates,
  count: number,
  timeouts: RoundTimeouts,
): Rounds {
  const { kernel, tree, head, up, conduct, transport } = context;
  const quorum = byzantineQuorum(count);
  const faulty = faultyMax(count);
  const all = Array.from({ length: count }, (_, node) => node);
  const round = new Int32Array(count);
  const step = new Uint8Array(count);
  const locked = new Int32Array(count).fill(NIL);
  const lockedRound = new Int32Array(count).fill(NIL);
  const valid = new Int32Array(count).fill(NIL);
  const validRound = new Int32Array(count).fill(NIL);
  /** By validator: logs by height and round. */
  const logs = all.map(() => new Map<number, RoundLog>());
  const said: Said[][] = all.map(() => []);
  const repeats = new Int32Array(count);
  const passed = new Int32Array(count);
  const passedUpTo = new Map<number, number>();
  const counts = { rounds: 0, timeouts: 0, repeats: 0 };

  const heightOf = (node: number): number => tree.height[head[node]!]! + 1;
  const proposerOf = (height: number, at: number): number => (height - 1 + at) % count;
  const acts = (node: number): boolean =>
    up[node] === 1 && conduct.of(node)?.takesPart?.(node) !== false;

  function logOf(node: number, height: number, at: number): RoundLog {
    const key = height * ROUNDS_MAX + at;
    let log = logs[node]!.get(key);
    if (log === undefined) {
      log = createRoundLog(count);
      logs[node]!.set(key, log);
    }
    return log;
  }

  const proposals = transport.channel('proposal', (node, from, block, about) => {
    const at = Math.floor(about / ROUNDS_MAX);
    const height = tree.height[block]!;
    if (node >= count || height < heightOf(node) || proposerOf(height, at) !== from) return;
    if (!certificates.isSound(block)) return;
    const log = logOf(node, height, at);
    noteHeard(log, from);
    if (log.proposal !== NIL) return;
    log.proposal = block;
    // The proposal brings along the prevotes that made its block valid.
    log.validRound = (about % ROUNDS_MAX) - 1;
    wakeUp(node, height, at);
  });

  /** Place of a vote: height, round, voter, repetition (0 for what is said first), kind. */
  const placeOf = (height: number, at: number, voter: number, isPrecommit: boolean): number =>
    ((height * ROUNDS_MAX + at) * VOTERS_MAX + voter) * REPEATS_MAX * 2 + (isPrecommit ? 1 : 0);

  const votes = transport.channel('vote', (node, from, choice, place) => {
    if (node >= count) return;
    const isPrecommit = place % 2 === 1;
    const repetition = Math.floor(place / 2) % REPEATS_MAX;
    const rest = Math.floor(place / (2 * REPEATS_MAX));
    const voter = rest % VOTERS_MAX;
    const at = Math.floor(rest / VOTERS_MAX) % ROUNDS_MAX;
    const height = Math.floor(rest / (VOTERS_MAX * ROUNDS_MAX));
    if (height < heightOf(node)) {
      // One validator, another each time, tells a laggard that the height is decided.
      const isAsked = repetition > 0 && (from + repetition) % count === node;
      if (isAsked && voter === from && acts(node)) context.publish(node, head[node]!, [from]);
      return;
    }
    const log = logOf(node, height, at);
    noteHeard(log, voter);
    if (!addVote(isPrecommit ? log.precommits : log.prevotes, voter, choice)) return;
    wakeUp(node, height, at);
  });

  const variants = createVariants(context, all, (from, to, block) => {
    say(from, true, to, VOTE_BYTES + tree.bytes[block]!, block, round[from]! * ROUNDS_MAX);
  });

  function say(
    node: number,
    isProposal: boolean,
    to: readonly number[],
    bytes: number,
    a: number,
    b: number,
  ): void {
    said[node]!.push({ isProposal, to, bytes, a, b });
    (isProposal ? proposals : votes).broadcast(node, to, bytes, a, b);
  }

  /** A message for a height and round has come. */
  function wakeUp(node: number, height: number, at: number): void {
    if (height !== heightOf(node)) return;
    // Who has nothing to propose yet waits for its batch.
    if (step[node] === IDLE && at === 0 && proposerOf(height, 0) !== node) start(node, 0);
    apply(node, height, at);
  }

  /** Line 11. */
  function start(node: number, at: number): void {
    const height = heightOf(node);
    if (at >= ROUNDS_MAX) {
      throw new InvariantViolation('tendermint-rounds', `round ${at}`, kernel.nowUs);
    }
    if (at > 0) counts.rounds++;
    if (step[node] === IDLE) repeat.after(timeouts.repeatUs, node, height);
    round[node] = at;
    step[node] = PROPOSE;
    if (proposerOf(height, at) === node && acts(node)) {
      propose(node, height, at);
    } else {
      end.after(timeouts.proposeUs + at * timeouts.deltaUs, node, height, at * 4 + PROPOSE);
    }
    apply(node, height, at);
  }

  function propose(node: number, height: number, at: number): void {
    const log = logOf(node, height, at);
    if (valid[node] !== NIL && variants.groupsOf(node) === undefined) {
      log.proposal = valid[node]!;
      log.validRound = validRound[node]!;
      const bytes = VOTE_BYTES + tree.bytes[log.proposal]! + certificateBytes(quorum);
      const about = at * ROUNDS_MAX + log.validRound + 1;
      say(node, true, all, bytes, log.proposal, about);
    } else {
      log.proposal = variants.propose(node, head[node]!, [at]);
    }
  }

  /** Says a vote, and counts it at its voter. */
  function vote(node: number, isPrecommit: boolean, choice: number): void {
    if (!acts(node)) return;
    const height = heightOf(node);
    const at = round[node]!;
    const log = logOf(node, height, at);
    const place = placeOf(height, at, node, false);
    const groups = variants.groupsOf(node);
    if (groups === undefined) {
      say(node, false, all, VOTE_BYTES, choice, place + (isPrecommit ? 1 : 0));
    } else if (log.proposal !== NIL && !log.hasSplit) {
      log.hasSplit = true;
      const blocks = variants.of(log.proposal);
      groups.forEach((group, k) => {
        const told = blocks[k % blocks.length]!;
        say(node, false, group, VOTE_BYTES, told, place);
        say(node, false, group, VOTE_BYTES, told, place + 1);
      });
    }
    addVote(isPrecommit ? log.precommits : log.prevotes, node, choice);
  }

  /** Applies the rules to what has changed in a round. */
  function apply(node: number, height: number, changed: number): void {
    const log = logOf(node, height, changed);
    // Line 49: decide, in whatever round.
    const { proposal } = log;
    if (proposal !== NIL && votesFor(log.precommits, proposal) >= quorum) {
      if (tree.parent[proposal] === head[node]) {
        decide(node, proposal, changed);
        return;
      }
    }
    if (step[node] === IDLE && changed === 0) return;
    // Line 55: f + 1 are ahead, one of them honest.
    if (changed > round[node]! && log.heardCount > faulty) {
      start(node, changed);
      return;
    }
    if (changed !== round[node] || step[node] === IDLE) return;
    if (step[node] === PROPOSE && proposal !== NIL) prevote(node, log);
    afterPrevotes(node, height, log);
    // Line 47.
    if (log.precommits.total >= quorum && !log.waitsPrecommits) {
      log.waitsPrecommits = true;
      const waitUs = timeouts.precommitUs + changed * timeouts.deltaUs;
      end.after(waitUs, node, height, changed * 4 + PRECOMMIT);
    }
    if (proposal !== NIL && votesFor(log.precommits, proposal) >= quorum) {
      if (tree.parent[proposal] === head[node]) decide(node, proposal, changed);
    }
  }

  /** Lines 22 and 28: votes for the proposal unless locked on another block since. */
  function prevote(node: number, log: RoundLog): void {
    const { proposal } = log;
    const isFree = lockedRound[node]! <= log.validRound || locked[node] === proposal;
    const isGood = tree.parent[proposal] === head[node] && isFree;
    step[node] = PREVOTE;
    vote(node, false, isGood ? proposal : NIL);
  }

  /** Lines 34, 36 and 44. */
  function afterPrevotes(node: number, height: number, log: RoundLog): void {
    const at = round[node]!;
    const { proposal } = log;
    const isPolka =
      proposal !== NIL &&
      tree.parent[proposal] === head[node] &&
      votesFor(log.prevotes, proposal) >= quorum;
    if (isPolka && step[node]! >= PREVOTE && !log.hasPolka) {
      log.hasPolka = true;
      valid[node] = proposal;
      validRound[node] = at;
      if (step[node] === PREVOTE) {
        locked[node] = proposal;
        lockedRound[node] = at;
        step[node] = PRECOMMIT;
        vote(node, true, proposal);
      }
    }
    if (step[node] !== PREVOTE) return;
    if (votesFor(log.prevotes, NIL) >= quorum) {
      step[node] = PRECOMMIT;
      vote(node, true, NIL);
    } else if (log.prevotes.total >= quorum && !log.waitsPrevotes) {
      log.waitsPrevotes = true;
      end.after(timeouts.prevoteUs + at * timeouts.deltaUs, node, height, at * 4 + PREVOTE);
    }
  }

  /** Lines 57 to 67: a wait has ended. */
  const end = kernel.event('consensus/end-step', PHASE.consensus, (node, height, about) => {
    const at = Math.floor(about / 4);
    const waited = about % 4;
    if (height !== heightOf(node) || at !== round[node] || step[node] === IDLE) return;
    if (waited !== PRECOMMIT && step[node] !== waited) return;
    if (!acts(node)) {
      // A step that ended while its validator could not say so would never be made up for.
      end.after(timeouts.repeatUs, node, height, about);
      return;
    }
    counts.timeouts++;
    if (waited === PROPOSE) {
      notePassed(height, at);
      step[node] = PREVOTE;
      vote(node, false, NIL);
      apply(node, height, at);
    } else if (waited === PREVOTE) {
      step[node] = PRECOMMIT;
      vote(node, true, NIL);
      apply(node, height, at);
    } else {
      start(node, at + 1);
    }
  });

  function notePassed(height: number, at: number): void {
    if ((passedUpTo.get(height) ?? -1) >= at) return;
    if (!passedUpTo.has(height)) passedUpTo.clear();
    passedUpTo.set(height, at);
    passed[proposerOf(height, at)]!++;
  }

  const repeat = kernel.event('consensus/repeat-votes', PHASE.consensus, (node, height) => {
    if (height !== heightOf(node) || step[node] === IDLE) return;
    repeat.after(timeouts.repeatUs, node, height);
    if (!acts(node)) return;
    counts.repeats++;
    repeats[node] = (repeats[node]! % (REPEATS_MAX - 1)) + 1;
    const isTwoFaced = variants.groupsOf(node) !== undefined;
    for (const { isProposal, to, bytes, a, b } of said[node]!) {
      if (isProposal) proposals.broadcast(node, to, bytes, a, b);
      else if (isTwoFaced) votes.broadcast(node, to, bytes, a, b + 2 * repeats[node]!);
    }
    if (isTwoFaced) return;
    for (const [key, log] of logs[node]!) {
      if (key >= (height + 1) * ROUNDS_MAX) continue;
      passOn(node, height, key - height * ROUNDS_MAX, log.prevotes, false);
      passOn(node, height, key - height * ROUNDS_MAX, log.precommits, true);
    }
  });

  /** Repeats the votes of a round that a validator has heard, its own among them. */
  function passOn(
    node: number,
    height: number,
    at: number,
    { choiceOf }: Ballots,
    isPrecommit: boolean,
  ): void {
    for (let voter = 0; voter < count; voter++) {
      if (choiceOf[voter] === NO_VOTE) continue;
      const place = placeOf(height, at, voter, isPrecommit) + 2 * repeats[node]!;
      votes.broadcast(node, all, VOTE_BYTES, choiceOf[voter]!, place);
    }
  }

  function decide(node: number, block: BlockIndex, at: number): void {
    certificates.certify(block, at);
    const maker = tree.producer[block]!;
    if (maker === node) context.publish(node, block);
    else context.adopt(node, block, maker);
  }

  return {
    begin(node) {
      if (step[node] === IDLE) start(node, 0);
    },
    onHead(node) {
      const height = heightOf(node);
      round[node] = 0;
      step[node] = IDLE;
      locked[node] = lockedRound[node] = NIL;
      valid[node] = validRound[node] = NIL;
      said[node] = [];
      repeats[node] = 0;
      const ahead: number[] = [];
      for (const key of logs[node]!.keys()) {
        if (key < height * ROUNDS_MAX) logs[node]!.delete(key);
        else if (key < (height + 1) * ROUNDS_MAX) ahead.push(key - height * ROUNDS_MAX);
      }
      // What was heard of this height before it was open here.
      for (const at of ahead.sort((a, b) => a - b)) {
        if (heightOf(node) === height) wakeUp(node, height, at);
      }
    },
    counts,
    passed,
  };
}
