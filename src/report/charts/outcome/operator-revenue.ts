/** From the network operator's revenue without trading to that with it, step by step. */
import { barX, ruleX, text } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { billsOf, type RunBills } from './bills.ts';
import { type ArmRuns, armsWith } from './kept-runs.ts';

const COLUMNS = parseColumns(`
arm        | text    |      | Arm
step       | text    |      | Step
kind       | text    |      | total or change
amount_upt | integer | upt  | The total or the change, summed over the runs of the arm that were read
level_upt  | integer | upt  | Revenue after the step; the last equals the total with trading
pt_per_day | number  | pt/d | Amount a run and day
`);

/** One bar of a waterfall. */
interface Step {
  readonly name: string;
  readonly kind: 'total' | 'change';
  readonly amountUpt: number;
  /** Where the bar begins and ends [upt]. */
  readonly fromUpt: number;
  readonly levelUpt: number;
}

/** Steps of an arm; all amounts are integers, so that they add up exactly. */
function stepsOf(bills: readonly RunBills[]): Step[] {
  const sum = (key: keyof RunBills['operator']) =>
    bills.reduce((total, { operator }) => total + operator[key], 0);
  const wholesale = sum('wholesaleUpt');
  const isNet = !Number.isNaN(wholesale);
  const energy = isNet ? wholesale : 0;
  const start = sum('gridOnlyUpt') - energy;
  const of = isNet ? 'net revenue' : 'revenue';
  const changes: readonly (readonly [string, number])[] = [
    ['lost retail sales', -sum('lostRetailUpt')],
    ['avoided feed-in payments', sum('avoidedFeedInUpt')],
    ['network charges of trades', sum('wheelingUpt')],
    ['deviation fees', sum('penaltyUpt')],
  ];
  let levelUpt = start;
  const steps: Step[] = [total(`${of}, grid only`, start)];
  for (const [name, amountUpt] of changes) {
    const fromUpt = levelUpt;
    levelUpt += amountUpt;
    steps.push({ name, kind: 'change', amountUpt, fromUpt, levelUpt });
  }
  steps.push(total(`${of}, with trading`, sum('withTradeUpt') - energy));
  return steps;
}

function total(name: string, amountUpt: number): Step {
  return { name, kind: 'total', amountUpt, fromUpt: 0, levelUpt: amountUpt };
}

interface ArmSteps {
  readonly arm: string;
  readonly steps: readonly Step[];
  /** Run-days that the amounts are of. */
  readonly days: number;
}

function waterfallOf({ arm, runs }: ArmRuns): ArmSteps | undefined {
  const bills = runs.flatMap((run) => billsOf(run) ?? []);
  if (bills.length === 0) return undefined;
  return { arm, steps: stepsOf(bills), days: bills.reduce((sum, { days }) => sum + days, 0) };
}

export default defineChart({
  apiVersion: 1,
  name: 'operator-revenue',
  title: 'What does the network operator lose?',
  section: 'market',
  kinds: ['run', 'comparison'],
  source: 'Metrics dsoNetRevenueUpt and dsoGainUpt, taken apart',
  create(results) {
    const arms = armsWith(results, ['settlements', 'slots']).flatMap(
      (arm) => waterfallOf(arm) ?? [],
    );
    if (arms.length === 0) return undefined;
    const rows = arms.flatMap(({ arm, steps, days }) =>
      steps.map((step) => [
        arm,
        step.name,
        step.kind,
        step.amountUpt,
        step.levelUpt,
        perDay(step.amountUpt, days),
      ]),
    );
    const groups = alike(arms);
    const changes = groups.map(({ arm, steps }) => {
      const [before, after] = [steps[0]!.amountUpt, steps.at(-1)!.amountUpt];
      return `${shortNumber((100 * (after - before)) / Math.abs(before))} % (${arm})`;
    });
    return {
      caption:
        'Points a day that the network operator takes without and with local trading. Energy bought ' +
        'from a neighbour is not bought at retail, energy sold to one needs no feed-in payment, and ' +
        'trades pay for the lines; the steps add up exactly. ' +
        `Change of revenue: ${changes.join('; ')}.`,
      table: { columns: COLUMNS, rows },
      figures: groups.map((arm) => figure(arm, groups)),
    };
  },
});

/** Arms with the same amounts as one, under all their names: one picture tells of all of them. */
function alike(arms: readonly ArmSteps[]): readonly ArmSteps[] {
  const byAmounts = new Map<string, ArmSteps>();
  for (const one of arms) {
    const key = JSON.stringify([one.days, one.steps.map(({ amountUpt }) => amountUpt)]);
    const known = byAmounts.get(key);
    byAmounts.set(key, known === undefined ? one : { ...known, arm: `${known.arm}, ${one.arm}` });
  }
  return [...byAmounts.values()];
}

function perDay(amountUpt: number, days: number): number {
  return amountUpt / 1e6 / days;
}

function figure({ arm, steps, days }: ArmSteps, all: readonly ArmSteps[]): ChartFigure {
  const levels = all.flatMap((one) => one.steps.map((step) => perDay(step.levelUpt, one.days)));
  const bars = steps.map((step) => {
    const amount = perDay(step.amountUpt, days);
    const [x1, x2] = [perDay(step.fromUpt, days), perDay(step.levelUpt, days)];
    const sign = step.kind === 'change' && amount > 0 ? '+' : '';
    return { name: step.name, x1, x2, end: Math.max(x1, x2), label: sign + shortNumber(amount) };
  });
  const fill = steps.map(({ kind, amountUpt }) => {
    if (kind === 'total') return 'var(--series-1)';
    return amountUpt < 0 ? 'var(--bad)' : 'var(--good)';
  });
  return {
    label: all.length === 1 ? '' : arm,
    description: `Waterfall of the network operator's revenue, arm ${arm}`,
    plot: {
      width: 440,
      height: 252,
      marginBottom: 42,
      marginLeft: 172,
      marginRight: 44,
      x: {
        label: 'pt/d →',
        grid: true,
        domain: [Math.min(0, ...levels), Math.max(0, ...levels)],
      },
      y: { label: null, domain: bars.map(({ name }) => name), tickSize: 0, padding: 0.3 },
      marks: [
        barX(bars, { x1: 'x1', x2: 'x2', y: 'name', fill: (_, at) => fill[at]! }),
        text(bars, {
          x: 'end',
          y: 'name',
          text: 'label',
          textAnchor: 'start',
          dx: 5,
          fill: 'var(--ink)',
        }),
        ruleX([0], { stroke: 'var(--ink)' }),
      ],
    },
  };
}
