/** How long bad delegates stay in. */
import { exclusionTimes } from '../../metrics/exclusions.ts';
import { defineChart } from '../../page/chart.ts';
import { survivalContent } from './survival-curve.ts';

export default defineChart({
  apiVersion: 1,
  name: 'exclusion-survival',
  title: 'How long do bad delegates stay?',
  section: 'chain',
  kinds: ['run', 'comparison'],
  source: 'E. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958',
  create: (results) =>
    survivalContent(results, {
      subject: 'exclusion',
      tables: ['exclusions'],
      timesOf: exclusionTimes,
      open: 'bad delegates not yet excluded',
      caption:
        'Share of bad delegates that are not yet excluded, by time since their first offence; a curve ' +
        'that ends above 0 was cut off by the end of the run.',
      half: 'half are out',
    }),
});
