import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import doubleCounting from '../../../src/fraud/attacks/double-counting.ts';
import duplicateSubsidyClaim from '../../../src/fraud/attacks/duplicate-subsidy-claim.ts';
import certificateUniqueness from '../../../src/fraud/detectors/certificate-uniqueness.ts';
import { createIntervalIndex } from '../../../src/fraud/detectors/interval-index.ts';
import { homeDays, playClaims, serialOf } from './claim-world.ts';
import { detectorWorld } from './worlds.ts';

describe('an honest village', () => {
  it('is not accused, though some register every other day elsewhere', () => {
    for (const seed of [1, 2, 3]) {
      const world = playClaims(undefined, {}, {}, seed);
      expect(world.counts.honest).toBeGreaterThan(40);
      expect(world.alarms).toEqual([]);
    }
  });
  it('is not accused where everything is consumed at home or exported', () => {
    for (const selfShare of [0, 0.9]) {
      expect(playClaims(undefined, {}, { selfShare }).alarms).toEqual([]);
    }
  });
});

describe('duplicate-subsidy-claim', () => {
  for (const mode of ['period', 'plant']) {
    it(`${mode}: every attempt is refused, and found on its day`, () => {
      const world = playClaims(duplicateSubsidyClaim, { mode });
      expect(world.counts.refused).toBe(world.labels.length);
      expect(world.counts.accepted).toBe(0);
      expect(world.labels.length).toBeGreaterThan(8);
      expect(homeDays(world.alarms)).toEqual(homeDays(world.labels));
    });
  }
  it('registry: every entry of the true serial is found, and nobody else', () => {
    const world = playClaims(duplicateSubsidyClaim, { mode: 'registry', altered: 0 });
    expect(world.counts.entries).toBe(world.labels.length);
    expect(homeDays(world.alarms)).toEqual(homeDays(world.labels));
    // The score is the energy that was counted twice.
    for (const { home, slot, deltaWh } of world.labels) {
      const found = world.alarms.filter((row) => row.entity === home && row.slot === slot);
      expect(Math.max(...found.map(({ score }) => score))).toBeCloseTo(deltaWh / 1000, 9);
    }
  });
  it('registry: an altered serial is found where all claims exceed the generation', () => {
    const world = playClaims(duplicateSubsidyClaim, { mode: 'registry', altered: 1 });
    expect(homeDays(world.alarms)).toEqual(homeDays(world.labels));
    // Who exports less than half of what is generated hides the second claim under the first.
    const hidden = playClaims(
      duplicateSubsidyClaim,
      { mode: 'registry', altered: 1 },
      { selfShare: 0.6 },
    );
    expect(hidden.labels.length).toBeGreaterThan(8);
    expect(hidden.alarms).toEqual([]);
  });
  it('leaves periods alone that its actors register elsewhere', () => {
    const world = playClaims(
      duplicateSubsidyClaim,
      { mode: 'registry' },
      { isElsewhere: () => true },
    );
    expect(world.labels).toEqual([]);
    expect(world.alarms).toEqual([]);
  });
});

describe('double-counting', () => {
  it('registry and self-consumption: the same device and time twice', () => {
    for (const mode of ['registry', 'self-consumption']) {
      const world = playClaims(doubleCounting, { mode, altered: 0 }, { selfShare: 0.4 });
      expect(world.labels.length).toBeGreaterThan(8);
      expect(homeDays(world.alarms)).toEqual(homeDays(world.labels));
    }
  });
  it('self-consumption under an altered serial is counted once, and stays below generation', () => {
    const world = playClaims(doubleCounting, { mode: 'self-consumption', altered: 1 });
    expect(world.labels.length).toBeGreaterThan(8);
    expect(world.alarms).toEqual([]);
  });
  it('storage: more than was generated, here or on top of a true entry', () => {
    for (const isElsewhere of [() => false, () => true]) {
      for (const altered of [0, 1]) {
        const options = { mode: 'storage', altered, recycled: 8000 };
        const world = playClaims(doubleCounting, options, { selfShare: 0, isElsewhere });
        expect(world.labels.length).toBeGreaterThan(8);
        expect(homeDays(world.alarms)).toEqual(homeDays(world.labels));
      }
    }
  });
});

