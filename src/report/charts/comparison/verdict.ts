/** The answer: figures of every arm with intervals, at equal risk first and then as deployed. */
import type { Column } from '../../column.ts';
import { type ChartTable, defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import {
  armPoints,
  type Differences,
  type MeanWithInterval,
  NOTHING,
  pairedDifferences,
} from './study-tables.ts';
import { bestArms, RELEVANT_SHARE, SATURATION, VERDICT_FIGURES } from './verdict-figures.ts';
import { verdictValue } from './verdict-values.ts';
import { listWords, type VerdictFacts, verdictPoints } from './verdict-words.ts';

/** Ways of comparing: each arm with the arm of the tables that stands for it, if any. */
interface Basis {
  readonly name: 'at equal risk' | 'as deployed';
  readonly arms: readonly string[];
  /** Arm of `arms.csv`; undefined where no setting of the arm is legal. */
  runArm(arm: string): string | undefined;
}

type MeanIn = (metric: string, arm: string | undefined) => MeanWithInterval;

/** Value of every figure of every arm; a single number has no interval. */
function valuesOf(results: Results): MeanIn {
  const points = new Map(armPoints(results).map((point) => [point.arm, point]));
  const single = (mean: number): MeanWithInterval => ({ ...NOTHING, n: 1, mean });
  const triangle = results.table('triangle');
  const saturation = triangle?.numbers('saturation_tps');
  const loads = new Map(triangle?.texts('arm').map((arm, row) => [arm, saturation![row]!]));
  return (metric, arm) => {
    if (arm === undefined) return NOTHING;
    if (metric === SATURATION) return single(loads.get(arm) ?? Number.NaN);
    return points.get(arm)?.of(metric) ?? NOTHING;
  };
}

function basesOf(results: Results, risk: ResultTable | undefined): readonly Basis[] {
  const deployed = (arms: readonly string[]): Basis => {
    return { name: 'as deployed', arms, runArm: (arm) => arm };
  };
  if (risk === undefined) return [deployed(results.arms)];
  const arms = risk.texts('arm');
  const runArms = new Map(risk.texts('run_arm').map((runArm, row) => [arms[row]!, runArm]));
  const runArm = (arm: string) => runArms.get(arm) || undefined;
  return [{ name: 'at equal risk', arms, runArm }, deployed(arms)];
}

function rowsOf(basis: Basis, meanIn: MeanIn, differences: Differences): readonly string[][] {
  return VERDICT_FIGURES.flatMap((figure) => {
    const values = basis.arms.map((arm) => meanIn(figure.metric, basis.runArm(arm)));
    if (values.every(({ mean }) => Number.isNaN(mean))) return [];
    const cells = values.map(({ mean, low, high }) => verdictValue(mean, low, high, figure.format));
    const named = values.map((value, k) => ({
      arm: basis.runArm(basis.arms[k]!) ?? basis.arms[k]!,
      value,
    }));
    const best = bestArms(named, figure, differences);
    return [[basis.name, figure.label, ...cells, bestWords(best, named.length, basis)]];
  });
}

/** The verdict names arms as its columns do, not the arms of the tables that stand for them. */
function plainName(arm: string, basis: Basis): string {
  return basis.arms.find((own) => basis.runArm(own) === arm) ?? arm;
}

/** The best arms in a narrow column: those left out where they are fewer. */
function bestWords(best: ReturnType<typeof bestArms>, count: number, basis: Basis): string {
  if (best === 'none') return '–';
  if (best === 'all') return 'no difference';
  const ahead = best.map((arm) => plainName(arm, basis));
  const names = basis.arms.filter((arm) => ahead.includes(arm));
  if (names.length < 3 || names.length < count - 1) return names.join(', ');
  const left = basis.arms.filter((arm) => !names.includes(arm));
  return `all but ${left.join(', ')}`;
}

/** Settings and risks, the first rows of the comparison at equal risk. */
function settingRows(risk: ResultTable | undefined, basis: Basis): readonly string[][] {
  if (risk === undefined || basis.name !== 'at equal risk') return [];
  const settings = risk.texts('setting').map((setting) => setting || 'unreachable');
  const risks = Array.from(risk.numbers('risk'), (value) =>
    Number.isNaN(value) ? '-' : String(Number(value.toPrecision(3))),
  );
  return [
    [basis.name, 'Setting', ...settings, ''],
    [basis.name, 'Residual risk', ...risks, ''],
  ];
}

function basisWords(basis: Basis, risk: ResultTable | undefined): string {
  if (risk === undefined)
    return (
      'Settings as deployed, not of equal risk: a faster arm may be a less safe one (compare --iso-risk ' +
      'makes them equal).'
    );
  const [share, limit] = ['share', 'risk_limit'].map((name) => risk.numbers(name)[0]);
  const none = basis.arms.filter((arm) => basis.runArm(arm) === undefined);
  const unreachable = none.length === 0 ? '' : `; no setting of ${listWords(none)} meets it`;
  return `At equal risk: adversary share ${share}, residual risk at most ${limit}${unreachable}.`;
}

function captionOf(basis: Basis, risk: ResultTable | undefined, pairs: number): string {
  const runs =
    pairs > 1
      ? ` Means of ${pairs} runs with 95 % intervals; money is a run. Best: the intervals of paired ` +
        'differences from all other arms exclude 0. No difference: they lie within ' +
        `${100 * RELEVANT_SHARE} % of the mean, or include 0.`
      : '';
  return `${basisWords(basis, risk)}${runs}`;
}

function factsOf(basis: Basis, meanIn: MeanIn, differences: Differences): VerdictFacts {
  return {
    arms: basis.arms.flatMap((arm) => basis.runArm(arm) ?? []),
    value: meanIn,
    differences,
    nameOf: (arm) => plainName(arm, basis),
  };
}

function columnsOf(arms: readonly string[]): readonly Column[] {
  const text = (name: string, meaning: string): Column => {
    return { name, type: 'text', unit: '', meaning };
  };
  return [
    text('basis', 'At equal risk or as deployed'),
    text('figure', 'What is compared'),
    ...arms.map((arm) => text(`arm_${arm.replaceAll('-', '_')}`, 'Mean with 95 % interval')),
    text(
      'best',
      'Arm whose paired intervals against all others exclude 0, or arms that share that',
    ),
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'verdict',
  title: 'Which protocol, and at what price?',
  section: 'answer',
  kinds: ['comparison'],
  source: '',
  create(results) {
    const risk = results.table('iso_risk');
    const bases = basesOf(results, risk);
    const [first] = bases;
    if (first === undefined || first.arms.length < 2) return undefined;
    const meanIn = valuesOf(results);
    const differences = pairedDifferences(results);
    const rows = bases.flatMap((basis) => {
      const figures = rowsOf(basis, meanIn, differences);
      return figures.length === 0 ? [] : [...settingRows(risk, basis), ...figures];
    });
    if (rows.length === 0) return undefined;
    const pairs = Math.max(...armPoints(results).map(({ of }) => of('finalityLatencyP50Us').n));
    const several = bases.length > 1;
    const table = { columns: columnsOf(first.arms), rows };
    return {
      points: verdictPoints(factsOf(first, meanIn, differences)),
      caption: captionOf(first, risk, pairs),
      figures: [],
      // With one way of comparing its name would only repeat itself.
      table: several ? table : withoutFirst(table),
      heads: [...(several ? ['Compared'] : []), 'Figure', ...first.arms, 'Best'],
      showsTable: true,
    };
  },
});

function withoutFirst({ columns, rows }: ChartTable): ChartTable {
  return { columns: columns.slice(1), rows: rows.map((row) => row.slice(1)) };
}
