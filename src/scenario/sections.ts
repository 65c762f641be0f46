/**
 * The scenario's keys as values, by subject in `sections/`: what may be set, in which unit, within
 * which limits, and its default. Everything else (validation, defaults, JSON Schema, `peerwatt
 * init`, the docs table and the TypeScript type) is derived from here. Names of keys:
 * docs/nomenclature.md.
 */
import type { OptionValues } from '../base/options.ts';
import { CERTIFICATES, SUBSIDY } from './sections/certificates.ts';
import { LEDGER, NETWORK, OUTPUT } from './sections/chain.ts';
import { MARKET, SETTLEMENT } from './sections/market.ts';
import { ENERGY, GRID, HORIZON, METERING } from './sections/physics.ts';
import { POINTS } from './sections/points.ts';

export { CERTIFICATES, SUBSIDY } from './sections/certificates.ts';
export { LEDGER, NETWORK, OUTPUT } from './sections/chain.ts';
export { MARKET, SETTLEMENT } from './sections/market.ts';
export { ENERGY, GRID, HORIZON, METERING } from './sections/physics.ts';
export { POINTS } from './sections/points.ts';

/** A plug-in named in a scenario, with its options resolved. */
export interface PluginChoice {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** All sections with plain keys, by name. */
export const SECTIONS = {
  horizon: HORIZON,
  energy: ENERGY,
  grid: GRID,
  metering: METERING,
  market: MARKET,
  settlement: SETTLEMENT,
  ledger: LEDGER,
  network: NETWORK,
  points: POINTS,
  certificates: CERTIFICATES,
  subsidy: SUBSIDY,
  output: OUTPUT,
} as const;

/**
 * Keys whose value is a plug-in: a name, or `{ name, ...options }`. `many` marks a list of them.
 * `noun` is the registry's noun; `fallback` the default name.
 */
export const PLUGIN_KEYS = {
  population: { path: ['population'], noun: 'community', many: false, fallback: 'synthetic' },
  feeder: { path: ['grid', 'feeder'], noun: 'feeder', many: false, fallback: 'generated-lv' },
  lossAllocation: {
    path: ['grid', 'lossAllocation'],
    noun: 'loss allocation',
    many: false,
    fallback: 'pro-rata',
  },
  mechanism: {
    path: ['market', 'mechanism'],
    noun: 'market mechanism',
    many: false,
    fallback: 'uniform-price',
  },
  strategy: { path: ['market', 'strategy'], noun: 'strategy', many: false, fallback: 'truthful' },
  forecast: {
    path: ['market', 'forecast'],
    noun: 'forecast',
    many: false,
    fallback: 'persistence',
  },
  consensus: { path: ['consensus'], noun: 'consensus protocol', many: false, fallback: 'dpos' },
  topology: {
    path: ['network', 'topology'],
    noun: 'topology',
    many: false,
    fallback: 'random-regular',
  },
  placement: {
    path: ['network', 'placement'],
    noun: 'placement',
    many: false,
    fallback: 'two-tier',
  },
  latency: { path: ['network', 'latency'], noun: 'latency', many: false, fallback: 'lognormal' },
  relay: { path: ['network', 'relay'], noun: 'relay', many: false, fallback: 'inv-getdata' },
  attacks: { path: ['fraud', 'attacks'], noun: 'attack', many: true, fallback: '' },
  adversaries: { path: ['fraud', 'adversaries'], noun: 'adversary', many: true, fallback: '' },
  detectors: { path: ['fraud', 'detectors'], noun: 'detector', many: true, fallback: '' },
  response: { path: ['fraud', 'response'], noun: 'response', many: false, fallback: 'none' },
} as const;

/** One independent stretch of simulated time. */
export interface Window {
  /** `window-1`, `window-2`, … in file order. */
  readonly id: string;
  /** Start as seconds since 1970-01-01T00:00Z. */
  readonly startEpochS: number;
  /** Offset of local time from UTC [min]. */
  readonly utcOffsetMin: number;
  readonly days: number;
}

/** A scenario as resolved: every default filled in, every unit converted, one arm chosen. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** Arm this scenario is resolved for; `base` when none. */
  readonly arm: string;
  /** Folder of the scenario file; relative input paths start here. */
  readonly folder: string;
  readonly windows: readonly Window[];
  readonly horizon: OptionValues<typeof HORIZON>;
  readonly population: PluginChoice;
  readonly energy: OptionValues<typeof ENERGY>;
  readonly grid: OptionValues<typeof GRID> & {
    readonly feeder: PluginChoice;
    readonly lossAllocation: PluginChoice;
  };
  readonly metering: OptionValues<typeof METERING>;
  readonly market: OptionValues<typeof MARKET> & {
    readonly mechanism: PluginChoice;
    readonly strategy: PluginChoice;
    readonly forecast: PluginChoice;
  };
  readonly settlement: OptionValues<typeof SETTLEMENT>;
  readonly ledger: OptionValues<typeof LEDGER>;
  readonly consensus: PluginChoice;
  readonly network: OptionValues<typeof NETWORK> & {
    readonly topology: PluginChoice;
    readonly placement: PluginChoice;
    readonly latency: PluginChoice;
    readonly relay: PluginChoice;
  };
  readonly points: OptionValues<typeof POINTS>;
  readonly certificates: OptionValues<typeof CERTIFICATES>;
  readonly subsidy: OptionValues<typeof SUBSIDY>;
  readonly fraud: {
    readonly attacks: readonly PluginChoice[];
    /** Attacks on the chain, as against `attacks` on meters and orders. */
    readonly adversaries: readonly PluginChoice[];
    readonly detectors: readonly PluginChoice[];
    readonly response: PluginChoice;
  };
  readonly output: OptionValues<typeof OUTPUT>;
}
