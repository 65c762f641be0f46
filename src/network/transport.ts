/**
 * What carries messages between full nodes: who is up, which pairs a partition or an eclipse keeps
 * apart, how long a message takes with its losses, and direct messages between any two nodes. Relays
 * and consensus send through it; it knows nothing of what they say.
 */
import type { SequentialStream } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { Links } from './topology.ts';
import { MESSAGE, MESSAGE_TYPES, type MessageType, type Traffic } from './traffic.ts';

/** What a transport is made from. */
export interface TransportOptions {
  readonly kernel: Kernel;
  readonly links: Links;
  readonly traffic: Traffic;
  /** Probability that a message is lost on its way, in [0, 1). */
  readonly loss: number;
  /** Wait before the first retransmission [µs], doubled each time (RFC 6298). */
  readonly retransmitUs: number;
  /** Draws of losses; used only where `loss` is above 0. */
  readonly draws: SequentialStream;
}

/** A kind of direct message between any two nodes. */
export interface Channel {
  /** Sends one message; two integers travel with it. To itself it takes 1 µs and is not counted. */
  send(from: number, to: number, bytes: number, a: number, b: number): void;
  /** Sends to every named node but the sender. */
  broadcast(from: number, to: ArrayLike<number>, bytes: number, a: number, b: number): void;
}

/** Receives a direct message. */
export type MessageHandler = (to: number, from: number, a: number, b: number) => void;

/** The network as everything above it sees it. */
export interface Transport {
  readonly links: Links;
  readonly traffic: Traffic;
  /** Whether messages can be lost; what is not drawn is then not counted either. */
  readonly isLossy: boolean;
  /** 1 where a node is up. */
  readonly up: Uint8Array;
  /** Whether a message sent now would arrive: both are up and nothing keeps them apart. */
  reaches(from: number, to: number): boolean;
  /** Keeps pairs of nodes apart until {@link heal}; `id` is the caller's, several may hold at once. */
  cut(id: number, separates: (a: number, b: number) => boolean): void;
  /** Ends a cut and tells the listeners. */
  heal(id: number): void;
  /** Called after every heal. */
  onHeal(listener: () => void): void;
  /** Takes a node up or down, and tells the listeners before. */
  setUp(node: number, isUp: boolean): void;
  /** Called before who reaches whom changes by {@link cut}, {@link heal} or {@link setUp}. */
  onChange(listener: () => void): void;
  /** Time that the next message over a directed link takes, retransmissions included [µs]. */
  delayUs(link: number, bytes: number): number;
  /** Time that a transfer takes between two nodes that need no link [µs]: latency and size. */
  directUs(from: number, to: number, bytes: number): number;
  /** Declares a kind of direct message; once for each type. */
  channel(type: MessageType, handler: MessageHandler): Channel;
}

/** Retransmissions of one message at most; TCP gives up after as many. */
const RETRANSMISSIONS_MAX = 15;
/** Nodes up to which the latency of every pair is kept (8 MB). */
const PAIRED_NODES_MAX = 1000;

/** Makes the transport; every node is up and nothing is cut. */
export function createTransport(options: TransportOptions): Transport {
  const { kernel, links, traffic, loss, draws } = options;
  const { nodeCount } = links;
  const up = new Uint8Array(nodeCount).fill(1);
  let cuts: { readonly id: number; readonly separates: (a: number, b: number) => boolean }[] = [];
  const healed: (() => void)[] = [];
  const changing: (() => void)[] = [];
  /** Latency between every pair once asked for, where it is the same for all messages; else empty. */
  const isFixed = !links.latency.isPerMessage && nodeCount <= PAIRED_NODES_MAX;
  const pairUs = new Float64Array(isFixed ? nodeCount * nodeCount : 0);

  function betweenUs(from: number, to: number): number {
    if (!isFixed) return links.latency.between(from, to);
    const pair = from * nodeCount + to;
    if (pairUs[pair] === 0) pairUs[pair] = links.latency.between(from, to);
    return pairUs[pair]!;
  }

  function isCut(a: number, b: number): boolean {
    for (let i = 0; i < cuts.length; i++) if (cuts[i]!.separates(a, b)) return true;
    return false;
  }

  const reaches = (from: number, to: number): boolean =>
    up[from] === 1 && up[to] === 1 && (cuts.length === 0 || !isCut(from, to));

  /** Waits that losses cost; each retransmission is counted with its bytes. */
  function lossUs(bytes: number): number {
    let waitedUs = 0;
    for (let k = 0; k < RETRANSMISSIONS_MAX && draws.uniform() < loss; k++) {
      waitedUs += options.retransmitUs * 2 ** k;
      traffic.count(MESSAGE.retransmission, -1, -1, bytes);
    }
    return waitedUs;
  }

  function directUs(from: number, to: number, bytes: number): number {
    const bps = Math.min(links.uploadBps[from]!, links.downloadBps[to]!);
    const transferUs = Math.ceil((bytes * 8 * 1e6) / bps);
    return betweenUs(from, to) + transferUs + (loss > 0 ? lossUs(bytes) : 0);
  }

  return {
    links,
    traffic,
    isLossy: loss > 0,
    up,
    reaches,
    cut(id, separates) {
      for (const listener of changing) listener();
      cuts = [...cuts.filter((cut) => cut.id !== id), { id, separates }];
    },
    heal(id) {
      for (const listener of changing) listener();
      cuts = cuts.filter((cut) => cut.id !== id);
      for (const listener of healed) listener();
    },
    onHeal(listener) {
      healed.push(listener);
    },
    setUp(node, isUp) {
      for (const listener of changing) listener();
      up[node] = isUp ? 1 : 0;
    },
    onChange(listener) {
      changing.push(listener);
    },
    delayUs: (link, bytes) => links.latency.next(link) + (loss > 0 ? lossUs(bytes) : 0),
    directUs,
    channel(type, handler) {
      const code = MESSAGE_TYPES.indexOf(type);
      const arrive = kernel.event(`network/take-${type}`, PHASE.network, (pair, a, b) => {
        const from = Math.floor(pair / nodeCount);
        const to = pair - from * nodeCount;
        // A node that went down, or was cut off, while the message travelled never gets it.
        if (from !== to && !reaches(from, to)) return;
        if (up[to] === 1) handler(to, from, a, b);
      });
      function send(from: number, to: number, bytes: number, a: number, b: number): void {
        if (from === to) {
          arrive.after(1, from * nodeCount + to, a, b);
          return;
        }
        const isHeard = reaches(from, to);
        traffic.count(code, from, isHeard ? to : -1, bytes);
        if (isHeard) arrive.after(directUs(from, to, bytes), from * nodeCount + to, a, b);
      }
      return {
        send,
        broadcast(from, to, bytes, a, b) {
          for (let i = 0; i < to.length; i++) {
            if (to[i] !== from) send(from, to[i]!, bytes, a, b);
          }
        },
      };
    },
  };
}
