/**
 * What a community is to the rest of the simulator: homes with their equipment, and a source of
 * load and PV energy per physics step. A generator, a CSV folder and a foreign data set look the
 * same from here, so physics, meters and markets never ask where a series came from.
 */
import type { Calendar } from '../base/calendar.ts';
import type { InputIssue } from '../base/errors.ts';
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { RandomSource } from '../base/random.ts';

/** Equipment of one home, as registered. */
export interface HomeSpec {
  /** External id, unique in the community, e.g. `home-017`. */
  readonly id: string;
  /** `household`, `shop`, `office`, `workshop`, or `home` where the source does not say. */
  readonly kind: string;
  /** PV module power at standard test conditions [W]; 0 is none. */
  readonly pvDcW: number;
  /** Inverter limit [W]; 0 exactly when there is no PV. */
  readonly pvAcW: number;
  /** Roof tilt from horizontal [degree], 0 to 90. */
  readonly tiltDeg: number;
  /** Direction the roof faces, clockwise from north [degree]; 180 is south. */
  readonly azimuthDeg: number;
  /** Whether tilt and azimuth are known to the operator; where not, only `pvAcW` bounds output. */
  readonly orientationKnown: boolean;
  /** Battery capacity [Wh]; 0 is none. */
  readonly batteryWh: number;
  /** Battery power limit on the AC side, both directions [W]. */
  readonly batteryW: number;
  /** Efficiency of one way, (0, 1]. */
  readonly batteryEfficiency: number;
}

/** Load and PV of a population over the horizon. */
export interface CommunitySource {
  /** One entry per home; the index is the home's dense number everywhere. */
  readonly homes: readonly HomeSpec[];
  /** Location [degree], north and east positive. */
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  /** Delivery slots from the start. */
  readonly slotCount: number;
  /** Physics steps in one slot. */
  readonly stepsPerSlot: number;
  /** Slots of physics before the start, for forecasts and detector calibration. */
  readonly historySlotCount: number;
  /**
   * Writes the energy of one physics step.
   *
   * @param step - Steps since the start, negative in history; called in increasing order from
   *   `-historySlotCount * stepsPerSlot`, each exactly once.
   * @param loadWh - Receives the load [Wh, float >= 0] per home.
   * @param pvWh - Receives the PV output on the AC side [Wh, float >= 0] per home.
   */
  fill(step: number, loadWh: Float64Array, pvWh: Float64Array): void;
  /**
   * Set where the members have no energy and only send transfers: the run then is of the chain alone.
   * Offered load [transfers/s], how long before the measured span it begins and how long a transfer may
   * wait [µs].
   */
  readonly transfers?: {
    readonly perSecond: number;
    readonly leadInUs: number;
    readonly expiryUs: number;
    /** Median of the amounts [Upt], integer ≥ 1, and the shape of their lognormal law; 0 is a constant. */
    readonly amountUpt: number;
    readonly amountSigma: number;
    /** Share of the transfers that go to the first member. */
    readonly hotShare: number;
  };
  /** Sentences a reader of the results must know (gaps filled, homes left out). */
  readonly notes: readonly string[];
  /** Files read, with their hashes, for the run's identity. */
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
}

/** Energy of one quantity of one home on regular intervals. */
export interface Profile {
  /** Interval [s]. */
  readonly stepS: number;
  /** Intervals before the start of the run. */
  readonly historyCount: number;
  /** Energy [Wh, integer >= 0] from the first interval of history to the end of the window. */
  readonly energyWh: ArrayLike<number>;
}

/** A home with its profiles. */
export interface HomeProfiles {
  readonly spec: HomeSpec;
  readonly load: Profile;
  /** Undefined for a home without PV. */
  readonly pv: Profile | undefined;
}

/**
 * What a community imported: plain values and typed arrays, which runs read and never write, so that one
 * set serves the runs of all threads.
 */
export interface ProfileSet {
  /** In the order of home indices. */
  readonly homes: readonly HomeProfiles[];
  /** Location [degree], north and east positive. */
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  /** Sentences a reader of the results must know. */
  readonly notes: readonly string[];
  /** Files read, with their hashes. */
  readonly inputs: CommunitySource['inputs'];
}

/** What an import may depend on: no seed and no physics step. */
export interface ImportContext {
  readonly calendar: Calendar;
  /** Delivery slot [µs]. */
  readonly slotUs: number;
  readonly slotCount: number;
  readonly historySlotCount: number;
  /** Folder of the scenario file; relative paths start here. */
  readonly folder: string;
  /** Collects a problem of the user's data; never throws. */
  issue(issue: InputIssue): void;
}

/** What a community plug-in is given. */
export interface CommunityContext extends ImportContext {
  /** Physics step [µs]; divides the slot. */
  readonly stepUs: number;
  readonly random: RandomSource;
}

/** A source of communities: synthetic or imported. */
export interface CommunityPlugin<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /**
   * Builds the community. Deterministic in (context, options) and the bytes of the files it reads.
   * Returns undefined after it reported at least one issue.
   *
   * @param profiles - What `load` gave for an equal context and equal options; loaded anew when absent.
   */
  create(
    context: CommunityContext,
    options: OptionValues<S>,
    profiles?: ProfileSet,
  ): CommunitySource | undefined;
  /**
   * Reads the files of an imported community; absent where it imports none. Runs that differ in nothing
   * that it sees share what it gives. Returns undefined after it reported at least one issue.
   */
  load?(context: ImportContext, options: OptionValues<S>): ProfileSet | undefined;
}

/** Declares a community plug-in; infers the type of its options and freezes it. */
export function defineCommunity<const S extends OptionSet>(
  plugin: CommunityPlugin<S>,
): CommunityPlugin<S> {
  return Object.freeze(plugin);
}
