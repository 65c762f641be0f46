/** The span that throughput and latency are measured over: the delivery slots (model page, 9). */
import { SECOND_US } from '../../base/units.ts';
import type { RunView } from './metric.ts';

/**
 * Start of the first delivery slot and end of the last [us]; both NaN without slots. The chain's warm-up
 * lies before, its drain behind. A run of the chain alone has no slots table: its span is the window, or
 * ends with the last block before the drain where a number of blocks ended it early.
 */
export function measuredSpan(run: RunView): readonly [fromUs: number, toUs: number] {
  return run.once('measuredSpan', () => {
    if (!run.hasTable('slots')) return [0, chainEndUs(run)] as const;
    const startUs = run.numbers('slots', 'start_us');
    const lastUs = startUs[startUs.length - 1] ?? Number.NaN;
    return [startUs[0] ?? Number.NaN, lastUs + run.facts.slotUs] as const;
  });
}

function chainEndUs(run: RunView): number {
  if (!run.facts.endsAtHeight) return run.facts.windowUs;
  const producedUs = run.numbers('blocks', 'produced_us');
  const drain = run.numbers('blocks', 'drain');
  let lastUs = 0;
  for (let block = 0; block < producedUs.length; block++) {
    if (drain[block] !== 1) lastUs = Math.max(lastUs, producedUs[block]!);
  }
  return Math.min(run.facts.windowUs, lastUs);
}

/** Length of the delivery slots [s]; NaN when there are none. */
export function measuredSeconds(run: RunView): number {
  const [fromUs, toUs] = measuredSpan(run);
  return (toUs - fromUs) / SECOND_US;
}

/** Whether a time lies within the delivery slots: after the warm-up and before the drain. */
export function isMeasured(run: RunView, timeUs: number): boolean {
  const [fromUs, toUs] = measuredSpan(run);
  return timeUs >= fromUs && timeUs < toUs;
}
