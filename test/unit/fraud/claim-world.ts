/**
 * A village that claims: meters, labels, honest claims and entries of a second registry, and what attacks
 * add. The contract's part, that a label is claimed once, is played by a set of single serials.
 */
import { defaultsOf } from '../../../src/base/options.ts';
import { type AddressedStream, createRandomSource } from '../../../src/base/random.ts';
import type { Attack, AttackInstance, OwnPeriod } from '../../../src/fraud/attacks/define.ts';
import certificateUniqueness from '../../../src/fraud/detectors/certificate-uniqueness.ts';
import type { ClaimEvent, DetectorInstance } from '../../../src/fraud/detectors/define.ts';
import { attackWorld, detectorWorld } from './worlds.ts';

export const HOMES = 20;
export const DAYS = 6;
const SLOTS = 96;

/** Share of the generation that homes consume themselves. */
export interface ClaimWorldOptions {
  readonly selfShare?: number;
  readonly isElsewhere?: (home: number, day: number) => boolean;
}

/** Energy of a PV home in a slot [Wh], multiples of 10: generation and export. */
function flows(home: number, slot: number, selfShare: number, draws: AddressedStream) {
  const noon = Math.max(0, 1 - Math.abs((slot % SLOTS) - 48) / 20);
  const cloud = 0.3 + 0.7 * draws.uniform(home, Math.floor(slot / SLOTS), 0);
  const generationWh = home % 2 === 0 ? 10 * Math.floor(90 * noon * cloud) : 0;
  const exportWh = 10 * Math.floor((generationWh * (1 - selfShare)) / 10);
  return { generationWh, exportWh };
}

/** Plays a run through the detector. */
export function playClaims(
  attack: Attack | undefined,
  attackOptions: Record<string, unknown> = {},
  options: ClaimWorldOptions = {},
  seed = 1,
) {
  const isElsewhere = options.isElsewhere ?? ((home, day) => home % 6 === 0 && day % 2 === 1);
  const slotCount = DAYS * SLOTS;
  const detection = detectorWorld({ slotCount });
  const detector = certificateUniqueness.create(
    detection.context,
    defaultsOf(certificateUniqueness.options()),
  );
  const wired = attackWorld({ slotCount }, seed);
  const instance = attack?.create(wired.context, {
    ...defaultsOf(attack.options()),
    from: 0,
    ...attackOptions,
  });
  const carryWh = new Float64Array(HOMES);
  const nextSerial = new Float64Array(HOMES);
  const claimed = Array.from({ length: HOMES }, () => new Set<number>());
  const clouds = createRandomSource(seed).addressed('world/test-clouds');
  let nextEntry = 0;
  const counts = { honest: 0, refused: 0, accepted: 0, entries: 0 };
  const isActor = (home: number) => instance?.secondPlants?.includes(home) ?? false;
  for (let home = 0; home < HOMES; home += 2) {
    const plant = { owner: home, generator: home };
    detector.onPlant!({ plant: home, serial: serialOf(home), ...plant });
    if (isActor(home)) {
      detector.onPlant!({ plant: HOMES + home, serial: serialOf(home) + 5, ...plant });
    }
  }

  function claim(event: Omit<ClaimEvent, 'isAccepted'>): boolean {
    const serials = event.labels.flatMap(([from, to]) =>
      Array.from({ length: to - from }, (_, k) => from + k),
    );
    const mine = claimed[event.home]!;
    const isAccepted = serials.every((serial) => !mine.has(serial));
    if (isAccepted) for (const serial of serials) mine.add(serial);
    detector.onClaim!({ ...event, isAccepted });
    return isAccepted;
  }

  for (let day = 0; day < DAYS; day++) {
    const periods = playDay(day);
    for (const own of periods) settlePeriod(own);
  }
  return { ...detection, labels: wired.labels, instance, counts, detector, claim };

  /** Reads and mints of a day. @returns What each owner sees of it. */
  function playDay(day: number): OwnPeriod[] {
    const first = new Float64Array(nextSerial);
    const generation = new Float64Array(HOMES);
    const self = new Float64Array(HOMES);
    for (let slot = day * SLOTS; slot < (day + 1) * SLOTS; slot++) {
      for (let home = 0; home < HOMES; home++) {
        const { generationWh, exportWh } = flows(home, slot, options.selfShare ?? 0.2, clouds);
        const reading = { home, fromSlot: slot, slot, importWh: 0, exportWh, generationWh };
        detector.onReading!({ ...reading, quality: 'A', clockErrorUs: 0 });
        if (generationWh === 0) continue;
        generation[home]! += generationWh;
        self[home]! += generationWh - exportWh;
        carryWh[home]! += exportWh;
        const serialFrom = nextSerial[home]!;
        const labels = Math.floor(carryWh[home]! / 1000);
        carryWh[home]! -= 1000 * labels;
        nextSerial[home] = serialFrom + labels;
        const serialTo = serialFrom + labels;
        const mint = { slot, serialFrom, serialTo, cleanWh: exportWh, selfWh: 0 };
        detector.onMint!({ generator: home, ...mint });
      }
    }
    detector.onDayEnd!(day);
    return Array.from({ length: HOMES / 2 }, (_, k) => {
      const home = 2 * k;
      const [from, to] = [first[home]!, nextSerial[home]!];
      return {
        home,
        period: day,
        fromSlot: day * SLOTS,
        toSlot: (day + 1) * SLOTS,
        serial: serialOf(home),
        labels: [[from, to]] as const,
        labelKWh: to - from,
        generationWh: generation[home]!,
        selfWh: self[home]!,
        rateUptPerKWh: 288_000,
        isElsewhere: isElsewhere(home, day),
      };
    }).filter(({ labelKWh }) => labelKWh > 0);
  }

  function settlePeriod(own: OwnPeriod): void {
    const { home, period, fromSlot, toSlot, serial, labels } = own;
    counts.honest++;
    if (own.isElsewhere) {
      const entry = { serial, meter: home, fromSlot, toSlot, energyKWh: own.labelKWh };
      detector.onRegistryEntry!({ registry: 'abroad', entry: nextEntry++, ...entry });
    } else {
      claim({ home, plant: home, period, labels });
    }
    for (const more of instance?.claims?.(own) ?? []) {
      if (more.to === 'registry') {
        counts.entries++;
        const entry = nextEntry++;
        detector.onRegistryEntry!({ registry: 'abroad', entry, meter: home, ...more });
        continue;
      }
      const plant = more.isSecondPlant ? HOMES + home : home;
      if (claim({ home, plant, period: more.period, labels: more.labels })) counts.accepted++;
      else counts.refused++;
    }
  }
}

/** Registered serial of a home's device. */
export const serialOf = (home: number): number => 16 * (1000 + home);

/** Days of homes as text, sorted and once each. */
export const homeDays = (
  rows: readonly { home?: number; entity?: number; slot: number }[],
): string[] =>
  [
    ...new Set(
      rows.map(({ home, entity, slot }) => `${home ?? entity}/${Math.floor(slot / SLOTS)}`),
    ),
  ].sort();

export type { AttackInstance, DetectorInstance };
