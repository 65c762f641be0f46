/**
 * From combinations of levels to points: constraints leave some out, and where factors apply to
 * some arms only, the arms they leave alone are not run again for every level of them.
 */
import type { Place } from '../../scenario/located.ts';
import type { Setting } from '../../scenario/merge.ts';
import type { Constraint } from './constraints.ts';
import type { DesignPoint, FactorColumn } from './design.ts';
import type { Level } from './factor.ts';

/** A combination before constraints. */
export interface Combination {
  readonly levels: readonly Level[];
  /** Where it was written, for points of a file. */
  readonly place?: Place;
}

/** Points of a design. */
export interface Points {
  /** Stored points; no more than asked for. */
  readonly points: readonly DesignPoint[];
  /** Points and (point, arm) pairs, those beyond the stored ones included. */
  readonly pointCount: number;
  readonly pairCount: number;
  /** Combinations that broke a constraint, in all and by constraint. */
  readonly excludedCount: number;
  readonly excludedBy: readonly number[];
  /** Combinations whose cells an earlier one has. */
  readonly repeated: readonly { readonly second: Combination; readonly first: Combination }[];
}

/**
 * Builds the points of a design.
 *
 * Rule for factors with `arms`: an arm sees only the factors that apply to it. Points whose cells
 * are the same for an arm share one run of it, at the first of them; a point at which no arm is
 * left to run is no point.
 *
 * @param combinations - In design order, one level a factor.
 * @param mayRepeat - Whether two combinations may have the same cells.
 * @param storedMax - Points to keep; the others are counted.
 */
export function buildPoints(
  combinations: Iterable<Combination>,
  factors: readonly FactorColumn[],
  arms: readonly string[],
  constraints: readonly Constraint[],
  mayRepeat: boolean,
  storedMax: number,
): Points {
  const groups = groupsOf(factors, arms);
  const points: DesignPoint[] = [];
  const seen = new Map<string, Combination>();
  const repeated: { second: Combination; first: Combination }[] = [];
  const excludedBy = constraints.map(() => 0);
  let [pointCount, pairCount, excludedCount] = [0, 0, 0];
  for (const combination of combinations) {
    const cells = combination.levels.map(({ cell }) => cell);
    let isMet = true;
    constraints.forEach((constraint, i) => {
      if (constraint.test(cells)) return;
      excludedBy[i]!++;
      isMet = false;
    });
    if (!isMet) {
      excludedCount++;
      continue;
    }
    if (mayRepeat) {
      const key = keyOf(cells);
      const first = seen.get(key);
      if (first !== undefined) {
        repeated.push({ second: combination, first });
        continue;
      }
      seen.set(key, combination);
    }
    const shared = new Map<string, number>();
    const own: string[] = [];
    for (const group of groups) {
      if (!group.applies.includes(false)) {
        own.push(...group.arms);
        continue;
      }
      const groupKey = keyOf(cells.filter((_, i) => group.applies[i]));
      const at = group.runs.get(groupKey);
      if (at === undefined) group.runs.set(groupKey, pointCount);
      for (const arm of group.arms) {
        if (at === undefined) own.push(arm);
        else shared.set(arm, at);
      }
    }
    if (own.length === 0) continue;
    pairCount += own.length;
    const index = pointCount++;
    if (index >= storedMax) continue;
    const ordered = arms.filter((arm) => own.includes(arm));
    points.push(createPoint(index, combination.levels, factors, ordered, shared));
  }
  return { points, pointCount, pairCount, excludedCount, excludedBy, repeated };
}

/** Arms to which the same factors apply. */
interface Group {
  readonly arms: string[];
  readonly applies: readonly boolean[];
  /** Point at which these arms run for the cells they see. */
  readonly runs: Map<string, number>;
}

const appliesTo = ({ arms }: FactorColumn, arm: string) => arms === undefined || arms.includes(arm);

function groupsOf(factors: readonly FactorColumn[], arms: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const arm of arms) {
    const applies = factors.map((factor) => appliesTo(factor, arm));
    const fresh: Group = { arms: [], applies, runs: new Map() };
    const group = groups.get(applies.join()) ?? fresh;
    group.arms.push(arm);
    groups.set(applies.join(), group);
  }
  return [...groups.values()];
}

const keyOf = (cells: readonly (string | number)[]) => JSON.stringify(cells);

function createPoint(
  index: number,
  levels: readonly Level[],
  factors: readonly FactorColumn[],
  arms: readonly string[],
  shared: ReadonlyMap<string, number>,
): DesignPoint {
  const cells = levels.map(({ cell }) => cell);
  const elsewhere = shared.size === 0 ? undefined : shared;
  return {
    index,
    cells,
    arms,
    cellsFor: (arm) => cells.map((cell, i) => (appliesTo(factors[i]!, arm) ? cell : '')),
    runPointFor: (arm) => elsewhere?.get(arm) ?? index,
    settingsFor: (arm): readonly Setting[] =>
      levels.flatMap((level, i) => (appliesTo(factors[i]!, arm) ? level.settings() : [])),
  };
}
