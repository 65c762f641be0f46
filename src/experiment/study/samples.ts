/**
 * Samples of all runs of a cell, put together as they come: sketches are added and times are counted, so
 * that neither the order of runs nor their number shows.
 */
import { decodeSketch, type QuantileSketch } from '../../base/quantile-sketch.ts';
import type { SurvivalTime } from '../../base/survival.ts';
import type { RunSamples } from '../../report/samples.ts';

/** What the runs of one cell gave together. */
export interface CellSamples {
  /** Merged sketches by delay, names in order of the alphabet. */
  readonly distributions: ReadonlyMap<string, QuantileSketch>;
  /** Times by subject, in no order. */
  readonly survivals: ReadonlyMap<string, readonly SurvivalTime[]>;
}

/** Samples by cell. */
export interface SampleStore {
  /** Adds a run's samples. */
  add(arm: string, point: number, samples: RunSamples | undefined): void;
  /** Samples of a cell; none where it has no run. */
  of(arm: string, point: number): CellSamples;
}

interface OpenCell {
  readonly distributions: Map<string, QuantileSketch>;
  readonly survivals: Map<string, SurvivalTime[]>;
}

/** Opens a store. */
export function createSampleStore(): SampleStore {
  const cells = new Map<string, OpenCell>();
  const openCell = (arm: string, point: number): OpenCell => {
    const key = `${point} ${arm}`;
    const known = cells.get(key) ?? { distributions: new Map(), survivals: new Map() };
    cells.set(key, known);
    return known;
  };
  return {
    add(arm, point, samples) {
      if (samples === undefined) return;
      const { distributions, survivals } = openCell(arm, point);
      for (const [name, encoded] of Object.entries(samples.distributions)) {
        const sketch = decodeSketch(encoded);
        const known = distributions.get(name);
        if (known === undefined) distributions.set(name, sketch);
        else known.merge(sketch);
      }
      for (const [subject, times] of Object.entries(samples.survivals)) {
        const known = survivals.get(subject) ?? [];
        for (const [time, event] of times) known.push({ time, event: event === 1 });
        survivals.set(subject, known);
      }
    },
    of(arm, point) {
      const { distributions, survivals } = openCell(arm, point);
      return { distributions: byName(distributions), survivals: byName(survivals) };
    },
  };
}

function byName<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
