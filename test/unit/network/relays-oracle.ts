/**
 * Relays of blocks in which every message is an entry of one list and the next is found by looking at
 * all of them. Nothing is left out because it cannot matter, nothing is drawn ahead, and the shares of
 * `fair` are found anew, in fractions of a microsecond, for the whole network at every step.
 */
import type { Links } from '../../../src/network/topology.ts';
import { createTraffic, MESSAGE, type Traffic } from '../../../src/network/traffic.ts';
import type { Sharing } from '../../../src/network/transfer.ts';

/** Blocks that set out. */
export interface Origin {
  readonly node: number;
  readonly atUs: number;
  readonly bytes: number;
  readonly checkUs: number;
}

/** A world in which nothing is random. */
export interface RelayWorld {
  readonly links: Links;
  readonly blocks: readonly Origin[];
  readonly sharing: Sharing;
  readonly messageUs: number;
  readonly blockUs: number;
  readonly tellsSource: boolean;
  readonly style: Style;
  /** Latency of the next message over a link [µs]; the link's own when absent. */
  travelUs?(link: number): number;
}

/** How blocks are offered and sent. */
export interface Style {
  readonly announcement: 'block-inv' | 'header';
  readonly readUs: number;
  /** Whole blocks unasked: never, by their makers, by all. */
  readonly pushed: 'never' | 'maker' | 'everyone';
  /** Compact blocks: none, asked for, or unasked over every link. */
  readonly compact: 'none' | 'asked' | 'unasked';
  readonly compactBytes: number;
  /** Whether receivers always lack 1 % of the block. */
  readonly isIncomplete: boolean;
  /** Nodes 0 to hubs - 1 are hubs; none when 0. */
  readonly hubs: number;
}

/** Who got what when. */
export interface Story {
  /** Instant [µs] by `node block from`. */
  readonly deliveries: ReadonlyMap<string, number>;
  readonly traffic: Traffic;
}

type Form = 'block' | 'compact-block' | 'block-part';

interface Message {
  readonly what: 'make' | 'announce' | 'ask' | 'begin' | 'arrive' | 'ask-part' | 'checked' | 'hub';
  readonly atUs: number;
  readonly link: number;
  readonly block: number;
  readonly form: Form;
  readonly bytes: number;
  /** Receiver and sender, where no link says so. */
  readonly node: number;
  readonly from: number;
}

interface Stream {
  readonly link: number;
  readonly block: number;
  readonly form: Form;
  readonly bytes: number;
  bits: number;
}

const SMALL_BYTES = 61;
const HUB_BPS = 100e6;
const HUB_SHARE = 0.004;

