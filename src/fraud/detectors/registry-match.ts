/**
 * Claims at home against the public lists of other registries. Where the serial of a device is the same, a
 * stretch of time may stand in one list only. Where it is not, what is claimed for one meter over a
 * stretch, in all lists, cannot be more than the meter generated.
 */
import type { PlantEvent, RegistryEvent } from './define.ts';
import type { GenerationBook } from './generation-book.ts';
import { createIntervalIndex, type IntervalIndex } from './interval-index.ts';

/** Something that cannot be honest. */
export interface Finding {
  readonly home: number;
  /** Last slot of what is counted twice. */
  readonly slot: number;
  readonly energyKWh: number;
  readonly evidence: string;
}

/** Entries of other registries, and claims by slot. */
export interface RegistryMatch {
  plant(plant: PlantEvent): void;
  /** Takes labels of a generator that were claimed at home. */
  claim(generator: number, labels: readonly (readonly [from: number, to: number])[]): Finding[];
  entry(entry: RegistryEvent): Finding[];
}

/**
 * Creates an empty match.
 *
 * @param toleranceKWh - Excess over generation that carried remainders of labels explain.
 */
export function createRegistryMatch(
  count: number,
  slotCount: number,
  book: GenerationBook,
  toleranceKWh: number,
): RegistryMatch {
  const plantOfSerial = new Map<number, PlantEvent>();
  const serialsOfGenerator = new Map<number, number[]>();
  const bySerial = new Map<number, IntervalIndex<RegistryEvent>>();
  const byMeter = Array.from({ length: count }, () => createIntervalIndex<RegistryEvent>());
  /** Labels claimed at home, by generator and slot. */
  const claimed = Array.from({ length: count }, () => new Float64Array(slotCount));

  function claimedKWh(generator: number, fromSlot: number, toSlot: number): number {
    const labels = claimed[generator]!;
    let sum = 0;
    for (let slot = Math.max(0, fromSlot); slot < Math.min(toSlot, slotCount); slot++) {
      sum += labels[slot]!;
    }
    return sum;
  }

  /** What is claimed for a meter over all entries that hang together with a stretch, above generation. */
  function excess(meter: number, fromSlot: number, toSlot: number): Finding[] {
    let [from, to] = [fromSlot, toSlot];
    let entries = byMeter[meter]!.overlapping(from, to);
    for (let before = -1; before !== entries.length; ) {
      before = entries.length;
      for (const entry of entries) {
        from = Math.min(from, entry.from);
        to = Math.max(to, entry.to);
      }
      entries = byMeter[meter]!.overlapping(from, to);
    }
    if (entries.length === 0) return [];
    let totalKWh = claimedKWh(meter, from, to);
    for (const { value } of entries) totalKWh += value.energyKWh;
    const generatedKWh = book.generationWh(meter, from, to) / 1000;
    const excessKWh = totalKWh - generatedKWh - toleranceKWh;
    if (excessKWh <= 0) return [];
    const evidence =
      `${totalKWh} kWh claimed in all registries for slots ${from} to ${to - 1}, ` +
      `${Math.floor(generatedKWh)} kWh generated`;
    return [{ home: meter, slot: to - 1, energyKWh: excessKWh, evidence }];
  }

  /** An entry against claims at home of the same device and time. */
  function overlapWithHome(entry: RegistryEvent, labels: number, home: number): Finding[] {
    const energyKWh = Math.min(entry.energyKWh, labels);
    if (energyKWh === 0) return [];
    const evidence =
      `${energyKWh} kWh of device ${entry.serial} in slots ${entry.fromSlot} to ` +
      `${entry.toSlot - 1} claimed at home and with ${entry.registry}`;
    return [{ home, slot: entry.toSlot - 1, energyKWh, evidence }];
  }

  return {
    plant(plant) {
      plantOfSerial.set(plant.serial, plant);
      const serials = serialsOfGenerator.get(plant.generator) ?? [];
      serials.push(plant.serial);
      serialsOfGenerator.set(plant.generator, serials);
    },
    claim(generator, labels) {
      const slots = labels.flatMap(([from, to]) => book.slotsOf(generator, from, to));
      if (slots.length === 0) return [];
      let [first, last] = [slotCount, 0];
      for (const { slot, count: kWh } of slots) {
        if (slot < 0 || slot >= slotCount) continue;
        claimed[generator]![slot]! += kWh;
        first = Math.min(first, slot);
        last = Math.max(last, slot);
      }
      if (first > last) return [];
      const found: Finding[] = [];
      for (const serial of serialsOfGenerator.get(generator) ?? []) {
        const { owner } = plantOfSerial.get(serial)!;
        for (const { value } of bySerial.get(serial)?.overlapping(first, last + 1) ?? []) {
          const ofEntry = slots.filter(({ slot }) => slot >= value.fromSlot && slot < value.toSlot);
          const kWh = ofEntry.reduce((sum, row) => sum + row.count, 0);
          found.push(...overlapWithHome(value, kWh, owner));
        }
      }
      return [...found, ...excess(generator, first, last + 1)];
    },
    entry(entry) {
      const { serial, meter, fromSlot, toSlot, registry, energyKWh } = entry;
      const found: Finding[] = [];
      let index = bySerial.get(serial);
      if (index === undefined) {
        index = createIntervalIndex();
        bySerial.set(serial, index);
      }
      const others = index.overlapping(fromSlot, toSlot).map(({ value }) => value);
      // A list that prints one line twice has not registered anything twice.
      const isKnown = (other: RegistryEvent) =>
        other.registry === registry && other.entry === entry.entry;
      if (others.some(isKnown)) return [];
      const plant = plantOfSerial.get(serial);
      for (const other of others) {
        const evidence = `device ${serial} twice with ${other.registry} and ${registry}`;
        const twiceKWh = Math.min(other.energyKWh, energyKWh);
        const home = plant?.owner ?? meter;
        const slot = Math.min(other.toSlot, toSlot) - 1;
        if (home >= 0 && home < count) found.push({ home, slot, energyKWh: twiceKWh, evidence });
      }
      if (plant !== undefined) {
        const kWh = claimedKWh(plant.generator, fromSlot, toSlot);
        found.push(...overlapWithHome(entry, kWh, plant.owner));
      }
      index.add(fromSlot, toSlot, entry);
      if (meter < 0 || meter >= count) return found;
      byMeter[meter]!.add(fromSlot, toSlot, entry);
      return [...found, ...excess(meter, fromSlot, toSlot)];
    },
  };
}
