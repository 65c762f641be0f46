/**
 * A study as data: which scenarios run, under which names, and what is kept of them. A study file
 * is read once, checked whole, and becomes a {@link StudyDesign}; everything after it (plans, journal,
 * tables, charts) knows factors only as columns and points only as rows of cells.
 */
import type { LoadedScenario } from '../../scenario/load.ts';
import type { Setting } from '../../scenario/merge.ts';
import type { Scenario } from '../../scenario/sections.ts';

/** One factor as a column of the tables of a study. */
export interface FactorColumn {
  /** Column name as in the file: `[a-z][a-z0-9_]*`. */
  readonly name: string;
  /** `integer` and `number` cells are numbers in {@link unit}; `text` cells are names of levels. */
  readonly type: 'integer' | 'number' | 'text';
  /** Unit the author wrote, e.g. `s`; empty for plain numbers and text. */
  readonly unit: string;
  /** What the factor is, as a sentence without a full stop. */
  readonly meaning: string;
  /** Scenario paths it sets, dotted, in the order of the file. */
  readonly paths: readonly string[];
  /** Arms it applies to; all arms of the study where undefined. */
  readonly arms: readonly string[] | undefined;
}

/** One combination of the factors. */
export interface DesignPoint {
  /** Place in the design, from 0, after points that break a constraint were left out. */
  readonly index: number;
  /** One cell a factor column, whatever the arm: a number in the column's unit, or text. */
  readonly cells: readonly (string | number)[];
  /**
   * Arms this point is run for, in the order of the study. A factor with `arms` leaves the others
   * alone, so of several points that differ only in such factors the first one is run for them.
   */
  readonly arms: readonly string[];
  /** The cells as an arm has them: empty text under factors that do not apply to it. */
  cellsFor(arm: string): readonly (string | number)[];
  /**
   * Index of the point at which an arm has its run for these cells: this point where the arm is in
   * {@link arms}, else the earlier one it shares its run with. Arms are paired through it.
   */
  runPointFor(arm: string): number;
  /** What the point overrides in an arm's scenario, fixed overrides of the study not included. */
  settingsFor(arm: string): readonly Setting[];
}

/** When replications may stop growing. */
export interface UntilRule {
  /** Half-width of the interval as a share of the mean, in (0, 1]. */
  readonly halfWidth: number;
  /** Metrics that must be that narrow; at least one. */
  readonly metrics: readonly string[];
  /** Replications at which it stops anyway; at least those of the study. */
  readonly replicationsMax: number;
}

/** A study file that is known to be free of problems. */
export interface StudyDesign {
  /** Kebab name. */
  readonly name: string;
  /** The study file as given. */
  readonly file: string;
  readonly scenario: LoadedScenario;
  /** The scenario file, relative to the working folder where the study file is. */
  readonly scenarioPath: string;
  /** Arms in the order of the tables; at least one. */
  readonly arms: readonly string[];
  /** At least 1. */
  readonly replications: number;
  /** Fixed overrides, in the order of the file. */
  readonly sets: readonly Setting[];
  readonly factors: readonly FactorColumn[];
  /** At least one; exactly one without cells where there are no factors. */
  readonly points: readonly DesignPoint[];
  /** Points that a constraint left out. */
  readonly excludedCount: number;
  /** Runs of `replications` replications: over points, their arms and windows. */
  readonly runCount: number;
  /** Metrics kept, in the order of the file; all where undefined. */
  readonly metrics: readonly string[] | undefined;
  readonly keep: 'metrics' | 'tables';
  /** Most runs the study may have. */
  readonly maxRuns: number;
  /** Wall-clock time [ms] and memory [MB, 10^6 bytes] one run may take. */
  readonly limits: { readonly timeMs?: number; readonly memoryMb?: number };
  readonly until?: UntilRule;
  /** What a reader should know before running: a design that loses its balance, for one. */
  readonly notes: readonly string[];
  /** Files the design was read from besides the study file, with their SHA-256, e.g. points.csv. */
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /**
   * The scenario of an arm at a point, resolved when asked for: a study of ten thousand points
   * holds none of them in memory.
   */
  resolve(arm: string, point: DesignPoint): Scenario;
}
