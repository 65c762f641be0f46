/**
 * The three kinds of error. A `ScenarioError` is the user's input, with every problem at once; a
 * `TypeError` or `RangeError` is misuse of a function; an `InvariantViolation` is our bug. What goes
 * wrong inside the modelled world (a rejected transaction, a lost message) is never an exception.
 */

/** One problem of an input file. */
export interface InputIssue {
  /** File the problem is in, relative to the working folder; empty for the command line. */
  readonly file: string;
  /** 1-based line, or undefined where the problem has no place (a missing file). */
  readonly line?: number | undefined;
  /** 1-based column. */
  readonly column?: number | undefined;
  /** Dotted path of the key, e.g. `scenario.market.mechanism`. */
  readonly path: string;
  /** What was expected, as words. */
  readonly expected: string;
  /** What stood there, as words. */
  readonly got: string;
  /** Nearest valid word or another way out. */
  readonly hint?: string | undefined;
}

/** Formats an issue as `file:line:column path: expected E; got G (did you mean H?)`. */
export function formatIssue(issue: InputIssue): string {
  const place = [issue.file, issue.line, issue.column].filter(
    (part) => part !== undefined && part !== '',
  );
  const hint = issue.hint === undefined ? '' : ` (${issue.hint})`;
  const where = [place.join(':'), issue.path].filter((part) => part !== '').join(' ');
  return `${where}: expected ${issue.expected}; got ${issue.got}${hint}`;
}

/** The user's input is wrong; carries all issues. The command line prints them and exits with 2. */
export class ScenarioError extends Error {
  readonly issues: readonly InputIssue[];
  constructor(issues: readonly InputIssue[]) {
    super(issues.map(formatIssue).join('\n'));
    this.name = 'ScenarioError';
    this.issues = issues;
  }
}

/** A rule of the model that must never break has broken: our bug. Exit code 3. */
export class InvariantViolation extends Error {
  /** Stable name of the invariant, e.g. `points-conserved`. */
  readonly invariant: string;
  /** Simulated time [µs] when known. */
  readonly timeUs: number | undefined;
  constructor(invariant: string, message: string, timeUs?: number) {
    super(`${invariant}: ${message}${timeUs === undefined ? '' : ` at ${timeUs} us`}`);
    this.name = 'InvariantViolation';
    this.invariant = invariant;
    this.timeUs = timeUs;
  }
}

/** Throws {@link InvariantViolation} unless the condition holds. The message is built only on failure. */
export function invariant(
  condition: boolean,
  name: string,
  message: () => string,
  timeUs?: number,
): asserts condition {
  if (!condition) throw new InvariantViolation(name, message(), timeUs);
}

/** Edit distance with transpositions (optimal string alignment), used for "did you mean". */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The known word nearest to `word`: the only one it begins (4 letters or more), else the one with the
 * fewest edits; undefined when none is near (more than 40 % of the letters differ).
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const start = word.toLowerCase();
  if (start.length >= 4) {
    const longer = known.filter((candidate) => candidate.toLowerCase().startsWith(start));
    if (longer.length === 1) return longer[0];
  }
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best !== undefined && bestDistance <= Math.max(1, 0.4 * Math.max(word.length, best.length))
    ? best
    : undefined;
}
