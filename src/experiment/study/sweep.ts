/** A study file as something to carry out. */
import type { Located } from '../../scenario/located.ts';
import type { Window } from '../../scenario/sections.ts';
import type { DesignPoint, StudyDesign } from '../design/design.ts';
import { type RunPlan, seedOf } from '../plan.ts';
import type { StoppingRule } from '../statistics/stopping.ts';
import type { StudySpec } from '../study.ts';

/** What wins over a study file. */
export interface SweepOverrides {
  readonly replications?: number | undefined;
  readonly until?: StoppingRule | undefined;
}

/**
 * The runs of a design: point by point, arm by arm, window by window, replication by replication. A run's
 * scenario is resolved when it is read, and forgotten again.
 */
export function sweepOf(design: StudyDesign, overrides: SweepOverrides = {}): StudySpec {
  const { name, factors, points, metrics, keep } = design;
  const until = overrides.until ?? design.until;
  const digits = String(points.length).length;
  const cells = points.flatMap((point) =>
    point.arms.map((arm) => ({ point, arm, ...headOf(design, arm, point) })),
  );
  const planOf = (at: number, window: Window, replication: number): RunPlan => {
    const { point, arm, windows } = cells[at]!;
    const lead = factors.length === 0 ? '' : `${String(point.index + 1).padStart(digits, '0')}-`;
    const middle = windows.length > 1 ? `-${window.id}` : '';
    return {
      index: 0,
      id: `${lead}${arm}${middle}-${replication}`,
      arm,
      point: point.index,
      replication,
      window,
      get scenario() {
        const scenario = design.resolve(arm, point);
        return { ...scenario, seed: seedOf(scenario, replication) };
      },
      origin: { arm, sets: settingTexts(design, arm, point) },
    };
  };
  return {
    name,
    replications: overrides.replications ?? design.replications,
    factors: factors.map(({ name: column, type, unit, meaning, paths, arms }) => {
      return { name: column, type, unit, meaning, paths, ...(arms === undefined ? {} : { arms }) };
    }),
    points: points.map((point) => point.cells),
    metrics,
    keep,
    until,
    plansFor: (replications) =>
      cells.flatMap(({ windows }, at) =>
        windows.flatMap((window) =>
          Array.from({ length: replications }, (_, r) => planOf(at, window, r + 1)),
        ),
      ),
  };
}

/** What is needed of a scenario before its runs begin. */
function headOf(design: StudyDesign, arm: string, point: DesignPoint) {
  const { windows } = design.resolve(arm, point);
  return { windows };
}

/** Overrides of a point as `--set` takes them. */
function settingTexts(design: StudyDesign, arm: string, point: DesignPoint): string[] {
  return [...design.sets, ...point.settingsFor(arm)].map(
    ({ keys, value }) => `${keys.join('.')}=${writtenText(value)}`,
  );
}

/** A located value as YAML of one line. */
function writtenText(node: Located): string {
  if (node.kind === 'scalar') {
    return typeof node.value === 'string' ? quoted(node.value) : String(node.value);
  }
  if (node.kind === 'list') return `[${node.items.map(writtenText).join(', ')}]`;
  const entries = [...node.entries].map(
    ([key, entry]) => `${quoted(key)}: ${writtenText(entry.value)}`,
  );
  return `{ ${entries.join(', ')} }`;
}

/** Text that YAML reads back as the same text. */
function quoted(text: string): string {
  return /^[A-Za-z][\w .%/+-]*$|^[\d.]+ [\w/%]+$/.test(text) &&
    !/^(true|false|null|yes|no)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
