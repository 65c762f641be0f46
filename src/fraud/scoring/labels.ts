/**
 * Ground truth of a run: what was false, by whom, when, and what it cost. Only scoring reads it.
 */
import type { SlotDays } from '../../base/days.ts';

/** Least energy of a day that makes it a positive [Wh]. Source: model.md §8.5. */
export const POSITIVE_WH = 500;
/** Least value of a day that makes it a positive [Upt]: 0.1 point. */
export const POSITIVE_UPT = 100_000;

/** A true label: an attack or an honest fault at one home in one slot. */
export interface Label {
  /** Attack or fault plug-in. */
  readonly attack: string;
  /** Its code, or ''. */
  readonly code: string;
  readonly home: number;
  readonly slot: number;
  /** False for honest faults. */
  readonly intentional: boolean;
  /** True minus reported energy, absolute [Wh], >= 0. */
  readonly deltaWh: number;
  /** Value moved by a false trade [Upt], >= 0. */
  readonly deltaUpt: number;
}

/** Sums of one slot of an episode. */
export interface SlotTruth {
  deltaWh: number;
  deltaUpt: number;
  /** Money others lose, signed [Upt]. */
  lostUpt: number;
}

/** All labels of one attack (or fault) at one home. */
export interface Episode {
  readonly attack: string;
  readonly code: string;
  readonly home: number;
  readonly intentional: boolean;
  readonly slots: Map<number, SlotTruth>;
}

/** Whose labels count as positives: fraud only, or honest faults too. */
export type LabelClass = 'intentional' | 'all';

/** Sums of one episode over one local day. */
export interface EpisodeDay {
  readonly day: number;
  startSlot: number;
  /** First slot after the last label of the day. */
  endSlot: number;
  deltaWh: number;
  /** Value moved by false trades, and |money lost| slot by slot [Upt]. */
  deltaUpt: number;
}

/** The labels of a run. */
export interface Labels {
  /** Adds a label; several of one slot add up. Slots before the run are ignored. */
  add(label: Label): void;
  /**
   * Adds money lost in a labelled slot; fraud takes it before faults; without a label it is
   * ignored.
   */
  addLoss(home: number, slot: number, lostUpt: number): void;
  /** Counts the false energy of a read that has become final on the chain, once. */
  addFinalRead(home: number, slot: number): void;
  /** False energy that is final on the chain [Wh]. */
  finalFalseWh(kind: LabelClass): number;
  /** Episodes by attack, home and intent; those without a difference are left out. */
  episodes(kind: LabelClass): readonly Episode[];
  /** Days of an episode in order. */
  daysOf(episode: Episode): readonly EpisodeDay[];
}

/** Creates an empty record. */
export function createLabels(days: SlotDays): Labels {
  const byKey = new Map<string, Episode>();
  const byHome = new Map<number, Episode[]>();
  const finalReads = new Set<string>();
  const falseWh = { intentional: 0, all: 0 };
  const isIn = (episode: Episode, kind: LabelClass) => kind === 'all' || episode.intentional;
  const hasDelta = (episode: Episode) => {
    for (const truth of episode.slots.values()) {
      if (truth.deltaWh > 0 || truth.deltaUpt > 0) return true;
    }
    return false;
  };

  function episodeOf(label: Label): Episode {
    const { attack, code, home, intentional } = label;
    const key = `${attack}/${home}/${intentional}`;
    let episode = byKey.get(key);
    if (episode === undefined) {
      episode = { attack, code, home, intentional, slots: new Map() };
      byKey.set(key, episode);
      const ofHome = byHome.get(home) ?? [];
      ofHome.push(episode);
      // Fraud first, so that money lost in a slot that is also faulty counts as fraud.
      ofHome.sort((a, b) => Number(b.intentional) - Number(a.intentional));
      byHome.set(home, ofHome);
    }
    return episode;
  }

  return {
    add(label) {
      if (label.slot < 0) return;
      const { slots } = episodeOf(label);
      const truth = slots.get(label.slot);
      if (truth === undefined) {
        slots.set(label.slot, { deltaWh: label.deltaWh, deltaUpt: label.deltaUpt, lostUpt: 0 });
      } else {
        truth.deltaWh += label.deltaWh;
        truth.deltaUpt += label.deltaUpt;
      }
    },
    addLoss(home, slot, lostUpt) {
      const episode = byHome.get(home)?.find((candidate) => candidate.slots.has(slot));
      if (episode !== undefined) episode.slots.get(slot)!.lostUpt += lostUpt;
    },
    addFinalRead(home, slot) {
      const key = `${home}/${slot}`;
      const labelled = byHome.get(home)?.filter((episode) => episode.slots.has(slot)) ?? [];
      if (labelled.length === 0 || finalReads.has(key)) return;
      finalReads.add(key);
      for (const episode of labelled) {
        const { deltaWh } = episode.slots.get(slot)!;
        falseWh.all += deltaWh;
        if (episode.intentional) falseWh.intentional += deltaWh;
      }
    },
    finalFalseWh: (kind) => falseWh[kind],
    episodes: (kind) =>
      [...byKey.values()]
        .filter((episode) => isIn(episode, kind) && hasDelta(episode))
        .sort(
          (a, b) =>
            (a.attack < b.attack ? -1 : a.attack > b.attack ? 1 : 0) ||
            a.home - b.home ||
            Number(b.intentional) - Number(a.intentional),
        ),
    daysOf(episode) {
      const byDay = new Map<number, EpisodeDay>();
      for (const slot of [...episode.slots.keys()].sort((a, b) => a - b)) {
        const { deltaWh, deltaUpt, lostUpt } = episode.slots.get(slot)!;
        if (deltaWh === 0 && deltaUpt === 0) continue;
        const day = days.dayOf(slot);
        let sums = byDay.get(day);
        if (sums === undefined) {
          sums = { day, startSlot: slot, endSlot: slot, deltaWh: 0, deltaUpt: 0 };
          byDay.set(day, sums);
        }
        sums.endSlot = slot + 1;
        sums.deltaWh += deltaWh;
        sums.deltaUpt += deltaUpt + Math.abs(lostUpt);
      }
      return [...byDay.values()];
    },
  };
}
