/** A factor written as a range: two ends, a scale, and steps where it is to be a list. */
import type { InputIssue } from '../../base/errors.ts';
import type { Option } from '../../base/options.ts';
import { child, describe, issueAt, type Located } from '../../scenario/located.ts';
import { cellText, convertNumber, writtenNumber } from './cells.ts';
import type { FactorColumn } from './design.ts';
import { discrete, type Factor, type FactorHead, type Level } from './factor.ts';
import { isEvenlyShared, type Range, rangeAt, rangeSteps } from './range.ts';
import type { WrittenPath } from './written.ts';

/**
 * Reads a range.
 *
 * @param option - The scenario's option at the path; whole numbers are kept whole through it.
 * @param column - What does not depend on the cells.
 */
export function rangeFactor(
  head: FactorHead,
  path: WrittenPath,
  option: Option<unknown> | undefined,
  column: Pick<FactorColumn, 'name' | 'meaning' | 'paths' | 'arms'>,
  issues: InputIssue[],
): Factor | undefined {
  const node = child(head.map, 'range')!;
  const ends = endsOf(node, option, issues);
  if (ends === undefined) return undefined;
  const scale = (head.values.scale as Range['scale'] | undefined) ?? 'linear';
  if (scale === 'log' && ends.from <= 0) {
    const hint = 'or scale: linear';
    issues.push(issueAt(node.place, 'a range above 0 for scale log', describeEnds(node), hint));
    return undefined;
  }
  const range: Range = { ...ends, scale, isInteger: option?.kind === 'integer' };
  const levelOf = (cell: number): Level => ({
    cell,
    settings: () => {
      const value = ends.unit === '' ? cell : cellText(cell, ends.unit);
      const scalar: Located = { kind: 'scalar', place: node.place, value };
      return [{ keys: path.keys, value: scalar, place: path.place }];
    },
  });
  const steps = head.values.steps as number | undefined;
  if (steps !== undefined) {
    const cells = rangeSteps(range, steps);
    const count = new Set(cells).size;
    if (count < steps) {
      const place = child(head.map, 'steps')!.place;
      const expected = `at most ${ends.to - ends.from + 1} steps of whole numbers, all different`;
      issues.push(issueAt(place, expected, `${steps} steps with ${count} different numbers`));
      return undefined;
    }
    const type = cells.every(Number.isSafeInteger) ? 'integer' : 'number';
    return discrete({ ...column, type, unit: ends.unit }, head.place, cells.map(levelOf));
  }
  return {
    column: { ...column, type: range.isInteger ? 'integer' : 'number', unit: ends.unit },
    place: head.place,
    levels: undefined,
    isDiscrete: isEvenlyShared(range),
    at: (u) => levelOf(rangeAt(range, u)),
  };
}

function endsOf(
  node: Located,
  option: Option<unknown> | undefined,
  issues: InputIssue[],
): { from: number; to: number; unit: string } | undefined {
  const refuse = (expected: string) => {
    issues.push(issueAt(node.place, expected, describeEnds(node)));
    return undefined;
  };
  const numbers =
    node.kind !== 'list'
      ? []
      : node.items.map((item) => (item.kind === 'scalar' ? writtenNumber(item.value) : undefined));
  const [low, high] = numbers;
  if (low === undefined || high === undefined || numbers.length !== 2) {
    return refuse('two numbers or quantities, [from, to]');
  }
  const { number: from, unit } = low;
  const to = convertNumber(high, unit, option?.dimension);
  if (to === undefined) return refuse('two ends in units of one kind');
  if (to <= from) return refuse('a range that goes up, [from, to]');
  const isWhole = Number.isSafeInteger(from) && Number.isSafeInteger(to);
  if (option?.kind === 'integer' && !isWhole) return refuse('two whole numbers, [from, to]');
  return { from, to, unit };
}

function describeEnds(node: Located): string {
  if (node.kind !== 'list' || node.items.length > 3) return describe(node);
  const words = node.items.map((item) =>
    item.kind === 'scalar' ? String(item.value) : describe(item),
  );
  return `[${words.join(', ')}]`;
}
