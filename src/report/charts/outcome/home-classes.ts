/** What kind of member each home of a run is, as far as its tables and its scenario say. */
import type { ResultTable, RunResults } from '../../page/results.ts';

/** Classes in the order of a chart. */
export const HOME_CLASSES = [
  'home without PV',
  'home with PV',
  'home with PV and battery',
  'business',
] as const;

/** One of {@link HOME_CLASSES}. */
export type HomeClass = (typeof HOME_CLASSES)[number];

/**
 * From this share of its dark intervals on without import a home has a battery: what is never switched
 * off draws current all night, and only a store can feed it then.
 */
const BATTERY_SHARE = 0.25;

const BUSINESSES = ['shop', 'office', 'workshop'];

interface Population {
  readonly name?: string;
  readonly options?: {
    readonly households?: number;
    readonly shops?: number;
    readonly offices?: number;
    readonly workshops?: number;
    readonly homes?: readonly {
      readonly id: string;
      readonly kind?: string;
      readonly battery?: number;
    }[];
  };
}

/**
 * Class of every home with readings. PV is what reports generation; a battery is what the scenario
 * states of the home or, where it lists no homes, what the readings show; a business is what the
 * scenario states, by list or by the order in which a synthetic community numbers its members.
 *
 * @returns Undefined without readings.
 */
export function homeClasses(run: RunResults): ReadonlyMap<string, HomeClass> | undefined {
  const meters = run.table('meters');
  if (meters === undefined || meters.count === 0) return undefined;
  const seen = readings(meters);
  const homes = [...seen.keys()].sort((a, b) => (a < b ? -1 : 1));
  const population = run.scenario?.population as Population | undefined;
  const stated = new Map(population?.options?.homes?.map((home) => [home.id, home]));
  const businesses = syntheticBusinesses(population, homes);
  const classOf = (home: string): HomeClass => {
    const equipment = stated.get(home);
    const isBusiness = businesses.has(home) || BUSINESSES.includes(equipment?.kind ?? '');
    if (isBusiness) return 'business';
    const { generated, dark, unfed } = seen.get(home)!;
    if (!generated) return 'home without PV';
    const shown = dark > 0 && unfed >= BATTERY_SHARE * dark;
    const hasBattery = equipment?.battery === undefined ? shown : equipment.battery > 0;
    return hasBattery ? 'home with PV and battery' : 'home with PV';
  };
  return new Map(homes.map((home) => [home, classOf(home)]));
}

interface Readings {
  generated: boolean;
  /** Intervals without generation, and those of them without import. */
  dark: number;
  unfed: number;
}

function readings(meters: ResultTable): ReadonlyMap<string, Readings> {
  const homes = meters.texts('home');
  const generation = meters.numbers('generation_wh');
  const imported = meters.numbers('import_wh');
  const seen = new Map<string, Readings>();
  for (let row = 0; row < homes.length; row++) {
    let home = seen.get(homes[row]!);
    if (home === undefined) {
      home = { generated: false, dark: 0, unfed: 0 };
      seen.set(homes[row]!, home);
    }
    if (generation[row]! > 0) home.generated = true;
    else {
      home.dark++;
      if (imported[row] === 0) home.unfed++;
    }
  }
  return seen;
}

/** Synthetic members are numbered households first, so that the ids in order tell the rest. */
function syntheticBusinesses(
  population: Population | undefined,
  homes: readonly string[],
): ReadonlySet<string> {
  if (population?.name !== 'synthetic') return new Set();
  const { households = 0, shops = 0, offices = 0, workshops = 0 } = population.options ?? {};
  if (households + shops + offices + workshops !== homes.length) return new Set();
  return new Set(homes.slice(households));
}
