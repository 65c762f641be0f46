/**
 * Chooses cables and transformers for a layout, so that the loss at its design peak is a planner's
 * and not an accident of drawn lengths: cables by a common voltage gradient, which is what makes
 * far ends alike, then all lengths by one factor. What comes out is verified by a power flow.
 */
import { log, sqrt } from '../../base/math.ts';
import { createFeeder, type Feeder } from '../../grid/feeder.ts';
import { createPowerFlow, varPerW } from '../../grid/power-flow.ts';
import { cableImpedance, transformerImpedance } from './cables.ts';
import type { LayoutNode } from './layout.ts';

/** What a network is sized for. */
export interface SizingSpec {
  readonly nodes: readonly LayoutNode[];
  /** After-diversity peak load of each home [W]. */
  readonly peakW: Float64Array;
  /** Inverter power of each home [W]. */
  readonly pvW: Float64Array;
  /** Power factor of loads, (0, 1]. */
  readonly powerFactor: number;
  /** Voltage at the source [pu]. */
  readonly sourcePu: number;
  /** Band the loss share at the design peak shall lie in, fractions. */
  readonly lossMin: number;
  readonly lossMax: number;
}

/** A sized network with what a power flow says of it. */
export interface SizedNetwork {
  readonly feeder: Feeder;
  /** Which state is the design peak: the evening's load or the noon's feed-in. */
  readonly peak: 'import' | 'export';
  /** Loss over the power exchanged by the homes at the design peak. */
  readonly lossShare: number;
  /** Lowest voltage over both states [pu]. */
  readonly voltageMinPu: number;
  /** Highest voltage over both states [pu]. */
  readonly voltageMaxPu: number;
  /** Factor on all drawn lengths. */
  readonly lengthScale: number;
}

/** Line-to-line voltage of the network [V]. */
export const LV_VOLTAGE_V = 400;
/** Band of sensible voltages at the design states [pu]: EN 50160, +-10 %. */
export const VOLTAGE_BAND_PU: readonly [number, number] = [0.9, 1.1];
/** Share of inverter power that reaches the network at once. */
export const PV_COINCIDENCE = 0.85;
/** Load at noon in shares of the evening peak. */
export const NOON_LOAD_SHARE = 0.25;
const TRANSFORMER_RESERVE = 1.2;
const CABLE_RESERVE = 1.15;
const SCALE_MIN = 0.2;
const SCALE_MAX = 8;
const BISECTIONS = 24;
/** Places in the loss band to aim at, in turn, until the voltages are sensible. */
const AIMS = [0.4, 0.2, 0.05];
/** Voltage gradients to try [V/km], loose to tight. */
const GRADIENTS = [120, 85, 60, 42, 30, 21, 15, 10.5, 7.5, 5.2, 3.7, 2.6];

/**
 * Sizes a network.
 *
 * @returns The first network, by aim, whose loss share is in the band and whose voltages are within
 *   +-10 %; where none is (a band that no cable reaches), the last one tried. The caller reports
 *   it.
 * Cost: some 40 power flows a tried aim.
 */
export function sizeNetwork(spec: SizingSpec): SizedNetwork {
  const [lowPu, highPu] = VOLTAGE_BAND_PU;
  let sized: SizedNetwork | undefined;
  for (const aim of AIMS) {
    sized = sizeFor(spec, spec.lossMin + aim * (spec.lossMax - spec.lossMin));
    const inBand = sized.lossShare >= spec.lossMin && sized.lossShare <= spec.lossMax;
    if (inBand && sized.voltageMinPu >= lowPu && sized.voltageMaxPu <= highPu) break;
  }
  return sized!;
}

function sizeFor(spec: SizingSpec, target: number): SizedNetwork {
  let gradient = GRADIENTS[0]!;
  let nearest = Number.POSITIVE_INFINITY;
  for (const candidate of GRADIENTS) {
    const distance = Math.abs(log(assess(spec, candidate, 1).lossShare / target));
    if (distance < nearest) {
      nearest = distance;
      gradient = candidate;
    }
  }
  let low = SCALE_MIN;
  let high = SCALE_MAX;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = sqrt(low * high);
    if (assess(spec, gradient, middle).lossShare < target) low = middle;
    else high = middle;
  }
  return assess(spec, gradient, low);
}

