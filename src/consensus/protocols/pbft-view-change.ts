/**
 * View changes of PBFT: validators that wait in vain leave the view; the next primary begins its
 * view with what a quorum of them brought along, so that whatever may have been decided in an
 * earlier view is proposed again. Waiting times double with each change that brought no decision.
 */
import type { EventHandle } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { certificateBytes } from '../certificates.ts';
import type { Agreement } from './pbft-agreement.ts';
import { NO_BLOCK, type Replicas, VOTE_BYTES } from './pbft-replicas.ts';

/** What a validator says when it leaves a view. */
interface ViewChange {
  readonly from: number;
  readonly view: number;
  /** Its last decided block, with the certificate. */
  readonly head: BlockIndex;
  /** Block on top of it for which it saw a quorum of prepares, in its highest view; or none. */
  readonly prepared: BlockIndex;
  readonly preparedView: number;
  readonly bytes: number;
}

/** How a view begins. */
interface NewView {
  readonly view: number;
  /** Last block decided before it, as far as the view changes in it tell. */
  readonly base: BlockIndex;
  /** Block that must be proposed first; or none. */
  readonly block: BlockIndex;
  readonly bytes: number;
}

/** View changes of all validators. */
export interface ViewChanges {
  /** A validator waits for a decision from now on, if it does not already. */
  await(node: number): void;
  /** A decision was made: waits anew, if anything is left to decide. */
  restart(node: number, isWaiting: boolean): void;
  /** A validator that can now begin its view does so. */
  begin(node: number): void;
  /** Views that began, and those that a primary let pass, by validator. */
  readonly counts: { begun: number; sent: number };
  readonly passed: Int32Array;
}

/** What view changes are wired to. */
export interface ViewChangeOptions {
  readonly replicas: Replicas;
  readonly agreement: () => Agreement;
  /** Wait for a decision before the first change [µs]. */
  readonly timeoutUs: number;
  /** Whether a validator still waits for anything. */
  isWaiting(node: number): boolean;
  /** A view has begun at a validator. */
  onBegin(node: number): void;
}

/** Doublings of the wait at most. */
const DOUBLINGS_MAX = 20;
const REQUEST = 0;

