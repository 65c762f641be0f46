/**
 * What a consensus protocol is. A protocol decides who makes a block on top of what and when, which of
 * two heads a node prefers, and which block is final for a node. It knows the tree, the network's clock
 * and the chain's elections; it knows nothing of energy or markets.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { SequentialStream } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ChainParameters } from '../ledger/chain-parameters.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';

/** Rules that are a function of the branch alone, the same for every observer. */
export interface BranchRule {
  /**
   * Height that is irreversible by the rule on the branch `parent` + a block of `producer` with these
   * header fields (decision 22). Rewards follow it.
   */
  irreversibleHeight(parent: BlockIndex, producer: number, consensus: readonly number[]): number;
  /** A block entered the tree; keep what later blocks need. */
  add(block: BlockIndex): void;
  /** Height that counts as final for a node whose head is `head` (model §6.7). */
  finalHeight(head: BlockIndex): number;
}

/** What a protocol is given in one run. */
export interface ConsensusContext {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly nodeCount: number;
  readonly parameters: ChainParameters;
  readonly rule: BranchRule;
  /** What packing blocks earns all producers a simulated day [Upt]. */
  readonly rewardUptPerDay: number;
  /** Head of every node. */
  readonly head: Int32Array;
  /** 1 where a node is up. */
  readonly up: Uint8Array;
  /** Opens a stream whose name begins with `chain/`. */
  random(stream: string): SequentialStream;
  /** A node makes a block, adopts it and announces it. Node index doubles as producer index. */
  produce(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    consensus: readonly number[],
    work: number,
  ): BlockIndex;
  /** Whether the node knows a transaction that its branch does not carry. */
  hasPending(node: number): boolean;
}

/** A protocol at work in one run. */
export interface ConsensusInstance {
  /** Schedules the first events; called once at time 0. */
  start(): void;
  /** Whether the node prefers a valid block it just received over its head. */
  prefers(node: number, candidate: BlockIndex, head: BlockIndex): boolean;
  /** Whether the block is valid on top of its parent, by the protocol's own rules. */
  isValid(block: BlockIndex): boolean;
  /** A node's head changed. */
  onHead?(node: number, head: BlockIndex): void;
  /** A node accepted a transaction into its view of the pool. */
  onTransaction?(node: number): void;
  /** Electric power a node draws for consensus, beyond its idle power [W]. */
  powerW(node: number): number;
  /** Share of hash power of a node; NaN where the protocol has none. */
  hashShare(node: number): number;
  /** Turns the node owned and let pass. */
  turnsMissed(node: number): number;
}

/** A consensus plug-in. */
export interface ConsensusProtocol<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Mean time between blocks [µs]; caps of bytes and gas a second become caps of a block by it. */
  blockIntervalUs(options: OptionValues<S>): number;
  /** Integer parameters that stand in genesis, so that a verifier can apply the branch rule. */
  parameters(options: OptionValues<S>, nodeCount: number): Readonly<Record<string, number>>;
  /** The branch rule over a tree, from the parameters alone. */
  createRule(tree: BlockTree, parameters: Readonly<Record<string, number>>): BranchRule;
  create(context: ConsensusContext, options: OptionValues<S>): ConsensusInstance;
}

/** Declares a consensus plug-in. */
export function defineConsensus<const S extends OptionSet>(
  protocol: ConsensusProtocol<S>,
): ConsensusProtocol {
  return Object.freeze(protocol) as unknown as ConsensusProtocol;
}

/** Reads a parameter that genesis must have. @throws {RangeError} when it is missing. */
export function parameter(parameters: Readonly<Record<string, number>>, name: string): number {
  const value = parameters[name];
  if (value === undefined) throw new RangeError(`"parameters" expected ${name}, got none`);
  return value;
}