/** Builds the network with one gradient and length factor and solves both design states. */
function assess(spec: SizingSpec, gradientVPerKm: number, lengthScale: number): SizedNetwork {
  const feeder = build(spec, gradientVPerKm, lengthScale);
  const flow = createPowerFlow(feeder);
  const load = solve(spec, feeder, flow, 1, 0);
  const noon = solve(spec, feeder, flow, NOON_LOAD_SHARE, PV_COINCIDENCE);
  const peak = noon.exchangedW > load.exchangedW ? 'export' : 'import';
  const { lossW, exchangedW } = peak === 'export' ? noon : load;
  return {
    feeder,
    peak,
    // A collapsed state counts as all loss, so that the search turns away from it.
    lossShare: Number.isNaN(lossW) ? 1 : lossW / exchangedW,
    voltageMinPu: Math.min(load.voltageMinPu, noon.voltageMinPu),
    voltageMaxPu: Math.max(load.voltageMaxPu, noon.voltageMaxPu),
    lengthScale,
  };
}

interface DesignState {
  readonly lossW: number;
  readonly exchangedW: number;
  readonly voltageMinPu: number;
  readonly voltageMaxPu: number;
}

function solve(
  spec: SizingSpec,
  feeder: Feeder,
  flow: ReturnType<typeof createPowerFlow>,
  loadShare: number,
  pvShare: number,
): DesignState {
  const pW = new Float64Array(feeder.busCount);
  const qVar = new Float64Array(feeder.busCount);
  const varsPerW = varPerW(spec.powerFactor);
  let netW = 0;
  for (const { id, home } of spec.nodes) {
    if (home < 0) continue;
    const bus = feeder.indexOf(id)!;
    const loadW = loadShare * spec.peakW[home]!;
    pW[bus] = loadW - pvShare * spec.pvW[home]!;
    qVar[bus] = loadW * varsPerW;
    netW += pW[bus]!;
  }
  const { lossW, voltageMinPu, voltageMaxPu } = flow.solve(pW, qVar);
  return { lossW, exchangedW: Math.abs(netW), voltageMinPu, voltageMaxPu };
}

function build(spec: SizingSpec, gradientVPerKm: number, lengthScale: number): Feeder {
  const { nodes } = spec;
  const loadW = new Float64Array(nodes.length);
  const noonW = new Float64Array(nodes.length);
  for (let node = nodes.length - 1; node >= 0; node--) {
    const { home, parent } = nodes[node]!;
    if (home >= 0) {
      loadW[node] = spec.peakW[home]!;
      noonW[node] = NOON_LOAD_SHARE * spec.peakW[home]! - PV_COINCIDENCE * spec.pvW[home]!;
    }
    if (parent < 0) continue;
    loadW[parent] = loadW[parent]! + loadW[node]!;
    noonW[parent] = noonW[parent]! + noonW[node]!;
  }
  const branches = nodes.slice(1).map(({ id, kind, parent, lengthM }, index) => {
    const node = index + 1;
    const designVA = Math.max(loadW[node]!, Math.abs(noonW[node]!)) / spec.powerFactor;
    const impedance =
      kind === 'transformer'
        ? transformerImpedance(TRANSFORMER_RESERVE * designVA, LV_VOLTAGE_V)
        : cableImpedance(
            (CABLE_RESERVE * designVA) / (sqrt(3) * LV_VOLTAGE_V),
            gradientVPerKm,
            lengthM * lengthScale,
          );
    return { from: nodes[parent]!.id, to: id, ...impedance };
  });
  return createFeeder({
    branches,
    slack: nodes[0]!.id,
    baseKv: LV_VOLTAGE_V / 1000,
    slackVoltagePu: spec.sourcePu,
  });
}
