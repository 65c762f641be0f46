/**
 * What a law is: an exact or published figure, and how the simulator's own is measured. A
 * simulation is an experiment; several laws may read one experiment, which then runs once for all
 * of them.
 */

/** How much work is done: `quick` within a minute in all, `full` for the figures of the docs. */
export type Effort = 'quick' | 'full';

/** Size of an experiment at one effort. */
export interface Size {
  /** Independent replications, each with a seed of its own. */
  readonly replications: number;
  /** Work of one replication, in whatever the experiment counts: blocks, races, decisions. */
  readonly size: number;
}

/** One replication to carry out. */
export interface Draw {
  /** Seed for every stream of this replication; no other replication of any experiment has it. */
  readonly seed: string;
  /** From 0. */
  readonly replication: number;
  readonly effort: Effort;
  /** Work asked for, see {@link Size}. */
  readonly size: number;
}

/** A simulation that laws are read from. */
export interface Experiment<T> {
  /** Kebab name, unique. */
  readonly id: string;
  readonly quick: Size;
  readonly full: Size;
  /** Carries out one replication; pure, so that the draw decides the result. */
  run(draw: Draw): T;
}

/** A number that may differ between efforts. */
export type ByEffort = number | Readonly<Record<Effort, number>>;

/** What a table says of a law. */
export interface LawText {
  /** Kebab name, unique. */
  readonly id: string;
  /** Family, the heading it stands under. */
  readonly group: string;
  /** The law in words or symbols, short enough for a line. */
  readonly law: string;
  /** Paper and section, or a derivation. */
  readonly source: string;
  /** Values of the symbols in this row. */
  readonly parameters: string;
  /** Which of several definitions in use is meant; empty where there is only one. */
  readonly convention: string;
  /** Unit of the figures; empty for shares, counts and probabilities. */
  readonly unit: string;
}

/** How an estimate is judged. */
export type Criterion =
  /** Every replication within `bias` of the reference. */
  | { readonly kind: 'exact'; readonly reference: number; readonly bias: number }
  /** Mean within t·SE + `bias` of the reference, and SE no larger than `seCap`. */
  | {
      readonly kind: 'stochastic';
      readonly reference: number;
      readonly bias: number;
      readonly seCap: ByEffort;
    }
  /** Each level above the one before by more than t·SE of their paired difference. */
  | { readonly kind: 'trend'; readonly levels: readonly string[] }
  /** Mean within a factor of a published level. */
  | { readonly kind: 'band'; readonly reference: number; readonly factor: number };

/** A law with its way of measuring. */
export interface Law extends LawText {
  readonly criterion: Criterion;
  readonly experiment: Experiment<unknown>;
  /** Figures of one replication: one, or for a trend one a level. */
  observe(result: unknown): readonly number[];
}

/** A law as it is written down; see {@link Criterion} for the kinds. */
export type LawDefinition<T> = LawText & { readonly experiment: Experiment<T> } & (
    | {
        readonly kind: 'exact';
        readonly reference: number;
        /** Largest distance allowed; 0 when left out. */
        readonly bias?: number;
        readonly measure: (result: T) => number;
      }
    | {
        readonly kind: 'stochastic';
        /** Closed form or published figure. */
        readonly reference: number;
        /** Stated modelling bias; 0, an exact model, when left out. */
        readonly bias?: number;
        /** Largest standard error that still counts as a measurement. */
        readonly seCap: ByEffort;
        readonly measure: (result: T) => number;
      }
    | {
        readonly kind: 'trend';
        /** Names of the levels, in the order in which they must rise. */
        readonly levels: readonly string[];
        readonly measure: (result: T) => readonly number[];
      }
    | {
        readonly kind: 'band';
        readonly reference: number;
        /** Largest ratio allowed either way; 2 when left out. */
        readonly factor?: number;
        readonly measure: (result: T) => number;
      }
  );

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Fewest replications by kind: a spread of fewer is no spread. */
const LEAST: Readonly<Record<Criterion['kind'], number>> = {
  exact: 1,
  stochastic: 30,
  trend: 10,
  band: 10,
};

/**
 * Defines an experiment.
 *
 * @throws {RangeError} when the id is not kebab-case or a size is not a positive integer.
 */
export function defineExperiment<T>(experiment: Experiment<T>): Experiment<T> {
  checkName(experiment.id);
  for (const { replications, size } of [experiment.quick, experiment.full]) {
    checkCount(`${experiment.id}.replications`, replications, 1);
    checkCount(`${experiment.id}.size`, size, 1);
  }
  return Object.freeze(experiment);
}

/**
 * Defines a law: one row of `peerwatt validate`.
 *
 * @throws {RangeError} when the id is not kebab-case, the reference is not finite, a trend has
 *   fewer than two levels, or the experiment has too few replications for the kind (30 for
 *   `stochastic`).
 */
export function defineLaw<T>(definition: LawDefinition<T>): Law {
  const { id, group, law, source, parameters, convention, unit, experiment } = definition;
  checkName(id);
  for (const effort of ['quick', 'full'] as const) {
    const least = LEAST[definition.kind];
    checkCount(`${id}: ${experiment.id}.replications`, experiment[effort].replications, least);
  }
  const criterion = criterionOf(definition);
  if (criterion.kind === 'trend') checkCount(`${id}.levels`, criterion.levels.length, 2);
  else if (!Number.isFinite(criterion.reference)) {
    throw new RangeError(`"${id}.reference" expected a finite number, got ${criterion.reference}`);
  }
  const observe = (result: unknown): readonly number[] => {
    const figures = definition.measure(result as T);
    return typeof figures === 'number' ? [figures] : figures;
  };
  const text = { id, group, law, source, parameters, convention, unit };
  return Object.freeze({ ...text, criterion, experiment, observe });
}

function criterionOf<T>(definition: LawDefinition<T>): Criterion {
  switch (definition.kind) {
    case 'exact': {
      const { kind, reference, bias = 0 } = definition;
      return { kind, reference, bias };
    }
    case 'stochastic': {
      const { kind, reference, bias = 0, seCap } = definition;
      return { kind, reference, bias, seCap };
    }
    case 'trend':
      return { kind: 'trend', levels: definition.levels };
    case 'band': {
      const { kind, reference, factor = 2 } = definition;
      return { kind, reference, factor };
    }
  }
}

function checkName(id: string): void {
  if (!KEBAB.test(id)) throw new RangeError(`"id" expected a kebab-case name, got ${id}`);
}

function checkCount(label: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least) {
    throw new RangeError(`"${label}" expected an integer of at least ${least}, got ${count}`);
  }
}
