/**
 * How the bodies of blocks share the links of a node. A block is a thousand times an announcement, so
 * that what a node has still to send, and not the distance, is often what a neighbour waits for.
 */
import type { EventHandle, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { Transport } from './transport.ts';

/**
 * Ways of sharing. `none`: every transfer has the link's bandwidth to itself. `serial`: a sender serves
 * one at a time, in order of request, and the next starts when the one before has arrived (Aoki et al.
 * 2019). `fifo`: a sender's upload and a receiver's download are queues; the next starts when the last
 * byte of the one before has gone through. `fair`: all transfers of a node share its upload, and its
 * download, in equal parts at every instant.
 */
export const SHARINGS = ['none', 'serial', 'fifo', 'fair'] as const;
/** A way of sharing. */
export type Sharing = (typeof SHARINGS)[number];

/** What transfers are made from. */
export interface TransferOptions {
  readonly kernel: Kernel;
  readonly transport: Transport;
  readonly sharing: Sharing;
  /** Noun of the event kinds, e.g. `block`; unique in the kernel. */
  readonly noun: string;
  /** Added to the time of every transfer [µs], integer; a sender is busy for it where it is `serial`. */
  readonly overheadUs: number;
  /** The last byte has come. */
  onArrive(link: number, item: number, tag: number): void;
}

/** Transfers of one kind of item. */
export interface Transfers {
  /** Begins, or queues, a transfer over a directed link; `tag` comes back when it arrives. */
  send(link: number, item: number, tag: number, bytes: number): void;
}

/** Tag of a transfer: the node that sends, so that nobody looks for it, and what it sends, below 4. */
export const tagOf = (sender: number, form: number): number => 4 * sender + form;
/** Sender of a tag. */
export const senderOf = (tag: number): number => tag >>> 2;
/** Form of a tag. */
export const formOf = (tag: number): number => tag & 3;

/** Time that bits take at a bandwidth [µs], rounded up. */
const timeUs = (bytes: number, bps: number): number => Math.ceil((bytes * 8e6) / bps);

/** Makes transfers that share as stated. */
export function createTransfers(options: TransferOptions): Transfers {
  switch (options.sharing) {
    case 'none':
      return createUnshared(options);
    case 'serial':
      return createSerial(options);
    case 'fifo':
      return createQueued(options);
    case 'fair':
      return createFair(options);
  }
}

function createUnshared(options: TransferOptions): Transfers {
  const { kernel, transport, noun, overheadUs, onArrive } = options;
  const { bandwidth } = transport.links;
  const arrive = kernel.event(`network/arrive-${noun}`, PHASE.network, onArrive);
  return {
    send(link, item, tag, bytes) {
      const travelUs = transport.delayUs(link, bytes);
      arrive.after(travelUs + timeUs(bytes, bandwidth[link]!) + overheadUs, link, item, tag);
    },
  };
}

/** Transfers that wait or run, in columns with a free list. */
class Pool {
  link = new Int32Array(64);
  item = new Int32Array(64);
  tag = new Int32Array(64);
  bytes = new Float64Array(64);
  /** Next one of a list of the user's; -1 ends it. */
  next = new Int32Array(64);
  private count = 0;
  private free = -1;

  take(link: number, item: number, tag: number, bytes: number): number {
    let place = this.free;
    if (place >= 0) this.free = this.next[place]!;
    else {
      place = this.count++;
      if (place === this.link.length) this.grow();
    }
    this.link[place] = link;
    this.item[place] = item;
    this.tag[place] = tag;
    this.bytes[place] = bytes;
    this.next[place] = -1;
    return place;
  }

  give(place: number): void {
    this.next[place] = this.free;
    this.free = place;
  }

  private grow(): void {
    const wider = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const size = 2 * this.link.length;
    this.link = wider(this.link, new Int32Array(size));
    this.item = wider(this.item, new Int32Array(size));
    this.tag = wider(this.tag, new Int32Array(size));
    this.bytes = wider(this.bytes, new Float64Array(size));
    this.next = wider(this.next, new Int32Array(size));
  }
}

/** One transfer of a sender at a time; what waits is a list of the sender's. */
function createSerial(options: TransferOptions): Transfers {
  const { kernel, transport, noun, overheadUs, onArrive } = options;
  const { nodeCount, bandwidth } = transport.links;
  const pool = new Pool();
  const isBusy = new Uint8Array(nodeCount);
  const first = new Int32Array(nodeCount).fill(-1);
  const last = new Int32Array(nodeCount);

  const arrive = kernel.event(`network/arrive-${noun}`, PHASE.network, (link, item, tag) => {
    const sender = senderOf(tag);
    const place = first[sender]!;
    if (place < 0) {
      isBusy[sender] = 0;
    } else {
      first[sender] = pool.next[place]!;
      start(pool.link[place]!, pool.item[place]!, pool.tag[place]!, pool.bytes[place]!);
      pool.give(place);
    }
    onArrive(link, item, tag);
  });

  function start(link: number, item: number, tag: number, bytes: number): void {
    const travelUs = transport.delayUs(link, bytes);
    arrive.after(travelUs + timeUs(bytes, bandwidth[link]!) + overheadUs, link, item, tag);
  }

  return {
    send(link, item, tag, bytes) {
      const sender = senderOf(tag);
      if (isBusy[sender] === 0) {
        isBusy[sender] = 1;
        start(link, item, tag, bytes);
        return;
      }
      const place = pool.take(link, item, tag, bytes);
      if (first[sender]! < 0) first[sender] = place;
      else pool.next[last[sender]!] = place;
      last[sender] = place;
    },
  };
}

/**
 * Uploads and downloads as queues. The order of an upload is the order of requests, so that its end is
 * known at once; the order of a download is that of first bytes, and the first byte is an event.
 */
function createQueued(options: TransferOptions): Transfers {
  const { kernel, transport, noun, overheadUs, onArrive } = options;
  const { nodeCount, target, uploadBps, downloadBps } = transport.links;
  const pool = new Pool();
  const uploadFreeUs = new Float64Array(nodeCount);
  const downloadFreeUs = new Float64Array(nodeCount);
  const arrive = kernel.event(`network/arrive-${noun}`, PHASE.network, onArrive);
  const begin = kernel.event(`network/begin-${noun}`, PHASE.network, (place) => {
    const link = pool.link[place]!;
    const tag = pool.tag[place]!;
    const bytes = pool.bytes[place]!;
    const receiver = target[link]!;
    const startUs = Math.max(kernel.nowUs, downloadFreeUs[receiver]!);
    // The last byte comes no sooner than it was sent and no sooner than it can be taken in.
    const endUs = Math.max(
      startUs + timeUs(bytes, downloadBps[receiver]!),
      kernel.nowUs + timeUs(bytes, uploadBps[senderOf(tag)]!),
    );
    downloadFreeUs[receiver] = endUs;
    arrive.at(endUs + overheadUs, link, pool.item[place]!, tag);
    pool.give(place);
  });
  return {
    send(link, item, tag, bytes) {
      const sender = senderOf(tag);
      const startUs = Math.max(kernel.nowUs, uploadFreeUs[sender]!);
      uploadFreeUs[sender] = startUs + timeUs(bytes, uploadBps[sender]!);
      begin.at(startUs + transport.delayUs(link, bytes), pool.take(link, item, tag, bytes));
    },
  };
}

/** Equal parts of the upload and of the download, whichever is less; found anew at every change. */
function createFair(options: TransferOptions): Transfers {
  const { kernel, transport, noun, overheadUs, onArrive } = options;
  const { nodeCount, target, uploadBps, downloadBps } = transport.links;
  const pool = new Pool();
  const bitsLeft: number[] = [];
  const rateBps: number[] = [];
  const sinceUs: number[] = [];
  const handles: EventHandle[] = [];
  const uploads: number[][] = Array.from({ length: nodeCount }, () => []);
  const downloads: number[][] = Array.from({ length: nodeCount }, () => []);
  const arrive = kernel.event(`network/arrive-${noun}`, PHASE.network, onArrive);
  const finish = kernel.event(`network/finish-${noun}`, PHASE.network, (place) => {
    const link = pool.link[place]!;
    const tag = pool.tag[place]!;
    const sending = uploads[senderOf(tag)]!;
    const receiving = downloads[target[link]!]!;
    sending.splice(sending.indexOf(place), 1);
    receiving.splice(receiving.indexOf(place), 1);
    const travelUs = transport.delayUs(link, pool.bytes[place]!);
    arrive.after(travelUs + overheadUs, link, pool.item[place]!, tag);
    pool.give(place);
    retime(link, senderOf(tag));
  });

  /** Gives all that share an end with a link their new part. */
  function retime(link: number, sender: number): void {
    for (const place of uploads[sender]!) adjust(place);
    for (const place of downloads[target[link]!]!) adjust(place);
  }

  function adjust(place: number): void {
    const link = pool.link[place]!;
    const sender = senderOf(pool.tag[place]!);
    const receiver = target[link]!;
    const bps = Math.min(
      uploadBps[sender]! / uploads[sender]!.length,
      downloadBps[receiver]! / downloads[receiver]!.length,
    );
    if (bps === rateBps[place]) return;
    const sentBits = (rateBps[place]! * (kernel.nowUs - sinceUs[place]!)) / 1e6;
    bitsLeft[place] = Math.max(0, bitsLeft[place]! - sentBits);
    rateBps[place] = bps;
    sinceUs[place] = kernel.nowUs;
    if (handles[place] !== 0) kernel.cancel(handles[place]!);
    handles[place] = finish.after(Math.ceil((bitsLeft[place]! * 1e6) / bps), place);
  }

  return {
    send(link, item, tag, bytes) {
      const place = pool.take(link, item, tag, bytes);
      bitsLeft[place] = 8 * bytes;
      rateBps[place] = 0;
      sinceUs[place] = kernel.nowUs;
      handles[place] = 0;
      uploads[senderOf(tag)]!.push(place);
      downloads[target[link]!]!.push(place);
      retime(link, senderOf(tag));
    },
  };
}
