/** What `schema.json` of a CityLearn data set says about its buildings. */
import type { InputFile, IssueSink } from '../series/csv.ts';

/** Equipment of a building. */
export interface CityLearnBuilding {
  readonly name: string;
  /** Its CSV file, in the folder of the schema. */
  readonly file: string;
  /** Whether the data set uses it. */
  readonly include: boolean;
  /** PV nominal power [W]; 0 is none. */
  readonly pvW: number;
  /** Battery capacity [Wh]; 0 is none. */
  readonly batteryWh: number;
  readonly batteryW: number;
  /** Efficiency of charge and discharge together, (0, 1]. */
  readonly roundTripEfficiency: number;
}

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

/** Numbers of a device's `attributes`; undefined keys read as the fallback. */
function attribute(device: unknown, key: string, fallback: number): number {
  const value = objectOf(objectOf(device)?.attributes)?.[key];
  return typeof value === 'number' ? value : fallback;
}

/**
 * Reads the buildings of a schema.
 *
 * @param issue - Receives text that is no JSON, a schema without buildings, negative equipment.
 * @returns Buildings in the order of the file; kW and kWh as W and Wh.
 */
export function buildingsOf(file: InputFile, issue: IssueSink): CityLearnBuilding[] {
  let schema: unknown;
  try {
    schema = JSON.parse(file.text);
  } catch (error) {
    const got = (error as Error).message;
    issue({ file: file.path, path: '', expected: 'well-formed JSON', got });
    return [];
  }
  const buildings = objectOf(objectOf(schema)?.buildings);
  if (buildings === undefined) {
    issue({ file: file.path, path: 'buildings', expected: 'a map of buildings', got: 'none' });
    return [];
  }
  return Object.entries(buildings).flatMap(([name, value]) => {
    const building = objectOf(value) ?? {};
    const csv = building.energy_simulation;
    const path = `buildings.${name}`;
    if (typeof csv !== 'string') {
      issue({ file: file.path, path, expected: 'energy_simulation, a CSV file', got: 'none' });
      return [];
    }
    const storage = building.electrical_storage;
    const known: CityLearnBuilding = {
      name,
      file: csv,
      include: building.include !== false,
      pvW: attribute(building.pv, 'nominal_power', 0) * 1000,
      batteryWh: attribute(storage, 'capacity', 0) * 1000,
      batteryW: attribute(storage, 'nominal_power', 0) * 1000,
      roundTripEfficiency: attribute(storage, 'efficiency', 1),
    };
    const { pvW, batteryWh, batteryW, roundTripEfficiency } = known;
    const fine = pvW >= 0 && batteryWh >= 0 && batteryW >= 0;
    if (fine && roundTripEfficiency > 0 && roundTripEfficiency <= 1) return [known];
    const got = 'a negative power or capacity, or an efficiency outside (0, 1]';
    issue({ file: file.path, path, expected: 'equipment that can exist', got });
    return [];
  });
}