describe('certificate-uniqueness', () => {
  function wire() {
    const world = detectorWorld();
    const options = defaultsOf(certificateUniqueness.options());
    const detector = certificateUniqueness.create(world.context, options);
    for (const plant of [2, 22]) {
      const serial = serialOf(plant);
      detector.onPlant!({ plant, owner: plant === 2 ? 2 : 4, generator: 2, serial });
    }
    const read = (slot: number, exportWh: number, generationWh: number, fromSlot = slot) =>
      detector.onReading!({
        home: 2,
        fromSlot,
        slot,
        importWh: 0,
        exportWh,
        generationWh,
        quality: fromSlot === slot ? 'A' : 'E',
        clockErrorUs: 0,
      });
    const mint = (slot: number, serialFrom: number, serialTo: number, cleanWh: number) =>
      detector.onMint!({ generator: 2, slot, serialFrom, serialTo, cleanWh, selfWh: 0 });
    let next = 0;
    const entry = (
      energyKWh: number,
      serial = serialOf(2),
      fromSlot = 0,
      toSlot = 96,
      number = next++,
    ) =>
      detector.onRegistryEntry!({
        registry: 'abroad',
        entry: number,
        serial,
        meter: 2,
        fromSlot,
        toSlot,
        energyKWh,
      });
    return { ...world, detector, read, mint, entry };
  }
  const claimOf = (labels: readonly (readonly [number, number])[], more = {}) => ({
    home: 2,
    plant: 2,
    period: 0,
    labels,
    isAccepted: true,
    ...more,
  });

  it('takes a claim sent again word for word for a retry', () => {
    const { detector, alarms, mint } = wire();
    mint(40, 0, 5, 0);
    detector.onClaim!(claimOf([[0, 5]]));
    detector.onClaim!(claimOf([[0, 5]], { isAccepted: false }));
    expect(alarms).toEqual([]);
    detector.onClaim!(claimOf([[1, 5]], { isAccepted: false }));
    expect(alarms).toHaveLength(1);
  });
  it('counts shared labels only, and names who came second and the slot of the energy', () => {
    const { detector, alarms, mint } = wire();
    mint(40, 0, 5, 0);
    mint(41, 5, 9, 0);
    detector.onClaim!(claimOf([[0, 6]]));
    detector.onClaim!(claimOf([[4, 9]], { home: 4, plant: 22, isAccepted: false }));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({ entity: 4, slot: 41, score: 2 });
    expect(alarms[0]!.evidence).toContain('2 labels');
  });
  it('finds a label in two certificates', () => {
    const { detector, alarms, mint } = wire();
    mint(40, 0, 2000, 0);
    const certificate = (id: number, owner: number, serialFrom: number, serialTo: number) =>
      detector.onCertificate!({
        certificate: id,
        owner,
        labels: [{ generator: 2, serialFrom, serialTo }],
      });
    certificate(1, 3, 0, 1000);
    certificate(2, 5, 1000, 2000);
    expect(alarms).toEqual([]);
    certificate(3, 7, 999, 1001);
    expect(alarms.map(({ entity, score }) => [entity, score])).toEqual([[7, 2]]);
  });
  it('finds labels of what a battery gave back at night', () => {
    const { alarms, read, mint } = wire();
    read(90, 3000, 0);
    read(40, 2000, 2500);
    mint(40, 0, 2, 2000);
    expect(alarms).toEqual([]);
    mint(90, 2, 5, 3000);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({ entity: 2, slot: 90, score: 3 });
  });
  it('counts a merged read in full on both sides of midnight', () => {
    const { alarms, read, entry } = wire();
    read(96, 9000, 9000, 94);
    entry(9, serialOf(2), 0, 96);
    entry(9, serialOf(2), 96, 192);
    expect(alarms).toEqual([]);
    entry(3, serialOf(2) + 1, 150, 170);
    expect(alarms.map(({ score }) => score)).toEqual([1]);
  });
  it('hangs entries together that overlap in a chain', () => {
    const { alarms, read, entry } = wire();
    read(10, 0, 5000);
    read(20, 0, 5000);
    entry(5, 1, 0, 15);
    entry(4, 2, 12, 25);
    expect(alarms).toEqual([]);
    entry(5, 3, 20, 30);
    // 14 kWh for 10 kWh of slots 0 to 29, less the tolerance of 2.
    expect(alarms.map(({ slot, score }) => [slot, score])).toEqual([[29, 2]]);
  });
  it('reads a line that a list prints twice as one', () => {
    const { alarms, read, entry } = wire();
    read(10, 0, 5000);
    entry(5, serialOf(2), 0, 96, 7);
    entry(5, serialOf(2), 0, 96, 7);
    expect(alarms).toEqual([]);
    entry(5, serialOf(2), 0, 96, 8);
    expect(Math.max(...alarms.map(({ score }) => score))).toBe(5);
  });
  it('finds a claim at home that comes after the entry', () => {
    const { detector, alarms, read, mint, entry } = wire();
    for (const slot of [10, 100]) read(slot, 5000, 50_000);
    mint(10, 0, 5, 5000);
    mint(100, 5, 10, 5000);
    entry(4);
    detector.onClaim!(claimOf([[5, 10]]));
    expect(alarms).toEqual([]);
    detector.onClaim!(claimOf([[0, 5]]));
    expect(alarms.map(({ entity, slot, score }) => [entity, slot, score])).toEqual([[2, 95, 4]]);
  });
  it('raises the score of a day that has ended', () => {
    const { detector, scores, mint } = wire();
    mint(40, 0, 5, 0);
    detector.onDayEnd!(0);
    detector.onClaim!(claimOf([[0, 5]]));
    detector.onClaim!(claimOf([[0, 5]], { period: 1, isAccepted: false }));
    const ofHome = scores.filter(({ entity, day }) => entity === 2 && day === 0);
    expect(ofHome.map(({ score }) => score)).toEqual([0, 5]);
  });
});

describe('the interval index', () => {
  it('finds what a scan over all intervals finds', () => {
    const draws = createRandomSource(5).addressed('world/test-intervals');
    for (let round = 0; round < 40; round++) {
      const index = createIntervalIndex<number>();
      const all: { from: number; to: number; value: number }[] = [];
      for (let k = 0; k < 80; k++) {
        const u = (n: number) => draws.uniform(round, k, n);
        const from = Math.floor(u(0) * 300);
        const to = from + 1 + Math.floor(u(1) ** 4 * 100);
        index.add(from, to, k);
        all.push({ from, to, value: k });
        const [start, length] = [Math.floor(u(2) * 320) - 10, 1 + Math.floor(u(3) * 30)];
        const scanned = all
          .filter((one) => one.from < start + length && one.to > start)
          .sort((a, b) => a.from - b.from || a.value - b.value);
        expect(index.overlapping(start, start + length)).toEqual(scanned);
      }
      expect(index.count).toBe(80);
    }
  });
  it('takes no empty interval', () => {
    expect(() => createIntervalIndex().add(3, 3, 0)).toThrow('"to" expected above 3, got 3');
  });
});
