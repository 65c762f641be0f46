/** What kind of member each home of a run is, by its registered equipment. */
import type { RunResults } from '../../page/results.ts';

const BUSINESSES = ['shop', 'office', 'workshop'] as const;

/** Classes in the order of a chart. Homes by what they own, businesses by what they do. */
export const HOME_CLASSES = [
  'consumer',
  'consumer with battery',
  'prosumer',
  'prosumer with battery',
  ...BUSINESSES,
] as const;

/** One of {@link HOME_CLASSES}. */
export type HomeClass = (typeof HOME_CLASSES)[number];

/** Class of every home of a run; undefined without its homes. */
export function homeClasses(run: RunResults): ReadonlyMap<string, HomeClass> | undefined {
  const table = run.table('homes');
  if (table === undefined) return undefined;
  const kinds = table.texts('kind');
  const [pvW, batteryWh] = [table.numbers('pv_peak_w'), table.numbers('battery_wh')];
  const classOf = (row: number): HomeClass => {
    const business = BUSINESSES.find((name) => name === kinds[row]);
    if (business !== undefined) return business;
    const member = pvW[row]! > 0 ? 'prosumer' : 'consumer';
    return batteryWh[row]! > 0 ? `${member} with battery` : member;
  };
  return new Map(table.texts('home').map((home, row) => [home, classOf(row)]));
}