/** Plays a world message by message. */
export function byMessages(world: RelayWorld): Story {
  const { links, blocks, style } = world;
  const { nodeCount, start, target, reverse, bandwidth, uploadBps, downloadBps } = links;
  const traffic = createTraffic(nodeCount);
  const deliveries = new Map<string, number>();
  const pending: Message[] = [];
  const held = new Set<string>();
  /** Link over which a node has asked for a block. */
  const asked = new Map<string, number>();
  const waiting = new Map<number, Stream[]>();
  const uploadFreeUs = new Map<number, number>();
  const downloadFreeUs = new Map<number, number>();
  let streams: Stream[] = [];
  let nowUs = 0;

  const travelUs = world.travelUs ?? ((link: number) => links.latencyUs[link]!);
  const sender = (link: number) => target[reverse[link]!]!;
  const receiver = (link: number) => target[link]!;
  const place = (node: number, block: number) => `${node} ${block}`;
  const durationUs = (bytes: number, bps: number) => Math.ceil((bytes * 8e6) / bps);
  const blank = { link: -1, form: 'block' as Form, bytes: 0, node: -1, from: -1 };

  function send(link: number, block: number, form: Form): void {
    const whole = blocks[block]!.bytes;
    const compact = form === 'compact-block' ? style.compactBytes : Math.ceil(whole / 100);
    const bytes = form === 'block' ? whole : compact;
    traffic.count(MESSAGE[form], sender(link), receiver(link), bytes);
    const stream = { link, block, form, bytes, bits: 8 * bytes };
    const from = sender(link);
    if (world.sharing === 'none') {
      const tookUs = travelUs(link) + durationUs(bytes, bandwidth[link]!) + world.blockUs;
      pending.push({ ...blank, ...stream, what: 'arrive', atUs: nowUs + tookUs });
    } else if (world.sharing === 'serial') {
      const queue = waiting.get(from) ?? [];
      waiting.set(from, queue);
      queue.push(stream);
      if (queue.length === 1) beginSerial(stream);
    } else if (world.sharing === 'fifo') {
      const beginUs = Math.max(nowUs, uploadFreeUs.get(from) ?? 0);
      uploadFreeUs.set(from, beginUs + durationUs(bytes, uploadBps[from]!));
      pending.push({ ...blank, ...stream, what: 'begin', atUs: beginUs + travelUs(link) });
    } else {
      streams.push(stream);
    }
  }

  function beginSerial(stream: Stream): void {
    const { link, bytes } = stream;
    const tookUs = travelUs(link) + durationUs(bytes, bandwidth[link]!) + world.blockUs;
    pending.push({ ...blank, ...stream, what: 'arrive', atUs: nowUs + tookUs });
  }

  function ratesOf(): number[] {
    return streams.map(({ link }) => {
      const up = streams.filter((other) => sender(other.link) === sender(link)).length;
      const down = streams.filter((other) => receiver(other.link) === receiver(link)).length;
      return Math.min(uploadBps[sender(link)]! / up, downloadBps[receiver(link)]! / down);
    });
  }

  function spread(node: number, block: number, from: number, isFromHub: boolean): void {
    if (node < style.hubs && !isFromHub) {
      const bytes = Math.ceil(blocks[block]!.bytes * HUB_SHARE);
      for (let hub = 0; hub < Math.min(style.hubs, nodeCount); hub++) {
        if (hub === node) continue;
        traffic.count(MESSAGE['compact-block'], node, hub, bytes);
        const tookUs = links.latency.between(node, hub) + durationUs(bytes, HUB_BPS);
        const atUs = nowUs + tookUs + blocks[block]!.checkUs;
        pending.push({ ...blank, what: 'hub', atUs, block, node: hub, from: node });
      }
    }
    for (let link = start[node]!; link < start[node + 1]!; link++) {
      if (receiver(link) === from && !world.tellsSource) continue;
      if (style.pushed === 'everyone' || (style.pushed === 'maker' && from < 0)) {
        send(link, block, 'block');
      } else if (style.compact === 'unasked') {
        send(link, block, 'compact-block');
      } else {
        const bytes = style.announcement === 'header' ? 106 : SMALL_BYTES;
        traffic.count(MESSAGE[style.announcement], node, receiver(link), bytes);
        const atUs = nowUs + world.messageUs + travelUs(link);
        pending.push({ ...blank, what: 'announce', atUs, link, block });
      }
    }
  }

  function take(node: number, block: number, from: number, isFromHub = false): void {
    if (held.has(place(node, block))) return;
    held.add(place(node, block));
    deliveries.set(`${node} ${block} ${from}`, nowUs);
    spread(node, block, from, isFromHub);
  }

  function arrive({ link, block, form }: Message): void {
    const node = receiver(link);
    const key = place(node, block);
    if (world.sharing === 'serial') {
      const queue = waiting.get(sender(link))!;
      queue.shift();
      if (queue.length > 0) beginSerial(queue[0]!);
    }
    if (held.has(key)) return;
    if (form === 'compact-block') {
      if (asked.has(key) && asked.get(key) !== link) return;
      asked.set(key, link);
      if (style.isIncomplete) {
        traffic.count(MESSAGE['block-part-getdata'], node, sender(link), SMALL_BYTES);
        const atUs = nowUs + world.messageUs + travelUs(reverse[link]!);
        pending.push({ ...blank, what: 'ask-part', atUs, link, block });
        return;
      }
    }
    // While it checks the block it asks nobody else.
    asked.set(key, link);
    const atUs = nowUs + blocks[block]!.checkUs;
    pending.push({ ...blank, what: 'checked', atUs, block, node, from: sender(link) });
  }

  function handle(message: Message): void {
    const { what, link, block } = message;
    if (what === 'make') take(message.node, block, -1);
    else if (what === 'checked') take(message.node, block, message.from);
    else if (what === 'hub') take(message.node, block, message.from, true);
    else if (what === 'arrive') arrive(message);
    else if (what === 'ask-part') send(link, block, 'block-part');
    else if (what === 'announce') {
      const key = place(receiver(link), block);
      if (held.has(key) || asked.has(key)) return;
      asked.set(key, link);
      const atUs = nowUs + style.readUs + world.messageUs + travelUs(reverse[link]!);
      pending.push({ ...blank, what: 'ask', atUs, link, block });
    } else if (what === 'ask') {
      traffic.count(MESSAGE['block-getdata'], receiver(link), sender(link), SMALL_BYTES);
      send(link, block, style.compact === 'none' ? 'block' : 'compact-block');
    } else {
      const { bytes } = message;
      const beginUs = Math.max(nowUs, downloadFreeUs.get(receiver(link)) ?? 0);
      const downUs = beginUs + durationUs(bytes, downloadBps[receiver(link)]!);
      const endUs = Math.max(downUs, nowUs + durationUs(bytes, uploadBps[sender(link)]!));
      downloadFreeUs.set(receiver(link), endUs);
      pending.push({ ...message, what: 'arrive', atUs: endUs + world.blockUs });
    }
  }

  blocks.forEach(({ node, atUs }, block) => {
    pending.push({ ...blank, what: 'make', atUs, block, node });
  });
  while (pending.length > 0 || streams.length > 0) {
    let next = 0;
    for (let i = 1; i < pending.length; i++) if (pending[i]!.atUs < pending[next]!.atUs) next = i;
    const rates = ratesOf();
    const left = streams.map(({ bits }, i) => (bits / rates[i]!) * 1e6);
    const untilUs = Math.min(
      pending[next]?.atUs ?? Number.POSITIVE_INFINITY,
      nowUs + Math.min(...left),
    );
    streams.forEach((stream, i) => {
      stream.bits -= (rates[i]! * (untilUs - nowUs)) / 1e6;
    });
    nowUs = untilUs;
    for (const stream of streams.filter(({ bits }) => bits < 1e-3)) {
      const atUs = nowUs + travelUs(stream.link) + world.blockUs;
      pending.push({ ...blank, ...stream, what: 'arrive', atUs });
    }
    streams = streams.filter(({ bits }) => bits >= 1e-3);
    if (next < pending.length && pending[next]!.atUs <= nowUs) handle(pending.splice(next, 1)[0]!);
  }
  return { deliveries, traffic };
}
