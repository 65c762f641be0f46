/**
 * Flooding by announcement: a node that holds an item tells its neighbours (inv), a neighbour that lacks
 * it asks the first announcer (getdata) and gets the body. The three messages of an exchange are one
 * event at the instant the body has arrived and been checked, since nothing can change the exchange
 * between; an announcement that comes after a better one can no longer change its receiver and is
 * counted, not queued. With constant latency per link this gives the same arrival times as queueing
 * every message, at a twentieth of the events (test/property/flood.test.ts holds it to that oracle).
 * Bodies have a link to themselves here; where they share it, see exchange.ts.
 */
import { InvariantViolation } from '../base/errors.ts';
import type { EventKind, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { HELD, Holding, NEVER, RELEASED } from './holding.ts';
import type { Transport } from './transport.ts';

/** What an item kind is and how it travels. */
export interface FloodOptions {
  readonly kernel: Kernel;
  readonly transport: Transport;
  /** Name of the event kind, `network/deliver-…`. */
  readonly name: string;
  /** Message codes of announcement, request and body. */
  readonly messages: { readonly inv: number; readonly getdata: number; readonly body: number };
  /** Announcements leave a node at multiples of this, offset by node [µs]; 0 sends at once. */
  readonly batchUs: number;
  /** Bytes of an inventory message without entries, of one entry, and of a request. */
  readonly invBytes: number;
  readonly entryBytes: number;
  readonly getdataBytes: number;
  /** Work of a node on each announcement and request it sends [µs], integer; 0 when absent. */
  readonly messageUs?: number;
  /** Work of a receiver on an announcement before it asks [µs], integer; 0 when absent. */
  readonly readUs?: number;
  /** Work of a sender on a body [µs], integer; 0 when absent. */
  readonly bodyUs?: number;
  /** Whether a node also tells the neighbour it has the item from; false when absent. */
  readonly tellsSource?: boolean;
  /** Serialised size of an item [B]. */
  bodyBytes(item: number): number;
  /** CPU time from the last byte to acceptance [µs], integer. */
  checkUs(item: number): number;
  /** A node has received and checked an item for the first time. */
  onDeliver(node: number, item: number, from: number): void;
}

/** One kind of flooded item. Items are dense ids. */
export interface Flood {
  /** A node holds an item it made or got from a client; announces it. */
  originate(node: number, item: number): void;
  /** Announces an item the node holds to its neighbours; `from` is -1 where the node made it. */
  relay(node: number, item: number, from: number): void;
  /** Whether the node holds the item (always true once released). */
  has(node: number, item: number): boolean;
  /** Marks an item as held without a message, e.g. fetched by other means. */
  hold(node: number, item: number): void;
  /** Nodes that hold the item. */
  holders(item: number): number;
  /** Forgets who holds an item; it then counts as held by all. */
  release(item: number): void;
}

/** Makes a flood over links. */
export function createFlood(options: FloodOptions): Flood {
  const { kernel, transport, batchUs, messages, invBytes, entryBytes, getdataBytes } = options;
  const { messageUs = 0, readUs = 0, bodyUs = 0, tellsSource = false } = options;
  const { links, traffic, isLossy } = transport;
  const { nodeCount, start, target, reverse, bandwidth } = links;
  const holding = new Holding(nodeCount);
  const leastUs = leastDelays(transport, messageUs);
  /** Last announcement batch of each link that was counted as a message. */
  const lastBatchUs = new Float64Array(links.linkCount).fill(-1);
  const deliver: EventKind = kernel.event(options.name, PHASE.network, onArrival);
  const hear: EventKind | undefined = isLossy
    ? kernel.event(`${options.name}.announced`, PHASE.network, ask)
    : undefined;

  function onArrival(node: number, item: number, from: number): void {
    const row = holding.row(item);
    if (row < 0) return;
    const at = row + node;
    // A better announcement replaced this exchange, or the item came another way. The due time would
    // not tell: two exchanges can end at one instant, and only one of them took place.
    if (holding.announcedUs[at] === HELD || holding.announcer[at] !== from) return;
    if (!transport.reaches(from, node)) {
      // The exchange broke off; the next announcement begins another.
      holding.announcedUs[at] = NEVER;
      return;
    }
    holding.hold(node, item);
    traffic.count(messages.getdata, node, from, getdataBytes);
    traffic.count(messages.body, from, node, options.bodyBytes(item));
    options.onDeliver(node, item, from);
  }

  /** An announcement came over a link, and its receiver acts on it unless a better one came before. */
  function ask(link: number, item: number): void {
    const row = holding.row(item);
    if (row < 0) return;
    const node = target[link]!;
    const from = target[reverse[link]!]!;
    const at = row + node;
    if (holding.announcedUs[at] === kernel.nowUs && holding.announcer[at] === from) {
      exchange(link, item, from, kernel.nowUs);
    }
  }

  /** Schedules the end of an exchange whose announcement arrives at `invUs`. */
  function exchange(link: number, item: number, from: number, invUs: number): void {
    const bytes = options.bodyBytes(item);
    const askUs = readUs + messageUs + transport.delayUs(reverse[link]!, getdataBytes);
    const answerUs = transport.delayUs(link, bytes) + bodyUs;
    const transferUs = Math.ceil((8 * bytes * 1e6) / bandwidth[link]!);
    const endUs = invUs + askUs + answerUs + transferUs + options.checkUs(item);
    deliver.at(endUs, target[link]!, item, from);
  }

  function relay(node: number, item: number, from: number): void {
    const row = holding.row(item);
    if (row === RELEASED)
      throw new InvariantViolation('relay-released', `item ${item}`, kernel.nowUs);
    const { announcedUs, announcer } = holding;
    let sendUs = kernel.nowUs;
    if (batchUs > 0) {
      const offset = Math.floor((node * batchUs) / nodeCount);
      sendUs = Math.ceil((sendUs - offset) / batchUs) * batchUs + offset;
    }
    const end = start[node + 1]!;
    for (let link = start[node]!; link < end; link++) {
      const peer = target[link]!;
      if (peer === from && !tellsSource) continue;
      // What is sent to a node that is down or cut off arrives nowhere.
      const isHeard = transport.reaches(node, peer);
      const receiver = isHeard ? peer : -1;
      // A batch has a head on every link on its own: whom an item came from is not told of it.
      if (batchUs > 0 && lastBatchUs[link] === sendUs) {
        addBytes(messages.inv, node, receiver, entryBytes);
      } else {
        lastBatchUs[link] = sendUs;
        traffic.count(messages.inv, node, receiver, invBytes + entryBytes);
      }
      if (!isHeard) continue;
      const bestUs = row < 0 ? HELD : announcedUs[row + peer]!;
      // What cannot come before the best announcement known needs no draw, unless losses count.
      if (sendUs + leastUs[link]! >= bestUs && !isLossy) continue;
      const invUs = sendUs + messageUs + transport.delayUs(link, invBytes);
      if (invUs >= bestUs) continue;
      announcedUs[row + peer] = invUs;
      announcer[row + peer] = node;
      // Retransmissions are counted when they happen, so the rest is drawn when it begins.
      if (hear !== undefined) hear.at(invUs, link, item);
      else exchange(link, item, node, invUs);
    }
  }

  function addBytes(type: number, from: number, to: number, bytes: number): void {
    traffic.typeBytes[type]! += bytes;
    traffic.sentBytes[from]! += bytes;
    if (to >= 0) traffic.receivedBytes[to]! += bytes;
  }

  return {
    originate(node, item) {
      holding.hold(node, item);
      relay(node, item, -1);
    },
    relay,
    has: (node, item) => holding.has(node, item),
    hold: (node, item) => {
      holding.hold(node, item);
    },
    holders: (item) => holding.holders(item),
    release: (item) => holding.release(item),
  };
}

/** Least time of a message over each link, the work of its sender included [µs]. */
export function leastDelays({ links }: Transport, messageUs: number): Float64Array {
  const leastUs = new Float64Array(links.linkCount);
  for (let link = 0; link < leastUs.length; link++) {
    leastUs[link] = messageUs + links.latency.leastUs(link);
  }
  return leastUs;
}
