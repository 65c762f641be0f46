/** How abnormal nodes were voted out, from the optional table `exclusions` (model page, 6.4). */
import { medianTimeUs } from '../../fraud/scoring/survival.ts';
import { type Metric, type RunView, ratio } from './metric.ts';
import { measuredSpan } from './span.ts';

/** One accusation or offence. */
interface Case {
  readonly node: string;
  readonly isGuilty: boolean;
  readonly offenceUs: number;
  readonly reportUs: number;
  readonly excludedUs: number;
  readonly badTurnsAfter: number;
}

function casesOf(run: RunView): readonly Case[] {
  return run.once('exclusionCases', () => {
    if (!run.hasRows('exclusions')) return [];
    const numbers = (column: string) => run.numbers('exclusions', column);
    const [guilty, offenceUs] = [numbers('guilty'), numbers('offence_us')];
    const [reportUs, excludedUs] = [numbers('first_report_us'), numbers('excluded_us')];
    const badTurnsAfter = numbers('bad_turns_after');
    return run.texts('exclusions', 'node').map((node, row) => ({
      node,
      isGuilty: guilty[row] === 1,
      offenceUs: offenceUs[row]!,
      reportUs: reportUs[row]!,
      excludedUs: excludedUs[row]!,
      badTurnsAfter: badTurnsAfter[row]!,
    }));
  });
}

const guiltyOf = (run: RunView) => casesOf(run).filter(({ isGuilty }) => isGuilty);
const isExcluded = ({ excludedUs }: Case) => !Number.isNaN(excludedUs);
const distinct = (cases: readonly Case[]) => new Set(cases.map(({ node }) => node)).size;

/** Times from the first offence of the guilty to an instant; what never happened is censored at the end. */
function timesFromOffence(run: RunView, until: (one: Case) => number) {
  const [, endUs] = measuredSpan(run);
  const cases = guiltyOf(run).filter(({ offenceUs }) => !Number.isNaN(offenceUs));
  return cases.map((one) => {
    const atUs = until(one);
    const detected = !Number.isNaN(atUs);
    return { timeUs: Math.max(0, (detected ? atUs : endUs) - one.offenceUs), detected };
  });
}

/** Times from the first offence of a guilty node to its exclusion [us], censored at the end of the run. */
export function exclusionTimes(run: RunView) {
  return timesFromOffence(run, ({ excludedUs }) => excludedUs);
}

/** Kaplan-Meier median from the offence to an instant. */
function medianFromOffenceUs(run: RunView, until: (one: Case) => number): number {
  return medianTimeUs(timesFromOffence(run, until));
}

const metric = (
  id: string,
  unit: string,
  definition: string,
  direction: Metric['direction'],
  compute: (run: RunView) => number,
): Metric => ({
  id,
  unit,
  definition,
  direction,
  compute: (run) => (run.hasRows('exclusions') ? compute(run) : Number.NaN),
});

/** Metrics of vote-out. */
export const exclusionMetrics: readonly Metric[] = [
  metric(
    'timeToReportMedianUs',
    'us',
    'Kaplan-Meier median from an offence to the first report of it',
    'lower',
    (run) => medianFromOffenceUs(run, ({ reportUs }) => reportUs),
  ),
  metric(
    'timeToExclusionMedianUs',
    'us',
    'Kaplan-Meier median from an offence to the exclusion of the node',
    'lower',
    (run) => medianFromOffenceUs(run, ({ excludedUs }) => excludedUs),
  ),
  metric(
    'guiltyExcludedShare',
    '',
    'Guilty nodes that were excluded / guilty nodes',
    'higher',
    (run) => ratio(distinct(guiltyOf(run).filter(isExcluded)), distinct(guiltyOf(run))),
  ),
  metric('falseExclusions', '', 'Innocent nodes that were excluded', 'lower', (run) =>
    distinct(casesOf(run).filter((one) => !one.isGuilty && isExcluded(one))),
  ),
  metric('falseReports', '', 'Reports against nodes that were innocent', 'lower', (run) => {
    return casesOf(run).filter((one) => !one.isGuilty && !Number.isNaN(one.reportUs)).length;
  }),
  metric(
    'badTurnsAfterOffence',
    '',
    'Bad turns of guilty nodes after their first offence, a guilty case',
    'lower',
    (run) => {
      const turns = guiltyOf(run)
        .map(({ badTurnsAfter }) => badTurnsAfter)
        .filter((count) => !Number.isNaN(count));
      return ratio(
        turns.reduce((sum, count) => sum + count, 0),
        turns.length,
      );
    },
  ),
];
