/**
 * How blocks travel where the way of their bodies matters: announcement, request and body are apart,
 * bodies wait for each other on the links of a node, and come whole, compact or in part. Relays are
 * settings of this. As in flood.ts, an announcement that cannot change its receiver any more is counted,
 * and neither queued nor drawn; the request of one that can is queued at once, and cancelled if the
 * receiver hears of the block, or gets it, before it would have asked.
 */
import { InvariantViolation } from '../base/errors.ts';
import { boolean, choice, duration } from '../base/options.ts';
import type { EventHandle } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { type Flood, leastDelays } from './flood.ts';
import { HELD, Holding, NEVER, RELEASED } from './holding.ts';
import type { RelayContext } from './relay.ts';
import { MESSAGE } from './traffic.ts';
import { createTransfers, formOf, SHARINGS, type Sharing, senderOf, tagOf } from './transfer.ts';

/** Bytes of an inventory of one entry, of a request (hash, type, framing) and of one header. */
export const INV_BYTES = 61;
/** Bytes of a request for a block. */
export const GETDATA_BYTES = 61;
/** Bytes of a message with one header: 80 and a transaction count, framed. */
export const HEADER_BYTES = 106;

/** Options that all relays share. */
export const exchangeOptions = () => ({
  bandwidthSharing: choice(SHARINGS, 'none', 'How bodies share the upload of a node'),
  messageOverhead: duration('0 s', { doc: 'Work of the sender of an announcement or request' }),
  blockOverhead: duration('0 s', { doc: 'Work of the sender of a block, or of a part of one' }),
  announceToSource: boolean(false, 'Whether a node also tells whom it has the block from'),
});

/** Resolved values of {@link exchangeOptions}. */
export interface ExchangeSettings {
  readonly bandwidthSharing: Sharing;
  readonly messageOverhead: number;
  readonly blockOverhead: number;
  readonly announceToSource: boolean;
}

/** What travels over a link: nothing of its own accord, a block, its compact form, or the rest of it. */
export const FORM = { none: 0, block: 1, compact: 2, part: 3 } as const;

/** A compact form of blocks, and whether it is enough. */
export interface CompactForm {
  /** Whether both nodes use it. */
  isUsed(from: number, to: number): boolean;
  bytes(block: number): number;
  /** Whether the receiver lacks transactions of the block; asked once for each compact block. */
  isIncomplete(node: number): boolean;
  /** Bytes that the sender then sends [B]; asked once for each request. */
  partBytes(sender: number, block: number): number;
}

/** What makes one relay differ from another. */
export interface ExchangeStyle {
  /** Message code and bytes of an announcement; an inventory when absent. */
  readonly announcement?: { readonly type: number; readonly bytes: number };
  /** Work of a receiver on an announcement before it asks [µs], integer; 0 when absent. */
  readonly readUs?: number;
  /** Form in which a node sends a block over a link unasked; never when absent. */
  unasked?(link: number, from: number): number;
  readonly compact?: CompactForm;
}

/** Bytes of a request for the transactions that a compact block left out. */
const PART_REQUEST_BYTES = 61;

const TYPE_OF_FORM = [-1, MESSAGE.block, MESSAGE['compact-block'], MESSAGE['block-part']] as const;

