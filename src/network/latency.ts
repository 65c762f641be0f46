/**
 * How a placement's latency becomes the latency of a message: the extension point "latency". A law
 * draws once for each link, which then keeps it, or anew for each message.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { RandomSource } from '../base/random.ts';

/** Draws that a law takes; one stream of a run. */
export interface LatencyDraws {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Standard normal, within ±6.8. */
  normal(): number;
}

/** A law of latency. Latencies are in µs; the caller rounds them to integers of at least 1. */
export interface LatencyLaw {
  /** Whether every message draws anew; otherwise a link draws once. */
  readonly isPerMessage: boolean;
  /** One latency about that of the placement, > 0; may not allocate. */
  sampleUs(placementUs: number, draws: LatencyDraws): number;
  /** Expected value of {@link sampleUs}. */
  meanUs(placementUs: number): number;
  /** A lower bound of {@link sampleUs}. */
  leastUs(placementUs: number): number;
}

/** A latency plug-in. */
export interface Latency<S extends OptionSet = OptionSet> extends PluginHead<S> {
  create(options: OptionValues<S>): LatencyLaw;
}

/** Declares a latency plug-in; infers the type of its options. */
export function defineLatency<const S extends OptionSet>(latency: Latency<S>): Latency {
  return Object.freeze(latency) as unknown as Latency;
}

/** Latencies of the messages of a network. */
export interface LinkLatency {
  /** Whether {@link next} draws; otherwise it is the link's own latency every time. */
  readonly isPerMessage: boolean;
  /** Latency of the next message over a directed link [µs], integer >= 1. */
  next(link: number): number;
  /** A lower bound of {@link next} [µs], integer >= 1. */
  leastUs(link: number): number;
  /**
   * Latency of the next message between any two nodes, linked or not, by the same law [µs], integer
   * >= 1; a linked pair has its link's. A node reaches itself in 1.
   */
  between(from: number, to: number): number;
}

/** Rounds a latency to what the kernel takes. */
const whole = (latencyUs: number): number => Math.max(1, Math.floor(latencyUs + 0.5));

/** What link latencies are made from. */
export interface LinkLatencyInput {
  readonly law: LatencyLaw;
  readonly random: RandomSource;
  /** Ends of each directed link. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Latency of the placement for each directed link [µs], > 0. */
  readonly placementUs: Float64Array;
  /** The same between any two different nodes. */
  betweenUs(from: number, to: number): number;
}

/**
 * Draws or prepares the latency of every link. A draw for a link is addressed by its two ends in
 * ascending order (`world/link-latency`): it does not depend on the order of links, and both
 * directions differ only where the placement's do. Draws for messages are sequential
 * (`chain/message-latency`).
 *
 * @returns The latencies, and each directed link's fixed one, or its mean where messages draw.
 */
export function createLinkLatency(input: LinkLatencyInput): {
  readonly latency: LinkLatency;
  readonly latencyUs: Float64Array;
} {
  const { law, random, source, target, placementUs, betweenUs } = input;
  const latencyUs = new Float64Array(placementUs.length);
  if (law.isPerMessage) {
    const draws = random.sequential('chain/message-latency');
    for (let link = 0; link < latencyUs.length; link++) {
      latencyUs[link] = whole(law.meanUs(placementUs[link]!));
    }
    const latency: LinkLatency = {
      isPerMessage: true,
      next: (link) => whole(law.sampleUs(placementUs[link]!, draws)),
      leastUs: (link) => whole(law.leastUs(placementUs[link]!)),
      between: (from, to) => (from === to ? 1 : whole(law.sampleUs(betweenUs(from, to), draws))),
    };
    return { latency, latencyUs };
  }
  const stream = random.addressed('world/link-latency');
  let low = 0;
  let high = 0;
  let k = 0;
  const draws: LatencyDraws = {
    uniform: () => stream.uniform(low, high, k++),
    normal: () => stream.normal(low, high, k++),
  };
  function fixedUs(from: number, to: number, aboutUs: number): number {
    low = Math.min(from, to);
    high = Math.max(from, to);
    k = 0;
    return whole(law.sampleUs(aboutUs, draws));
  }
  for (let link = 0; link < latencyUs.length; link++) {
    latencyUs[link] = fixedUs(source[link]!, target[link]!, placementUs[link]!);
  }
  const own = (link: number) => latencyUs[link]!;
  const latency: LinkLatency = {
    isPerMessage: false,
    next: own,
    leastUs: own,
    between: (from, to) => (from === to ? 1 : fixedUs(from, to, betweenUs(from, to))),
  };
  return { latency, latencyUs };
}
