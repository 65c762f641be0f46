/** The answer: figures of every arm with intervals, at equal risk first and then as deployed. */
import type { Column } from '../../column.ts';
import { formatInterval } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import { chainShares } from './chain-share.ts';
import {
  armPoints,
  type Differences,
  type MeanWithInterval,
  NOTHING,
  pairedDifferences,
} from './study-tables.ts';
import { bestArm, CHAIN_SHARE, SATURATION, VERDICT_FIGURES } from './verdict-figures.ts';
import { comparisonWords, TOPICS } from './verdict-words.ts';

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
  const shares = new Map(chainShares(results).map(({ arm, total }) => [arm, total]));
  const triangle = results.table('triangle');
  const saturation = triangle?.numbers('saturation_tps');
  const loads = new Map(triangle?.texts('arm').map((arm, row) => [arm, saturation![row]!]));
  return (metric, arm) => {
    if (arm === undefined) return NOTHING;
    if (metric === CHAIN_SHARE) return single(shares.get(arm) ?? Number.NaN);
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
    const cells = values.map(({ mean, low, high }) =>
      formatInterval(mean, low, high, figure.format),
    );
    const named = values.map((value, k) => ({
      arm: basis.runArm(basis.arms[k]!) ?? basis.arms[k]!,
      value,
    }));
    const best = bestArm(named, figure, (metric, a, b) => differences(metric, a, b));
    return [[basis.name, figure.label, ...cells, plainNames(best, basis)]];
  });
}

/** The verdict names arms as its columns do, not the arms of the tables that stand for them. */
function plainNames(verdict: string, basis: Basis): string {
  const byRun = new Map(basis.arms.map((arm) => [basis.runArm(arm), arm]));
  const plain = (name: string) => byRun.get(name) ?? name;
  const [head, names] = verdict.startsWith('tie: ') ? ['tie: ', verdict.slice(5)] : ['', verdict];
  return `${head}${names.split(', ').map(plain).join(', ')}`;
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
    return 'As deployed, not at equal risk: presets differ in what they risk.';
  const [share, limit] = ['share', 'risk_limit'].map((name) => risk.numbers(name)[0]);
  const none = basis.arms.filter((arm) => basis.runArm(arm) === undefined);
  const unreachable = none.length === 0 ? '' : `; no setting of ${none.join(', ')} meets it`;
  return `At equal risk (adversary share ${share}, residual risk at most ${limit})${unreachable}.`;
}

function captionOf(
  basis: Basis,
  risk: ResultTable | undefined,
  meanIn: MeanIn,
  differences: Differences,
): string {
  const words = (topic: (typeof TOPICS)[keyof typeof TOPICS]) => {
    const shown = basis.arms.filter((arm) => basis.runArm(arm) !== undefined);
    const values = shown.map((arm) => {
      return { arm: basis.runArm(arm)!, value: meanIn(topic.metric, basis.runArm(arm)) };
    });
    return comparisonWords(topic, values, differences, (arm) => plainNames(arm, basis));
  };
  const price = [words(TOPICS.electricity), words(TOPICS.decentralisation)]
    .filter((part) => part !== '')
    .join('; ');
  const finality = words(TOPICS.finality);
  return [
    basisWords(basis, risk),
    finality === '' ? '' : `Time: ${finality}.`,
    price === '' ? '' : `Price: ${price}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function columnsOf(arms: readonly string[]): readonly Column[] {
  const text = (name: string, meaning: string): Column => {
    return { name, type: 'text', unit: '', meaning };
  };
  return [
    text('basis', 'At equal risk or as deployed'),
    text('figure', 'What is compared'),
    ...arms.map((arm) => text(`arm_${arm.replaceAll('-', '_')}`, 'Mean with 95 % interval')),
    text('best', 'Arm whose paired intervals against all others exclude 0, or tie'),
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'verdict',
  title: 'Which protocol, and at what price?',
  section: 'answer',
  kinds: ['comparison'],
  source: 'Paired differences over common random numbers, Student t at 95 %; model page, section 9',
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
    return {
      caption: captionOf(first, risk, meanIn, differences),
      figures: [],
      table: { columns: columnsOf(first.arms), rows },
      heads: ['Compared', 'Figure', ...first.arms, 'Best'],
      showsTable: true,
    };
  },
});
