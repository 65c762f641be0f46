/** Electricity of the chain as a percentage of what was traded over it. */
import { barX, dot, ruleX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { defineChart } from '../../page/chart.ts';
import { seriesStyle } from '../../page/theme.ts';
import { nameMargin } from '../name-margin.ts';
import { type ChainShare, chainShares } from './chain-share.ts';

const COLUMNS = parseColumns(`
arm             | text    |   | Arm
n               | integer |   | Runs in which something was traded
total_percent   | number  | % | Metric energyPerTradedShare, mean over runs
idle_percent    | number  | % | Of that, full nodes that do no consensus work
hashing_percent | number  | % | The rest, hashing
least_percent   | number  | % | Least of the runs
most_percent    | number  | % | Most
`);

const PARTS = ['running full nodes', 'hashing'] as const;
const UNKNOWN = 'not told apart';

function partsOf({ arm, total, idle, hashing }: ChainShare) {
  if (Number.isNaN(idle)) return [{ arm, part: UNKNOWN, percent: 100 * total }];
  return [
    { arm, part: PARTS[0], percent: 100 * idle },
    { arm, part: PARTS[1], percent: 100 * hashing },
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'chain-energy',
  title: 'How much electricity for the energy traded?',
  section: 'chain',
  kinds: ['comparison'],
  source: 'Model page, section 9.4',
  create(results) {
    const shares = chainShares(results);
    if (shares.length === 0) return undefined;
    const bars = shares.flatMap(partsOf);
    const parts = [...PARTS, UNKNOWN].filter((part) => bars.some((bar) => bar.part === part));
    const runs = shares.flatMap(({ arm, runs: each }) =>
      each.map((share) => ({ arm, percent: 100 * share })),
    );
    const above = shares.filter(({ total }) => total > 1).map(({ arm }) => arm);
    const more =
      above.length === 0 ? '' : ` ${above.join(', ')} spent more than was traded, beyond 100 %.`;
    return {
      caption:
        'Electricity of all full nodes while slots are delivered, as a percentage of the energy that ' +
        `trades brought from seller to buyer, mean over runs; a dot is one run. Signature checks are part of running a node.${more}`,
      figures: [
        {
          label: '',
          description: 'Electricity of the chain in percent of traded energy, by arm',
          plot: {
            height: 70 + 34 * shares.length,
            marginLeft: nameMargin(shares.map(({ arm }) => arm)),
            x: { label: '% of traded energy', grid: true },
            y: { label: null, domain: shares.map(({ arm }) => arm) },
            color: {
              type: 'ordinal',
              domain: parts,
              range: parts.map((part) => seriesStyle([...PARTS, UNKNOWN].indexOf(part)).colour),
              legend: true,
            },
            marks: [
              barX(bars, { x: 'percent', y: 'arm', fill: 'part', insetTop: 3, insetBottom: 3 }),
              dot(runs, {
                x: 'percent',
                y: 'arm',
                r: 2.5,
                stroke: 'var(--ink)',
                fill: 'var(--ground)',
              }),
              ruleX([0]),
            ],
          },
        },
      ],
      table: {
        columns: COLUMNS,
        rows: shares.map(({ arm, n, total, idle, hashing, runs: each }) => {
          const ends = [Math.min(...each), Math.max(...each)];
          return [arm, n, ...[total, idle, hashing, ...ends].map((share) => 100 * share)];
        }),
      },
    };
  },
});
