/**
 * What dishonest workers do with rewarded computing: promise roots that they never computed, copy promises,
 * copy roots that others told. Workers are full nodes; without a conduct they compute and tell.
 */

/** A task as a worker sees it. */
export interface TaskAtHand {
  /** What it is about; the same on every branch. */
  readonly subject: number;
  /** Its number on the worker's branch. */
  readonly task: number;
  /** The right root, 32 bytes; computing it takes the leaves. */
  right(): Uint8Array;
  /** Promises of other workers on the worker's branch, 32 bytes each. */
  promises(): readonly Uint8Array[];
  /** Roots that other workers told there, 32 bytes each. */
  roots(): readonly Uint8Array[];
}

/** Deviations of a worker; every hook is optional, and without it the worker is honest. */
export interface WorkConduct {
  /** Root to promise, 32 bytes; undefined to promise none. */
  answer?(node: number, task: TaskAtHand): Uint8Array | undefined;
  /** Promise to send as it is, 32 bytes, in the place of an own one; undefined to wait for one. */
  promise?(node: number, task: TaskAtHand): Uint8Array | undefined;
  /** Root to tell without a promise of it, 32 bytes; undefined to wait for one. */
  tells?(node: number, task: TaskAtHand): Uint8Array | undefined;
}

/** Which workers behave how. */
export interface WorkBook {
  of(node: number): WorkConduct | undefined;
  /** Puts nodes under an adversary. @throws {RangeError} when one has another conduct already. */
  control(nodes: readonly number[], conduct: WorkConduct): void;
}

/** Makes a book in which everybody is honest. */
export function createWorkBook(): WorkBook {
  const conducts = new Map<number, WorkConduct>();
  return {
    of: (node) => conducts.get(node),
    control(nodes, conduct) {
      for (const node of nodes) {
        const held = conducts.get(node);
        if (held !== undefined && held !== conduct) {
          throw new RangeError(`"nodes" expected honest workers, got node ${node}`);
        }
        conducts.set(node, conduct);
      }
    },
  };
}
