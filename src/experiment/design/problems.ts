/**
 * Problems that show only when a point is put into a scenario. One wrong limit shows at a thousand
 * points; it is told once, with the point and the arms where a person finds it.
 */
import { type InputIssue, ScenarioError } from '../../base/errors.ts';

/** Where a trial of overrides stood. */
export interface TrialPlace {
  readonly arm: string;
  /** Index of the point; -1 for overrides tried alone. */
  readonly point: number;
  /** The point in words, e.g. `households 20, interval 15 s`; made on demand. */
  words(): string;
}

interface Problem {
  readonly issue: InputIssue;
  readonly words: string;
  readonly arms: Set<string>;
  readonly points: Set<number>;
}

/** Collects problems of trials. */
export class TrialProblems {
  private readonly problems = new Map<string, Problem>();
  private readonly armsTried = new Set<string>();
  private readonly pointsTried = new Set<number>();

  /** Runs a trial. @returns What it gives, or undefined after a problem. */
  try<T>(place: TrialPlace, trial: () => T): T | undefined {
    this.armsTried.add(place.arm);
    this.pointsTried.add(place.point);
    try {
      return trial();
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      this.add(place, error.issues);
      return undefined;
    }
  }

  /** Adds issues of a trial. */
  add(place: TrialPlace, issues: readonly InputIssue[]): void {
    this.armsTried.add(place.arm);
    this.pointsTried.add(place.point);
    for (const issue of issues) {
      const key = ruleOf(issue);
      let problem = this.problems.get(key);
      if (problem === undefined) {
        problem = { issue, words: place.words(), arms: new Set(), points: new Set() };
        this.problems.set(key, problem);
      }
      problem.arms.add(place.arm);
      problem.points.add(place.point);
    }
  }

  /**
   * The problems, each once: with its arms where not all have it, and with the first point where it
   * stands outside the study's own files.
   */
  issues(ownFiles: ReadonlySet<string>): InputIssue[] {
    return [...this.problems.values()].map(({ issue, words, arms, points }) => {
      const few = arms.size < this.armsTried.size;
      const where = few ? `in arm${arms.size > 1 ? 's' : ''} ${[...arms].join(', ')}` : '';
      const isOwn = ownFiles.has(issue.file);
      const at = isOwn || words === '' ? '' : this.pointWords(words, points.size);
      const both = [where, at].filter((part) => part !== '').join(' ');
      const hint = [issue.hint ?? '', both].filter((part) => part !== '').join('; ');
      return hint === '' ? issue : { ...issue, hint };
    });
  }

  private pointWords(first: string, count: number): string {
    if (count === this.pointsTried.size && count > 1) return 'at every point of the study';
    const more = count === 2 ? ' and at 1 more point' : ` and at ${count - 1} more points`;
    return `at ${first}${count > 1 ? more : ''}`;
  }
}

/** An issue without its numbers: two issues of one rule at one place are one problem. */
function ruleOf({ file, line, column, path, expected }: InputIssue): string {
  const rule = expected.replace(/-?\d[\d.]*(e[+-]?\d+)?(\s?[A-Za-zµ%°][\w/µ%°]*)?/g, '#');
  return [file, line, column, path, rule].join('\n');
}

/**
 * Throws issues, each once: by file (the study's first), line and column, then those without.
 *
 * @throws {ScenarioError} unless there are none.
 */
export function throwIssues(issues: readonly InputIssue[], file: string): void {
  if (issues.length === 0) return;
  const files = [...new Set([file, ...issues.map((issue) => issue.file)])];
  const keyed = issues.map((issue, index) => ({ issue, index, file: files.indexOf(issue.file) }));
  const lineOf = ({ line }: InputIssue) => line ?? Number.POSITIVE_INFINITY;
  keyed.sort(
    (a, b) =>
      a.file - b.file ||
      (lineOf(a.issue) === lineOf(b.issue) ? 0 : lineOf(a.issue) - lineOf(b.issue)) ||
      (a.issue.column ?? 0) - (b.issue.column ?? 0) ||
      a.index - b.index,
  );
  const seen = new Set<string>();
  const unique = keyed.filter(({ issue }) => {
    const key = JSON.stringify(issue);
    return !seen.has(key) && seen.add(key);
  });
  throw new ScenarioError(unique.map(({ issue }) => issue));
}
