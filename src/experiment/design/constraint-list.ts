/** The `constraints` key of a study: texts with their places, and what they leave. */
import type { InputIssue } from '../../base/errors.ts';
import {
  child,
  describe,
  isBlank,
  issueAt,
  type LocatedMap,
  type Place,
} from '../../scenario/located.ts';
import { type Constraint, parseConstraint } from './constraints.ts';
import type { FactorColumn } from './design.ts';
import type { Points } from './points.ts';
import { itemsOf } from './written.ts';

/** A constraint with its place. */
export interface PlacedConstraint extends Constraint {
  readonly place: Place;
}

/**
 * Reads the constraints.
 *
 * @param source - Text of the study file, to find the column inside a quoted constraint.
 * @param factors - Those that were read; undefined where one has a problem, so that its name would
 *   be called unknown: the constraints are then left for the next reading.
 */
export function constraintsOf(
  root: LocatedMap,
  source: string,
  factors: readonly FactorColumn[] | undefined,
  issues: InputIssue[],
): readonly PlacedConstraint[] {
  const node = child(root, 'constraints');
  if (isBlank(node)) return [];
  const lines = source.split('\n');
  const expected = 'a list of constraints, e.g. ["households >= 2 * prosumers"]';
  return (itemsOf(node!, expected, issues) ?? []).flatMap((item) => {
    const { place } = item;
    if (item.kind !== 'scalar' || typeof item.value !== 'string') {
      issues.push(issueAt(place, 'a constraint as text', describe(item)));
      return [];
    }
    if (factors === undefined) return [];
    const parsed = parseConstraint(item.value, factors);
    if ('test' in parsed) return [{ ...parsed, place }];
    for (const { offset, expected, got, hint } of parsed) {
      issues.push(issueAt(inside(place, item.value, offset, lines), expected, got, hint));
    }
    return [];
  });
}

/** The place of a character of a scalar; its beginning where the file writes it in another way. */
function inside(place: Place, text: string, offset: number, lines: readonly string[]): Place {
  const { line, column } = place;
  if (line === undefined || column === undefined) return place;
  const written = lines[line - 1] ?? '';
  for (const quote of [0, 1]) {
    const start = column - 1 + quote;
    if (written.startsWith(text, start)) return { ...place, column: start + offset + 1 };
  }
  return place;
}

/** Reports a design of which the constraints leave nothing: the one to blame, or all of them. */
export function checkLeft(
  { pointCount, excludedCount, excludedBy }: Points,
  constraints: readonly PlacedConstraint[],
  place: Place,
  issues: InputIssue[],
): void {
  if (pointCount > 0) return;
  const expected = `a point that is left, of ${excludedCount}`;
  const alone = constraints.filter((_, i) => excludedBy[i] === excludedCount);
  for (const { place: at, text } of alone) {
    issues.push(issueAt(at, expected, `none: no point meets ${text}`));
  }
  if (alone.length > 0) return;
  const got = 'none: each constraint leaves some, all together leave none';
  issues.push(issueAt(constraints[0]?.place ?? place, expected, got));
}
