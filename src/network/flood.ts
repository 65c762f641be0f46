/**
 * Flooding by announcement: a node that holds an item tells its neighbours (inv), a neighbour that lacks
 * it asks the first announcer (getdata) and gets the body. The three messages of an exchange are one
 * event at the instant the body has arrived and been checked, since nothing can change the exchange
 * between; an announcement that comes after a better one can no longer change its receiver and is
 * counted, not queued. With constant latency per link this gives the same arrival times as queueing
 * every message, at a twentieth of the events (test/property/flood.test.ts holds it to that oracle).
 */
import { InvariantViolation } from '../base/errors.ts';
import type { EventKind, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { Links } from './topology.ts';
import type { Traffic } from './traffic.ts';

/** What an item kind is and how it travels. */
export interface FloodOptions {
  readonly kernel: Kernel;
  readonly links: Links;
  readonly traffic: Traffic;
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
  /** Whether a node is up; a node that is down neither sends nor receives. Always when absent. */
  isUp?(node: number): boolean;
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
  /** Announces an item the node holds to its neighbours. */
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

const RELEASED = -1;
const NEVER = Number.POSITIVE_INFINITY;

/** Makes a flood over links. */
export function createFlood(options: FloodOptions): Flood {
  const { kernel, links, traffic, batchUs, messages } = options;
  const { nodeCount, start, target, latencyUs, bandwidth } = links;
  const isUp = options.isUp ?? (() => true);
  let slotOf = new Int32Array(1024);
  let slotCount = 0;
  const freeSlots: number[] = [];
  /** Per slot and node: 0 lacks, 1 holds. */
  let held = new Uint8Array(64 * nodeCount);
  /** Per slot and node: when the best announcement known so far arrives. */
  let announcedUs = new Float64Array(64 * nodeCount);
  /** Per slot and node: who made that announcement, and so sends the body. */
  let announcer = new Int32Array(64 * nodeCount);
  let holderCount = new Int32Array(64);
  /** Last announcement batch of each link that was counted as a message. */
  const lastBatchUs = new Float64Array(links.linkCount).fill(-1);
  const deliver: EventKind = kernel.event(options.name, PHASE.network, onArrival);

  function slotFor(item: number): number {
    if (item >= slotOf.length) {
      const wider = new Int32Array(Math.max(item + 1, slotOf.length * 2));
      wider.set(slotOf);
      slotOf = wider;
    }
    const known = slotOf[item]!;
    if (known !== 0) return known === RELEASED ? RELEASED : known - 1;
    const slot = freeSlots.pop() ?? slotCount++;
    if (slot * nodeCount >= held.length) {
      const size = held.length * 2;
      const grow = <T extends Uint8Array | Float64Array | Int32Array>(from: T, to: T): T => {
        to.set(from);
        return to;
      };
      held = grow(held, new Uint8Array(size));
      announcedUs = grow(announcedUs, new Float64Array(size));
      announcer = grow(announcer, new Int32Array(size));
      holderCount = grow(holderCount, new Int32Array(holderCount.length * 2));
    }
    const row = slot * nodeCount;
    held.fill(0, row, row + nodeCount);
    announcedUs.fill(NEVER, row, row + nodeCount);
    holderCount[slot] = 0;
    slotOf[item] = slot + 1;
    return slot;
  }

  function hold(node: number, item: number): void {
    const slot = slotFor(item);
    if (slot === RELEASED || held[slot * nodeCount + node] === 1) return;
    held[slot * nodeCount + node] = 1;
    holderCount[slot]!++;
  }

  function onArrival(node: number, item: number, from: number): void {
    const slot = slotFor(item);
    if (slot === RELEASED) return;
    const at = slot * nodeCount + node;
    // A better announcement replaced this exchange, or the item came another way. The due time would
    // not tell: two exchanges can end at one instant, and only one of them took place.
    if (held[at] === 1 || announcer[at] !== from) return;
    if (!isUp(node) || !isUp(from)) {
      // The exchange broke off; the next announcement begins another.
      announcedUs[at] = NEVER;
      return;
    }
    held[at] = 1;
    holderCount[slot]!++;
    traffic.count(messages.getdata, node, from, options.getdataBytes);
    traffic.count(messages.body, from, node, options.bodyBytes(item));
    options.onDeliver(node, item, from);
  }

  function relay(node: number, item: number, from: number): void {
    const slot = slotFor(item);
    if (slot === RELEASED)
      throw new InvariantViolation('relay-released', `item ${item}`, kernel.nowUs);
    const row = slot * nodeCount;
    const bodyBits = options.bodyBytes(item) * 8;
    const checkUs = options.checkUs(item);
    let sendUs = kernel.nowUs;
    if (batchUs > 0) {
      const offset = Math.floor((node * batchUs) / nodeCount);
      sendUs = Math.ceil((sendUs - offset) / batchUs) * batchUs + offset;
    }
    const end = start[node + 1]!;
    for (let link = start[node]!; link < end; link++) {
      const peer = target[link]!;
      if (peer === from) continue;
      // What is sent to a node that is down arrives nowhere.
      const isHeard = isUp(peer);
      const receiver = isHeard ? peer : -1;
      // A batch has a head on every link on its own: whom an item came from is not told of it.
      if (batchUs > 0 && lastBatchUs[link] === sendUs) {
        addBytes(messages.inv, node, receiver, options.entryBytes);
      } else {
        lastBatchUs[link] = sendUs;
        traffic.count(messages.inv, node, receiver, options.invBytes + options.entryBytes);
      }
      const at = row + peer;
      if (held[at] === 1 || !isHeard) continue;
      const oneWayUs = latencyUs[link]!;
      const invUs = sendUs + oneWayUs;
      if (invUs >= announcedUs[at]!) continue;
      announcedUs[at] = invUs;
      announcer[at] = node;
      const transferUs = Math.ceil((bodyBits / bandwidth[link]!) * 1e6);
      deliver.at(invUs + 2 * oneWayUs + transferUs + checkUs, peer, item, node);
    }
  }

  function addBytes(type: number, from: number, to: number, bytes: number): void {
    traffic.typeBytes[type]! += bytes;
    traffic.sentBytes[from]! += bytes;
    if (to >= 0) traffic.receivedBytes[to]! += bytes;
  }

  return {
    originate(node, item) {
      hold(node, item);
      relay(node, item, -1);
    },
    relay,
    has(node, item) {
      const known = item < slotOf.length ? slotOf[item]! : 0;
      return known === RELEASED || (known > 0 && held[(known - 1) * nodeCount + node] === 1);
    },
    hold,
    holders(item) {
      const slot = slotFor(item);
      return slot === RELEASED ? nodeCount : holderCount[slot]!;
    },
    release(item) {
      const slot = slotFor(item);
      if (slot === RELEASED) return;
      slotOf[item] = RELEASED;
      freeSlots.push(slot);
    },
  };
}
