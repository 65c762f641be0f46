/**
 * What a node does otherwise than its protocol says. Protocols ask before each act; a node without a
 * conduct is honest. Adversaries are written as conducts, so that they act through the same messages
 * and the same rules as everybody.
 */
import type { BlockIndex } from '../ledger/tree.ts';

/** Deviations of a node; every hook is optional, and without it the node does what is right. */
export interface Conduct {
  /** Block to build on next instead of the head. */
  parentFor?(node: number, head: BlockIndex): BlockIndex;
  /** Whether the node announces the block it just made; a block held back may be published later. */
  announces?(node: number, block: BlockIndex): boolean;
  /** Whether the node passes on a block that it got from others. */
  relays?(node: number, block: BlockIndex): boolean;
  /** Whether the node takes its turn, proposes or votes now. */
  takesPart?(node: number): boolean;
  /** Groups of nodes that each get a block or vote of their own in one turn: equivocation. */
  splits?(node: number): readonly (readonly number[])[] | undefined;
  /** Whether the node puts a transaction into its block. */
  includes?(node: number, tx: number): boolean;
  /** Order in which the node takes candidates into its block; may leave some out. */
  arrange?(node: number, txs: readonly number[]): readonly number[];
}

/** Who behaves how. */
export interface ConductBook {
  /** The conduct of a node; undefined when it is honest. */
  of(node: number): Conduct | undefined;
  isHonest(node: number): boolean;
  /** Puts nodes under an adversary. @throws {RangeError} when one has another conduct already. */
  control(nodes: readonly number[], conduct: Conduct): void;
}

/** Makes a book in which everybody is honest. */
export function createConductBook(nodeCount: number): ConductBook {
  const conducts: (Conduct | undefined)[] = new Array(nodeCount).fill(undefined);
  return {
    of: (node) => conducts[node],
    isHonest: (node) => conducts[node] === undefined,
    control(nodes, conduct) {
      for (const node of nodes) {
        const held = conducts[node];
        if (held !== undefined && held !== conduct) {
          throw new RangeError(
            `"nodes" expected honest nodes, got node ${node} of another conduct`,
          );
        }
        conducts[node] = conduct;
      }
    },
  };
}
