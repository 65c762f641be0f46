/** Elections of Raft: terms, randomised waits, votes for whoever has the longer log. */
import type { EventHandle } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phase.ts';
import { MESSAGE_BYTES, type Members, NOBODY, ROLE } from './raft-members.ts';

/** Elections at all validators. */
export interface Elections {
  /** A validator has heard of its leader or given its vote: it waits anew. */
  heard(node: number, atUs: number): void;
  /** Sees to it that a validator that hears nothing more stands for election in time. */
  watch(node: number): void;
  /** A validator has seen a later term. */
  stepDown(node: number, term: number): void;
  readonly counts: { started: number; won: number };
}

/** What elections are wired to. */
export interface ElectionOptions {
  readonly members: Members;
  /** Waits are uniform in [least, least + spread) [µs]. */
  readonly leastUs: number;
  readonly spreadUs: number;
  /** Whether a validator is in touch with its leader, so that it need not watch. */
  isTended(node: number): boolean;
  /** When the validator last heard of its leader, if later than what `heard` said [µs]. */
  lastHeardUs(node: number): number;
  onWin(node: number): void;
  onStepDown(node: number, term: number): void;
}

/** Makes elections; `watch` starts them. */
export function createElections(options: ElectionOptions): Elections {
  const { members, leastUs, spreadUs } = options;
  const { context, count, role, term, votedFor, leader, last } = members;
  const { kernel, tree, transport, up } = context;
  const draws = context.random('chain/raft-election');
  const heardUs = new Float64Array(count);
  const waitUs = new Float64Array(count);
  const timer: EventHandle[] = new Array<EventHandle>(count).fill(0);
  const votes = new Int32Array(count);
  const counts = { started: 0, won: 0 };

  const expire = kernel.event('consensus/stand-for-election', PHASE.consensus, (node) => {
    timer[node] = 0;
    if (role[node] === ROLE.leader) return;
    if (!members.acts(node)) {
      // Who was away waits as long as everybody before it disturbs a leader.
      heardUs[node] = kernel.nowUs;
      watch(node);
      return;
    }
    heardUs[node] = Math.max(heardUs[node]!, options.lastHeardUs(node));
    if (heardUs[node]! + waitUs[node]! > kernel.nowUs) {
      if (!options.isTended(node)) timer[node] = expire.at(heardUs[node]! + waitUs[node]!, node);
      return;
    }
    stand(node);
  });

  /** The wait is drawn when it begins to matter; earlier draws would have been thrown away. */
  function watch(node: number): void {
    if (timer[node] !== 0 || role[node] === ROLE.leader) return;
    heardUs[node] = Math.max(heardUs[node]!, options.lastHeardUs(node));
    waitUs[node] = leastUs + Math.floor(draws.uniform() * spreadUs);
    timer[node] = expire.at(Math.max(kernel.nowUs + 1, heardUs[node]! + waitUs[node]!), node);
  }

  function stop(node: number): void {
    if (timer[node] !== 0) kernel.cancel(timer[node]!);
    timer[node] = 0;
  }

  function stand(node: number): void {
    term[node]!++;
    role[node] = ROLE.candidate;
    votedFor[node] = node;
    leader[node] = NOBODY;
    votes[node] = 1;
    heardUs[node] = kernel.nowUs;
    counts.started++;
    watch(node);
    requests.broadcast(node, members.all, MESSAGE_BYTES, last[node]!, term[node]!);
    tally(node);
  }

  function tally(node: number): void {
    if (role[node] !== ROLE.candidate || votes[node]! < members.majority) return;
    role[node] = ROLE.leader;
    leader[node] = node;
    counts.won++;
    stop(node);
    options.onWin(node);
  }

  /** Whether a log is at least as far as another: by term of its last block, then by length. */
  function isUpToDate(candidate: number, own: number): boolean {
    const [theirs, mine] = [members.termOf(candidate), members.termOf(own)];
    return theirs === mine ? tree.height[candidate]! >= tree.height[own]! : theirs > mine;
  }

  function stepDown(node: number, later: number): void {
    const was = role[node];
    if (later > term[node]!) {
      term[node] = later;
      votedFor[node] = NOBODY;
      leader[node] = NOBODY;
    }
    role[node] = ROLE.follower;
    if (was === ROLE.leader) {
      heardUs[node] = kernel.nowUs;
      options.onStepDown(node, later);
    }
    watch(node);
  }

  const requests = transport.channel('request-vote', (node, from, candidate, asked) => {
    if (node >= count || !members.acts(node)) return;
    if (asked > term[node]!) stepDown(node, asked);
    const isFree = votedFor[node] === NOBODY || votedFor[node] === from;
    const grants = asked === term[node] && isFree && isUpToDate(candidate, last[node]!);
    if (grants) {
      votedFor[node] = from;
      heardUs[node] = kernel.nowUs;
      stop(node);
      watch(node);
    }
    answers.send(node, from, MESSAGE_BYTES, grants ? 1 : 0, term[node]!);
  });

  const answers = transport.channel('grant-vote', (node, _from, isGranted, about) => {
    if (about > term[node]!) stepDown(node, about);
    if (about !== term[node] || role[node] !== ROLE.candidate || isGranted === 0) return;
    votes[node]!++;
    tally(node);
  });

  return {
    heard(node, atUs) {
      heardUs[node] = Math.max(heardUs[node]!, atUs);
      if (up[node] === 1 && options.isTended(node)) stop(node);
    },
    watch,
    stepDown,
    counts,
  };
}
