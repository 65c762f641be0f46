import { createSlotDays } from '../../base/days.ts';
import { energy, number } from '../../base/options.ts';
import { type ClaimEvent, defineDetector } from './define.ts';
import { createGenerationBook } from './generation-book.ts';
import { createIntervalIndex, type IntervalIndex } from './interval-index.ts';
import { createRegistryMatch, type Finding } from './registry-match.ts';

/** What a range of labels was used for. */
interface LabelUse {
  readonly home: number;
  /** What it was, in words; equal words are one and the same use. */
  readonly use: string;
}

/**
 * Counts every kilowatt-hour once. What it looks at is public: labels, claims and certificates on the
 * chain, entries of other registries, and the reads of meters.
 *
 * - A claim or certificate of a label that another one has used, also where the contract refused it. A
 *   claim sent again word for word is a retry and accuses nobody.
 * - One device and stretch of time both at home and with another registry, or twice with others.
 * - Entries under serials that no register knows: claims for one meter over a stretch, in all
 *   registries, above what it generated (tolerance: remainders that labels carry over midnight).
 * - Labels above the clean energy of their slot, which is the lesser of export and generation: what a
 *   battery gives back is no generation, wherever it was charged.
 *
 * The daily score of a home is the energy counted twice or from nowhere [kWh] in its worst finding; the
 * day is that of the energy, not of the claim. Blind to entries that name neither device nor meter, and
 * to an altered serial as long as all claims together stay below the generation. Cost: O(log claims)
 * a claim, O(slots of the stretch) an entry.
 */
export default defineDetector({
  apiVersion: 1,
  name: 'certificate-uniqueness',
  code: 'D09',
  unit: 'home',
  summary: 'Clean energy that is claimed, certified or registered more than once',
  source: 'model.md §8.4 D09, §7.4 (storage gets no labels)',
  options: () => ({
    threshold: number(0.5, { min: 0, doc: 'Energy in a finding that alarms, in kWh' }),
    tolerance: energy('2 kWh', { doc: 'Excess over generation that carried remainders explain' }),
  }),
  create(context, options) {
    const { count, slotCount } = context;
    const days = createSlotDays(context.calendar, context.slotUs);
    const book = createGenerationBook(count, slotCount);
    const match = createRegistryMatch(count, slotCount, book, options.tolerance / 1000);
    const generatorOfPlant = new Map<number, number>();
    const claims = Array.from({ length: count }, () => createIntervalIndex<LabelUse>());
    const certificates = Array.from({ length: count }, () => createIntervalIndex<LabelUse>());
    /** Labels from nowhere by home and day [Wh]. */
    const unfoundedWh = new Map<number, Float64Array>();
    const best = new Map<number, Float64Array>();
    let lastDayEnded = Number.NEGATIVE_INFINITY;

    function rowOf(rows: Map<number, Float64Array>, day: number): Float64Array {
      const found = rows.get(day) ?? new Float64Array(count);
      rows.set(day, found);
      return found;
    }

    function report({ home, slot, energyKWh, evidence }: Finding): void {
      const day = days.dayOf(slot);
      const scores = rowOf(best, day);
      if (energyKWh > scores[home]!) {
        scores[home] = energyKWh;
        if (day <= lastDayEnded) context.score(home, day, energyKWh);
      }
      if (energyKWh < options.threshold) return;
      context.alarm({ entity: home, slot, score: energyKWh, evidence });
    }

    /** Uses of labels that are not this one, as a finding. */
    function repeated(
      index: IntervalIndex<LabelUse>,
      generator: number,
      ranges: ClaimEvent['labels'],
      by: LabelUse,
    ): Finding[] {
      let energyKWh = 0;
      let slot = -1;
      let other = '';
      for (const [from, to] of ranges) {
        for (const found of index.overlapping(from, to)) {
          if (found.value.use === by.use) continue;
          const [start, end] = [Math.max(from, found.from), Math.min(to, found.to)];
          energyKWh += end - start;
          other = found.value.use;
          slot = Math.max(slot, book.slotsOf(generator, end - 1, end)[0]?.slot ?? 0);
        }
      }
      const evidence = `${energyKWh} labels in ${by.use} that are in ${other}`;
      return energyKWh === 0 ? [] : [{ home: by.home, slot, energyKWh, evidence }];
    }

    return {
      threshold: options.threshold,
      onReading: book.read,
      onPlant(plant) {
        generatorOfPlant.set(plant.plant, plant.generator);
        match.plant(plant);
      },
      onMint(mint) {
        book.mint(mint);
        const { generator, slot, cleanWh, selfWh } = mint;
        const clean = book.cleanOf(generator, slot);
        if (clean === undefined) return;
        const excessWh = Math.max(
          cleanWh - clean.cleanExportWh,
          cleanWh + selfWh - clean.generationWh,
        );
        if (excessWh <= 0) return;
        const today = rowOf(unfoundedWh, days.dayOf(slot));
        today[generator]! += excessWh;
        const energyKWh = today[generator]! / 1000;
        const evidence =
          `labels of ${cleanWh + selfWh} Wh in slot ${slot}, ` +
          `${clean.cleanExportWh} Wh exported while ${clean.generationWh} Wh were generated`;
        report({ home: generator, slot, energyKWh, evidence });
      },
      onClaim({ home, plant, period, labels, isAccepted }) {
        const generator = generatorOfPlant.get(plant);
        if (generator === undefined) return;
        const ranges = labels.map(([from, to]) => `${from}-${to}`).join(' ');
        const by = { home, use: `the claim of plant ${plant} for period ${period} (${ranges})` };
        repeated(claims[generator]!, generator, labels, by).forEach(report);
        if (!isAccepted) return;
        for (const [from, to] of labels) claims[generator]!.add(from, to, by);
        match.claim(generator, labels).forEach(report);
      },
      onCertificate({ certificate, owner, labels }) {
        const by = { home: owner, use: `certificate ${certificate}` };
        for (const { generator, serialFrom, serialTo } of labels) {
          const index = certificates[generator]!;
          repeated(index, generator, [[serialFrom, serialTo]], by).forEach(report);
          index.add(serialFrom, serialTo, by);
        }
      },
      onRegistryEntry(entry) {
        match.entry(entry).forEach(report);
      },
      onDayEnd(day) {
        const scores = rowOf(best, day);
        for (let home = 0; home < count; home++) context.score(home, day, scores[home]!);
        lastDayEnded = day;
      },
    };
  },
});
