/**
 * What a consensus protocol is. A protocol decides who makes a block on top of what and when, which of
 * two heads a node prefers, and which block is final for a node. It knows the tree, the network's clock
 * and the chain's elections; it knows nothing of energy or markets.
 */
import type { OptionIssue, OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { SequentialStream } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ChainParameters, TurnSchedule } from '../ledger/chain-parameters.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { Transport } from '../network/transport.ts';
import type { ConductBook } from './conduct.ts';

/** Rules that are a function of the branch alone, the same for every observer. */
export interface BranchRule {
  /**
   * Height that is irreversible by the rule on the branch `parent` + a block of `producer` with these
   * header fields (decision 22). Rewards follow it.
   */
  irreversibleHeight(parent: BlockIndex, producer: number, consensus: readonly number[]): number;
  /** A block entered the tree; keep what later blocks need. */
  add(block: BlockIndex): void;
  /**
   * Whether a block of the tree is one the protocol could have made there, as far as headers tell; absent
   * where they tell nothing.
   */
  isValid?(block: BlockIndex): boolean;
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
  /** Last block that is final at every node. */
  readonly finalBlock: Int32Array;
  /** 1 where a node is up. */
  readonly up: Uint8Array;
  /** Direct messages, reach and time of travel between nodes. */
  readonly transport: Transport;
  /** What dishonest nodes do; a protocol asks it before each act of a node. */
  readonly conduct: ConductBook;
  /** Constant offset of each node's clock from simulated time [µs], integer. */
  readonly skewUs: Float64Array;
  /** Opens a stream whose name begins with `chain/`. */
  random(stream: string): SequentialStream;
  /** Seals a block in the tree; nobody has it yet, not even its maker. Node index is producer index. */
  build(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    consensus: readonly number[],
    work: number,
  ): BlockIndex;
  /** A node adopts a block of its own and announces it, or hands it to the named nodes only. */
  publish(node: number, block: BlockIndex, to?: readonly number[]): void;
  /** Builds and publishes; a node whose conduct holds the block back only adopts it. */
  produce(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    consensus: readonly number[],
    work: number,
  ): BlockIndex;
  /** A node got the whole of a block by a direct message; checks and fork choice follow. */
  adopt(node: number, block: BlockIndex, from: number): void;
  /** A node holds a certificate that the block is final; so are its ancestors. */
  finalise(node: number, block: BlockIndex): void;
  /** A node compares a block that it holds with its head again: news changed what it prefers. */
  reconsider(node: number, block: BlockIndex): void;
  /** Whether the node knows a transaction that its branch does not carry. */
  hasPending(node: number): boolean;
}

/** A protocol at work in one run. */
export interface ConsensusInstance {
  /** Schedules the first events; called once at time 0. */
  start(): void;
  /** Whether the node prefers a valid block it just received over its head. */
  prefers(node: number, candidate: BlockIndex, head: BlockIndex): boolean;
  /**
   * Head after a block that does not extend the present one, for rules whose choice may be neither of
   * the two (heaviest subtree); asked instead of `prefers`.
   */
  headFor?(node: number, received: BlockIndex, head: BlockIndex): BlockIndex;
  /** Whether the block is valid on top of its parent, by the protocol's own rules. */
  isValid(block: BlockIndex): boolean;
  /**
   * Time until a node may take a valid block that has come [µs]; at once when not above 0. A rule of
   * reception by the node's own clock, on which validity never depends.
   */
  waitUs?(node: number, block: BlockIndex): number;
  /** A node has received a valid block, before fork choice; the node's own blocks too. */
  onBlock?(node: number, block: BlockIndex): void;
  /** A node's head changed. */
  onHead?(node: number, head: BlockIndex): void;
  /** A node accepted a transaction into its view of the pool; its size [B] where it is known. */
  onTransaction?(node: number, bytes?: number): void;
  /**
   * Order-then-validate: the client's node has a transaction executed by endorsers before it goes to
   * be ordered. `ready` is called when enough of them have answered.
   */
  endorse?(node: number, tx: number, bytes: number, ready: () => void): void;
  /** Block on whose state a transaction was executed when it was endorsed; -1 when it was not. */
  endorsedOn?(tx: number): BlockIndex;
  /** Size of the proof of decision that travels with a block [B]; 0 when absent. */
  certificateBytes?(block: BlockIndex): number;
  /** Electric power a node draws for consensus, beyond its idle power [W]. */
  powerW(node: number): number;
  /** Share of hash power of a node; NaN where the protocol has none. */
  hashShare(node: number): number;
  /** Turns the node owned and let pass. */
  turnsMissed(node: number): number;
  /** Whose turn it is, where turns go by the clock. */
  readonly turns?: TurnSchedule;
  /**
   * True when a block carries only what its maker knew at the moment its head became its head; without
   * it a block carries what its maker knows when it is made.
   */
  readonly isTemplateFrozen?: boolean;
  /** Counters of the protocol's own, by camelCase name. */
  report?(): Readonly<Record<string, number>>;
}

/** A consensus plug-in. */
export interface ConsensusProtocol<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /**
   * `explicit`: nodes hold blocks final by certificates ({@link ConsensusContext.finalise}), not by
   * what `finalHeight` says of their head.
   */
  finality?(options: OptionValues<S>): 'branch' | 'explicit';
  /** What in the options cannot work with this many nodes; the user's input, so all at once. */
  check?(options: OptionValues<S>, nodeCount: number): readonly OptionIssue[];
  /** What a batch may hold at most; caps of blocks that are lower hold too. */
  batchCaps?(options: OptionValues<S>): { readonly transactions: number; readonly bytes: number };
  /** Mean time between blocks [µs]; caps of bytes and gas a second become caps of a block by it. */
  blockIntervalUs(options: OptionValues<S>): number;
  /** Integer parameters that stand in genesis, so that a verifier can apply the branch rule. */
  parameters(options: OptionValues<S>, nodeCount: number): Readonly<Record<string, number>>;
  /** The branch rule over a tree, from the parameters alone. */
  createRule(tree: BlockTree, parameters: Readonly<Record<string, number>>): BranchRule;
  /** Whose turn it is on any branch, from the parameters alone; where turns go by the clock. */
  createSchedule?(
    tree: BlockTree,
    rule: BranchRule,
    parameters: Readonly<Record<string, number>>,
    elections: ChainParameters,
  ): TurnSchedule;
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
