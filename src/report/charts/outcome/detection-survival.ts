/** How long frauds stay undetected. */
import { detectionTimes } from '../../metrics/fraud.ts';
import { defineChart } from '../../page/chart.ts';
import { survivalContent } from './survival-curve.ts';

export default defineChart({
  apiVersion: 1,
  name: 'detection-survival',
  title: 'How long do frauds stay undetected?',
  section: 'fraud',
  kinds: ['run', 'comparison'],
  source: 'E. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958',
  create: (results) =>
    survivalContent(results, {
      subject: 'detection',
      tables: ['slots', 'attacks', 'alarms'],
      timesOf: detectionTimes,
      open: 'frauds not yet detected',
      caption:
        'Share of frauds (attack and home) whose home no detector has named yet, by time since the ' +
        'fraud began; a curve that ends above 0 was cut off by the end of the run.',
      half: 'half are detected',
    }),
});
