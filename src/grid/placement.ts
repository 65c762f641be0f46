/** A feeder and where the homes sit on it; what a feeder plug-in hands to the simulation. */
import type { Feeder } from './feeder.ts';

/** A file that a feeder was read from. */
export interface PlacementInput {
  /** Path as named in the scenario. */
  readonly path: string;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string;
}

/** Homes on a feeder. */
export interface FeederPlacement {
  readonly feeder: Feeder;
  /** Bus index of each home, in the order of homes; several homes may share a bus. */
  readonly busOfHome: Int32Array;
  /** One line each for the run's log, e.g. the loss share at the design peak. */
  readonly notes: readonly string[];
  /** Files read; part of the run's identity. */
  readonly inputs: readonly PlacementInput[];
}
