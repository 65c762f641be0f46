/**
 * The extension point "relay": how a block gets from the node that made it to all others. Whatever the
 * messages, a relay tells a node about an item once, when the node has the whole of it.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { SequentialStream } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Flood } from './flood.ts';
import type { Transport } from './transport.ts';

/** What a relay is wired to. */
export interface RelayContext {
  readonly kernel: Kernel;
  readonly transport: Transport;
  /** Serialised size of a block [B]. */
  bodyBytes(block: number): number;
  /** Transactions in a block. */
  transactionCount(block: number): number;
  /** CPU time from the last byte to acceptance [µs], integer. */
  checkUs(block: number): number;
  /** A node has received and checked a block for the first time. */
  onDeliver(node: number, block: number, from: number): void;
  /** Opens a stream whose name begins with `chain/`. */
  random(stream: string): SequentialStream;
}

/** A relay plug-in. */
export interface Relay<S extends OptionSet = OptionSet> extends PluginHead<S> {
  create(context: RelayContext, options: OptionValues<S>): Flood;
}

/** Declares a relay plug-in. */
export function defineRelay<const S extends OptionSet>(relay: Relay<S>): Relay {
  return Object.freeze(relay) as unknown as Relay;
}
