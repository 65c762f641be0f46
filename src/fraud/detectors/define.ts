/** The extension point "detector": alarms and scores from reported and ledger data only. */
import type { Calendar } from '../../base/calendar.ts';
import type { OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';

/** Entity number of the feeder in alarms and scores. */
export const FEEDER_ENTITY = -1;

/** What the operator has on file about a home: registered, not measured. */
export interface RegisteredHome {
  readonly id: string;
  /** Inverter limit [W]; 0 is no PV. */
  readonly pvAcW: number;
  /** Module power [W]. */
  readonly pvDcW: number;
  /** Tilt from horizontal [degree]. */
  readonly tiltDeg: number;
  /** Direction faced, clockwise from north [degree]. */
  readonly azimuthDeg: number;
  /** Whether tilt and azimuth are on file; where not, they must not be used. */
  readonly orientationKnown: boolean;
}

/** An alarm as a detector raises it. */
export interface Alarm {
  /** Home index, or {@link FEEDER_ENTITY}. */
  readonly entity: number;
  /** Slot the alarm is about; its local day is the day accused. */
  readonly slot: number;
  /** On the scale of the daily score; at least the instance's threshold. */
  readonly score: number;
  /** One line a human can check. */
  readonly evidence: string;
}

/** What a detector is given when a run is wired. */
export interface DetectorContext {
  readonly count: number;
  /** Registered data in dense order. */
  readonly homes: readonly RegisteredHome[];
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly calendar: Calendar;
  /** Delivery slot [µs]. */
  readonly slotUs: number;
  readonly slotCount: number;
  /** Half-width of the uniform gain error of home meters, as a share. */
  readonly meterClass: number;
  /** Half-width of the gain error of the feeder-head meter, as a share. */
  readonly headClass: number;
  /** Resolution of the registers [Wh]. */
  readonly resolutionWh: number;
  alarm(alarm: Alarm): void;
  /**
   * Daily screening score; larger is more suspect. May be called again for a day when late data
   * arrive: scoring keeps the largest.
   */
  score(entity: number, day: number, score: number): void;
}

/** A reading as it reached the head-end: register differences over slots `fromSlot` to `slot`. */
export interface ReadingEvent {
  readonly home: number;
  readonly fromSlot: number;
  /** Last slot covered; above `fromSlot` the read merges lost neighbours. */
  readonly slot: number;
  readonly importWh: number;
  readonly exportWh: number;
  readonly generationWh: number;
  /** A for one slot, E for a merged span; both are differences of registers. */
  readonly quality: 'A' | 'E';
  /** Clock error of the meter at the read [µs], signed. */
  readonly clockErrorUs: number;
}

/** Feeder balance of one slot, in meter data after estimation. */
export interface FeederEvent {
  readonly slot: number;
  /** Net import at the feeder head, as its meter says [Wh], signed. */
  readonly headWh: number;
  /** Per home [Wh], >= 0. Valid during the call only. */
  readonly reportedImportWh: Float64Array;
  /** Per home [Wh], >= 0. Valid during the call only. */
  readonly reportedExportWh: Float64Array;
  /** Technical loss computed from reported data [Wh], >= 0. */
  readonly modelledLossWh: number;
}

/** A settled trade of a final block. */
export interface TradeEvent {
  readonly slot: number;
  readonly buyer: number;
  readonly seller: number;
  /** Contracted energy [Wh]. */
  readonly energyWh: number;
  readonly priceUptPerKWh: number;
  /** Named counterparties, outside the pool. */
  readonly bilateral: boolean;
}

/** A plant entered into the register of the subsidy. */
export interface PlantEvent {
  readonly plant: number;
  /** Home that claims for it. */
  readonly owner: number;
  /** Home whose meter registers its generation. */
  readonly generator: number;
  /** Serial of its device. */
  readonly serial: number;
}

/** Labels minted of one home's slot on a final block. */
export interface MintEvent {
  readonly generator: number;
  readonly slot: number;
  readonly serialFrom: number;
  /** First serial behind the range; may be `serialFrom`, where the energy only carries over. */
  readonly serialTo: number;
  /** Clean export and self-consumption that were labelled [Wh]. */
  readonly cleanWh: number;
  readonly selfWh: number;
}

/** A claim of the subsidy on a final block, granted a place in the queue or refused by the contract. */
export interface ClaimEvent {
  readonly home: number;
  readonly plant: number;
  readonly period: number;
  /** Ranges of serials [from, to) of the generator whose meter the plant has. */
  readonly labels: readonly (readonly [from: number, to: number])[];
  readonly isAccepted: boolean;
}

/** A certificate issued on a final block, and the labels in it. */
export interface CertificateEvent {
  readonly certificate: number;
  readonly owner: number;
  readonly labels: readonly {
    readonly generator: number;
    readonly serialFrom: number;
    /** First serial behind the range. */
    readonly serialTo: number;
  }[];
}

/** An entry in the public list of another registry. */
export interface RegistryEvent {
  readonly registry: string;
  /** Number of the entry in its registry. */
  readonly entry: number;
  /** Serial of the device as stated. */
  readonly serial: number;
  /** Home whose meter is stated. */
  readonly meter: number;
  readonly fromSlot: number;
  /** First slot behind the stretch. */
  readonly toSlot: number;
  readonly energyKWh: number;
}

/** A detector wired into one run. Handlers are called in simulated time order. */
export interface DetectorInstance {
  /** Score from which the detector raises an alarm. */
  readonly threshold: number;
  onReading?(reading: ReadingEvent): void;
  onFeeder?(feeder: FeederEvent): void;
  onTrade?(trade: TradeEvent): void;
  onPlant?(plant: PlantEvent): void;
  /** In the order of serials, and before claims of the labels. */
  onMint?(mint: MintEvent): void;
  onClaim?(claim: ClaimEvent): void;
  onCertificate?(certificate: CertificateEvent): void;
  onRegistryEntry?(entry: RegistryEvent): void;
  /** After the feeder event of the slot. */
  onSlotEnd?(slot: number): void;
  /** After the last slot of the local day, and no earlier than its readings are due. */
  onDayEnd?(day: number): void;
}

/** A detector. */
export interface Detector<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** What it names: a home, or only the feeder (entity {@link FEEDER_ENTITY}). */
  readonly unit: 'home' | 'feeder';
  /** Wires the detector. It may not draw random numbers, schedule events or change its input. */
  create(context: DetectorContext, options: OptionValues<S>): DetectorInstance;
}

/** Declares a detector; infers the type of its options and freezes it. */
export function defineDetector<const S extends OptionSet>(detector: Detector<S>): Detector {
  return Object.freeze(detector) as unknown as Detector;
}