/** Makes view changes. */
export function createViewChanges(options: ViewChangeOptions): ViewChanges {
  const { replicas, timeoutUs } = options;
  const { context, count, view, isChanging, accepted, prepared, preparedView } = replicas;
  const { tree, head, up, transport, kernel } = context;
  /** All view changes and new views that were ever sent; messages carry their place. */
  const changes: ViewChange[] = [];
  const newViews: NewView[] = [];
  /** By receiver and sender: 1 + place of the last view change heard. */
  const heard = new Int32Array(count * count);
  /** Changes since the last decision, by validator. */
  const changesInVain = new Int32Array(count);
  const timer: EventHandle[] = new Array<EventHandle>(count).fill(0);
  /** View for which a validator has heard a quorum. */
  const quorateView = new Int32Array(count).fill(-1);
  /** 1 + place of the new view that each validator is in. */
  const beganBy = new Int32Array(count);
  const passed = new Int32Array(count);
  const counts = { begun: 0, sent: 0 };
  let highestBegun = 0;

  const expire = kernel.event('consensus/suspect-primary', PHASE.consensus, (node) => {
    timer[node] = 0;
    if (up[node] === 0) {
      awaitDecision(node);
      return;
    }
    if (isChanging[node] === 0) {
      if (options.isWaiting(node)) leave(node, view[node]! + 1);
    } else if (quorateView[node] === view[node]) {
      leave(node, view[node]! + 1);
    } else {
      // Too few have left; what was said may have been lost.
      send(node);
      awaitDecision(node);
    }
  });

  /** T for the first wait and in the first new view, then 2T, 4T, ... */
  function waitUs(node: number): number {
    const doublings = Math.min(DOUBLINGS_MAX, Math.max(0, changesInVain[node]! - 1));
    return timeoutUs * 2 ** doublings;
  }

  function awaitDecision(node: number): void {
    if (timer[node] === 0) timer[node] = expire.after(waitUs(node), node);
  }

  function stop(node: number): void {
    if (timer[node] !== 0) kernel.cancel(timer[node]!);
    timer[node] = 0;
  }

  /** Gives up the view for a later one and says so. */
  function leave(node: number, next: number): void {
    if (!replicas.acts(node)) {
      awaitDecision(node);
      return;
    }
    view[node] = next;
    isChanging[node] = 1;
    accepted[node] = NO_BLOCK;
    changesInVain[node]!++;
    stop(node);
    awaitDecision(node);
    send(node);
    weigh(node);
  }

  const viewChanges = transport.channel('view-change', (node, from, place, about) => {
    // A validator that lags asks for a block by the same message.
    if (place === REQUEST) {
      hand(node, from, about);
      return;
    }
    if (node < count) hear(node, changes[place - 1]!, place);
  });

  function send(node: number): void {
    if (!replicas.acts(node)) return;
    // Who tells everybody something else keeps its certificates to itself.
    const isHiding = options.agreement().isTwoFaced(node);
    const carried = isHiding ? NO_BLOCK : prepared[node]!;
    const certificates = carried === NO_BLOCK ? 1 : 2;
    const change: ViewChange = {
      from: node,
      view: view[node]!,
      head: head[node]!,
      prepared: carried,
      preparedView: isHiding ? -1 : preparedView[node]!,
      bytes: VOTE_BYTES + certificates * certificateBytes(replicas.quorum),
    };
    const place = changes.push(change);
    counts.sent++;
    heard[node * count + node] = place;
    viewChanges.broadcast(node, replicas.all, change.bytes, place, change.view);
  }

  function hear(node: number, change: ViewChange, place: number): void {
    const { from } = change;
    const isOver =
      change.view < view[node]! || (change.view === view[node] && isChanging[node] === 0);
    if (isOver) {
      help(node, from, change);
      return;
    }
    const cell = node * count + from;
    const known = heard[cell]!;
    if (known !== 0 && changes[known - 1]!.view > change.view) return;
    heard[cell] = place;
    weigh(node);
  }

  /** The primary of a view that began tells those who missed it. */
  function help(node: number, from: number, change: ViewChange): void {
    if (isChanging[node] === 1 || replicas.primaryOf(view[node]!) !== node) return;
    const place = beganBy[node]!;
    if (place !== 0) {
      const { bytes } = newViews[place - 1]!;
      newViewMessages.send(node, from, bytes, place, 0);
    }
    if (tree.height[change.head]! < replicas.headHeight(node)) hand(node, from, head[node]!);
  }

  /** Gives a block to a validator that lags; it asks for older ones itself. */
  function hand(node: number, to: number, block: BlockIndex): void {
    const isHead = replicas.headHeight(node) >= tree.height[block]!;
    if (isHead && replicas.acts(node)) context.publish(node, head[node]!, [to]);
  }

  /** Asks a validator for its head. */
  function ask(node: number, from: number, block: BlockIndex): void {
    viewChanges.send(node, from, VOTE_BYTES, REQUEST, block);
  }

  /** What the view changes heard so far call for. */
  function weigh(node: number): void {
    let later = 0;
    let nearest = Number.POSITIVE_INFINITY;
    // Who has left for a later view has left for this one too: it votes in none before.
    let gone = 0;
    for (let from = 0; from < count; from++) {
      const place = heard[node * count + from]!;
      if (place === 0) continue;
      const wanted = changes[place - 1]!.view;
      if (wanted >= view[node]!) gone++;
      if (wanted > view[node]!) {
        later++;
        nearest = Math.min(nearest, wanted);
      }
    }
    // One of f + 1 is honest, and has waited in vain.
    if (later > replicas.faulty) {
      leave(node, nearest);
      return;
    }
    if (isChanging[node] === 0 || gone < replicas.quorum) return;
    if (quorateView[node] !== view[node]) {
      quorateView[node] = view[node]!;
      stop(node);
      awaitDecision(node);
    }
    begin(node);
  }

  /** The primary of a view that a quorum has asked for begins it. */
  function begin(node: number): void {
    const isDue = isChanging[node] === 1 && quorateView[node] === view[node];
    if (!isDue || replicas.primaryOf(view[node]!) !== node || !replicas.acts(node)) return;
    const brought = broughtTo(node);
    let base = brought[0]!;
    for (const change of brought) {
      if (tree.height[change.head]! > tree.height[base.head]!) base = change;
    }
    if (tree.height[base.head]! > replicas.headHeight(node)) {
      ask(node, base.from, base.head);
      return;
    }
    let best: ViewChange | undefined;
    for (const change of brought) {
      if (change.prepared === NO_BLOCK || tree.parent[change.prepared] !== head[node]) continue;
      if (best === undefined || change.preparedView > best.preparedView) best = change;
    }
    const block = best?.prepared ?? NO_BLOCK;
    const proof = brought.reduce((sum, change) => sum + change.bytes, 0);
    const bytes = VOTE_BYTES + proof + (block === NO_BLOCK ? 0 : tree.bytes[block]!);
    const place = newViews.push({ view: view[node]!, base: base.head, block, bytes });
    counts.begun++;
    for (; highestBegun < view[node]!; highestBegun++) passed[replicas.primaryOf(highestBegun)]!++;
    newViewMessages.broadcast(node, replicas.all, bytes, place, 0);
    enter(node, place);
  }

  /**
   * View changes that a primary builds on; a dishonest one leaves out certificates where it can.
   */
  function broughtTo(node: number): ViewChange[] {
    const brought: ViewChange[] = [];
    for (let from = 0; from < count; from++) {
      const place = heard[node * count + from]!;
      if (place !== 0 && changes[place - 1]!.view >= view[node]!) brought.push(changes[place - 1]!);
    }
    if (!options.agreement().isTwoFaced(node)) return brought;
    const worth = (change: ViewChange) => tree.height[change.head]! * 2 ** 20 + change.preparedView;
    return brought.sort((a, b) => worth(a) - worth(b) || a.from - b.from).slice(0, replicas.quorum);
  }

  const newViewMessages = transport.channel('new-view', (node, from, place) => {
    const begun = newViews[place - 1]!;
    const isOver =
      begun.view < view[node]! || (begun.view === view[node] && isChanging[node] === 0);
    if (node >= count || isOver) return;
    enter(node, place);
    if (tree.height[begun.base]! > replicas.headHeight(node)) ask(node, from, begun.base);
  });

  function enter(node: number, place: number): void {
    const begun = newViews[place - 1]!;
    view[node] = begun.view;
    isChanging[node] = 0;
    accepted[node] = NO_BLOCK;
    beganBy[node] = place;
    if (options.isWaiting(node) || begun.block !== NO_BLOCK) awaitDecision(node);
    if (begun.block !== NO_BLOCK) options.agreement().offer(node, begun.block, begun.view);
    options.agreement().resume(node);
    options.onBegin(node);
  }

  return {
    await: awaitDecision,
    restart(node, isWaiting) {
      const round = replicas.certificates.roundOf(head[node]!);
      // A decision in a view is proof that it began.
      if (round > view[node]! || (round === view[node] && isChanging[node] === 1)) {
        view[node] = round;
        isChanging[node] = 0;
      }
      if (isChanging[node] === 1) return;
      changesInVain[node] = 0;
      stop(node);
      if (isWaiting) awaitDecision(node);
    },
    begin,
    counts,
    passed,
  };
}
