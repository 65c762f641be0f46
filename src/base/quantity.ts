/**
 * Quantities written as text with their unit ("15 min", "5 kW", "0.85 pt/kWh"). Scenario keys carry no
 * unit, so the value must; a bare number is refused wherever a dimension is expected.
 */

/** Dimensions a scenario value can have, with the unit the parsed number is in. */
export type Dimension =
  | 'duration' // µs, integer
  | 'energy' // Wh
  | 'power' // W
  | 'price' // Upt/kWh, integer
  | 'points' // Upt, integer
  | 'bytes' // B, integer
  | 'bandwidth' // bit/s
  | 'fraction' // 1
  | 'length' // m
  | 'angle'; // degree

const UNITS: Record<Dimension, Record<string, number>> = {
  duration: {
    us: 1,
    µs: 1,
    ms: 1e3,
    s: 1e6,
    min: 6e7,
    h: 3.6e9,
    d: 8.64e10,
    day: 8.64e10,
    days: 8.64e10,
  },
  energy: { Wh: 1, kWh: 1e3, MWh: 1e6 },
  power: { W: 1, kW: 1e3, MW: 1e6, Wp: 1, kWp: 1e3 },
  price: { 'pt/kWh': 1e6, 'upt/kWh': 1, 'pt/MWh': 1e3 },
  points: { pt: 1e6, upt: 1 },
  bytes: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1048576, GiB: 1073741824 },
  bandwidth: { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 },
  fraction: { '%': 0.01, '': 1 },
  length: { m: 1, km: 1e3 },
  angle: { deg: 1, '°': 1, '': 1 },
};

const INTEGER = new Set<Dimension>(['duration', 'price', 'points', 'bytes']);

/** Units a dimension may be written in, for messages and docs. */
export function unitsOf(dimension: Dimension): readonly string[] {
  return Object.keys(UNITS[dimension]).filter((unit) => unit !== '');
}

/** The dimension a unit belongs to; no two share one. Undefined for words that are no unit. */
export function dimensionOf(unit: string): Dimension | undefined {
  if (unit === '') return undefined;
  const dimensions = Object.keys(UNITS) as Dimension[];
  return dimensions.find((dimension) => Object.hasOwn(UNITS[dimension], unit));
}

/** A number with a unit as written: `15 s`, `5%`, `2`. */
const WRITTEN = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d].*?)?\s*$/;

/** Splits a text into its number and its unit, which may be empty; undefined for other text. */
export function splitQuantity(text: string): { number: number; unit: string } | undefined {
  const match = WRITTEN.exec(text);
  const number = Number(match?.[1]);
  return match === null || !Number.isFinite(number) ? undefined : { number, unit: match[2] ?? '' };
}

/** Outcome of {@link parseQuantity}: a value in the dimension's base unit, or what was expected instead. */
export type ParsedQuantity =
  | { readonly value: number }
  | { readonly expected: string; readonly got: string };

/**
 * Parses a quantity with its unit.
 *
 * @param raw - Text such as `"15 min"`; a bare number only for fractions and angles.
 * @returns The value in base units (µs, Wh, W, Upt/kWh, Upt, B, bit/s, 1, m, degree), rounded half up
 *   where the base unit is an integer.
 */
export function parseQuantity(raw: unknown, dimension: Dimension): ParsedQuantity {
  const units = UNITS[dimension];
  const expected = `a ${dimension} with unit (${unitsOf(dimension).join(', ')})`;
  const got = typeof raw === 'string' ? JSON.stringify(raw) : String(raw);
  if (typeof raw === 'number' && Number.isFinite(raw)) {
    return '' in units ? { value: raw } : { expected, got: `${got} without a unit` };
  }
  if (typeof raw !== 'string') return { expected, got };
  const written = splitQuantity(raw);
  if (written === undefined) return { expected, got };
  const factor = units[written.unit];
  if (factor === undefined) return { expected, got };
  const value = written.number * factor;
  if (!Number.isFinite(value)) return { expected, got };
  return {
    value: INTEGER.has(dimension) ? Math.floor(value + 0.5) : Number(value.toPrecision(15)),
  };
}

/** Parses a literal of our own code; throws where it is wrong. */
export function quantity(text: string, dimension: Dimension): number {
  const parsed = parseQuantity(text, dimension);
  if ('value' in parsed) return parsed.value;
  throw new RangeError(`"${dimension}" expected ${parsed.expected}, got ${parsed.got}`);
}