/** Makes a relay. */
export function createExchange(
  context: RelayContext,
  settings: ExchangeSettings,
  style: ExchangeStyle,
): Flood {
  const { kernel, transport } = context;
  const { links, traffic, isLossy } = transport;
  const { nodeCount, start, target, reverse } = links;
  const { messageOverhead: messageUs, announceToSource: tellsSource } = settings;
  const { readUs = 0, compact } = style;
  const announcement = style.announcement ?? { type: MESSAGE['block-inv'], bytes: INV_BYTES };
  const holding = new Holding(nodeCount);
  const leastUs = leastDelays(transport, messageUs);
  const transfers = createTransfers({
    kernel,
    transport,
    sharing: settings.bandwidthSharing,
    noun: 'block',
    overheadUs: settings.blockOverhead,
    onArrive,
  });
  const hear = isLossy
    ? kernel.event('network/hear-of-block', PHASE.network, onAnnouncement)
    : undefined;
  const request = kernel.event('network/ask-for-block', PHASE.network, onRequest);
  const requestPart = kernel.event('network/ask-for-part', PHASE.network, onPartRequest);
  const check = kernel.event('network/check-block', PHASE.network, deliver);

  function onAnnouncement(link: number, block: number): void {
    ask(link, block, target[reverse[link]!]!, kernel.nowUs);
  }

  /** The receiver of an announcement asks for the block. */
  function ask(link: number, block: number, from: number, heardUs: number): EventHandle {
    const travelUs = transport.delayUs(reverse[link]!, GETDATA_BYTES);
    return request.at(heardUs + readUs + messageUs + travelUs, link, block, from);
  }

  /** A node turns to a block that it has come to otherwise: what it has not asked for yet, it never will. */
  function claim(at: number): void {
    const { announcedUs } = holding;
    if (announcedUs[at]! <= kernel.nowUs) return;
    if (announcedUs[at] !== NEVER) kernel.cancel(holding.pending[at]!);
    announcedUs[at] = kernel.nowUs;
  }

  function hold(node: number, block: number): boolean {
    const row = holding.row(block);
    if (row >= 0) claim(row + node);
    return holding.hold(node, block);
  }

  function onRequest(link: number, block: number, from: number): void {
    const row = holding.row(block);
    if (row === RELEASED) return;
    const node = target[link]!;
    if (!transport.reaches(from, node)) {
      breakOff(link, row + node, row);
      return;
    }
    traffic.count(MESSAGE['block-getdata'], node, from, GETDATA_BYTES);
    send(link, block, from, compact?.isUsed(from, node) === true ? FORM.compact : FORM.block);
  }

  /** An exchange ended half-way; the next announcement begins another. */
  function breakOff(link: number, at: number, row: number): void {
    const { announcedUs, announcer } = holding;
    if (row < 0 || announcedUs[at] === HELD) return;
    if (announcer[at] === link && announcedUs[at]! <= kernel.nowUs) announcedUs[at] = NEVER;
  }

  function onPartRequest(link: number, block: number, from: number): void {
    const node = target[link]!;
    const row = holding.row(block);
    if (transport.reaches(from, node)) send(link, block, from, FORM.part);
    else breakOff(link, row + node, row);
  }

  function send(link: number, block: number, from: number, form: number): void {
    const node = target[link]!;
    const isHeard = transport.reaches(from, node);
    const bytes = bytesOf(from, block, form);
    traffic.count(TYPE_OF_FORM[form]!, from, isHeard ? node : -1, bytes);
    if (isHeard) transfers.send(link, block, tagOf(from, form), bytes);
  }

  function bytesOf(from: number, block: number, form: number): number {
    if (form === FORM.block || compact === undefined) return context.bodyBytes(block);
    return form === FORM.compact ? compact.bytes(block) : compact.partBytes(from, block);
  }

  function onArrive(link: number, block: number, tag: number): void {
    const row = holding.row(block);
    if (row < 0) return;
    const node = target[link]!;
    const at = row + node;
    if (holding.announcedUs[at] === HELD) return;
    const from = senderOf(tag);
    if (!transport.reaches(from, node)) {
      breakOff(link, at, row);
      return;
    }
    // A compact block that comes unasked while the block is on its way from another is of no use.
    const form = formOf(tag);
    const isBusy = holding.announcer[at] !== link && holding.announcedUs[at]! <= kernel.nowUs;
    if (form === FORM.compact && isBusy) return;
    claim(at);
    holding.announcer[at] = link;
    if (form === FORM.compact && compact!.isIncomplete(node)) {
      traffic.count(MESSAGE['block-part-getdata'], node, from, PART_REQUEST_BYTES);
      const travelUs = transport.delayUs(reverse[link]!, PART_REQUEST_BYTES);
      requestPart.after(messageUs + travelUs, link, block, from);
      return;
    }
    const checkUs = context.checkUs(block);
    if (checkUs > 0) check.after(checkUs, node, block, from);
    else deliver(node, block, from);
  }

  function deliver(node: number, block: number, from: number): void {
    if (transport.up[node] === 1) {
      if (hold(node, block)) context.onDeliver(node, block, from);
      return;
    }
    const row = holding.row(block);
    if (row >= 0) breakOff(holding.announcer[row + node]!, row + node, row);
  }

  function relay(node: number, block: number, from: number): void {
    const row = holding.row(block);
    if (row === RELEASED)
      throw new InvariantViolation('relay-released', `block ${block}`, kernel.nowUs);
    const { announcedUs, announcer, pending } = holding;
    const { receivedCount, receivedBytes } = traffic;
    const { nowUs } = kernel;
    const end = start[node + 1]!;
    let told = 0;
    for (let link = start[node]!; link < end; link++) {
      const peer = target[link]!;
      if (peer === from && !tellsSource) continue;
      const form = style.unasked === undefined ? FORM.none : style.unasked(link, from);
      if (form !== FORM.none) {
        send(link, block, node, form);
        continue;
      }
      told++;
      // What is sent to a node that is down or cut off arrives nowhere.
      if (!transport.reaches(node, peer)) continue;
      receivedCount[peer]!++;
      receivedBytes[peer]! += announcement.bytes;
      const bestUs = row < 0 ? HELD : announcedUs[row + peer]!;
      // What cannot come before the best announcement known needs no draw, unless losses count.
      if (nowUs + leastUs[link]! >= bestUs && !isLossy) continue;
      const heardUs = nowUs + messageUs + transport.delayUs(link, announcement.bytes);
      if (heardUs >= bestUs) continue;
      if (bestUs !== NEVER) kernel.cancel(pending[row + peer]!);
      announcedUs[row + peer] = heardUs;
      announcer[row + peer] = link;
      // Retransmissions are counted when they happen, so the rest is drawn when it begins.
      pending[row + peer] =
        hear === undefined ? ask(link, block, node, heardUs) : hear.at(heardUs, link, block);
    }
    // The sender's side of the announcements, at once for all of them.
    traffic.typeCount[announcement.type]! += told;
    traffic.typeBytes[announcement.type]! += told * announcement.bytes;
    traffic.sentCount[node]! += told;
    traffic.sentBytes[node]! += told * announcement.bytes;
  }

  return {
    originate(node, block) {
      hold(node, block);
      relay(node, block, -1);
    },
    relay,
    has: (node, block) => holding.has(node, block),
    hold: (node, block) => {
      hold(node, block);
    },
    holders: (block) => holding.holders(block),
    release: (block) => holding.release(block),
  };
}
