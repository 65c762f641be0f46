/**
 * Weather over a small place: one regional sky that changes state, a deviation of its own over
 * every plot, and air temperature. All draws are addressed; the walks run over time from the first
 * history step, so a run is reproducible and nobody's decisions can shift the weather.
 */
import type { Calendar } from '../../base/calendar.ts';
import { cos, exp, log, PI, pow, sqrt } from '../../base/math.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../../base/units.ts';
import { haurwitz } from '../../energy/sky.ts';
import { type Location, type Sun, sunAt } from '../../energy/sun.ts';

/** A state of the regional sky. Means and dwell times: model.md §3.1. */
interface SkyState {
  readonly dwellUs: number;
  /** Mean of the Beta-distributed clear-sky index. */
  readonly mean: number;
  /** Sum of the Beta parameters: 80 keeps clear skies within 5 %, 15 and 12 spread cloud widely. */
  readonly concentration: number;
  /** Standard deviation of the local deviation. */
  readonly localSigma: number;
}

const CLEAR = 0;
const BROKEN = 1;
const OVERCAST = 2;
const STATES: readonly SkyState[] = [
  { dwellUs: 120 * MINUTE_US, mean: 0.95, concentration: 80, localSigma: 0.02 },
  { dwellUs: 45 * MINUTE_US, mean: 0.65, concentration: 15, localSigma: 0.15 },
  { dwellUs: 90 * MINUTE_US, mean: 0.25, concentration: 12, localSigma: 0.05 },
];

/**
 * Where the chain goes in a spell: whether broken cloud closes, and overcast is followed by
 * overcast.
 */
interface Spell {
  readonly closing: number;
  readonly staying: number;
}
const FAIR: Spell = { closing: 0.1, staying: 0 };
const FOUL: Spell = { closing: 0.9, staying: 0.6 };
/** A fair and a foul spell together last six days, as fronts of the middle latitudes do. */
const SPELL_PAIR_US = 6 * DAY_US;

/** Highest clear-sky index: cloud edges exceed the clear sky. Source: model.md §3.1. */
export const CLEARNESS_MAX = 1.2;
/** Correlation time of the local deviation and length over which neighbours share it. */
const LOCAL_TAU_US = 5 * MINUTE_US;
const LOCAL_LENGTH_M = 2000;
/**
 * Plots stand in rows of this many, whatever the number of homes, so that a new home moves nobody.
 */
const PLOTS_PER_ROW = 32;

/** Day-to-day walk of the air temperature: three days, 3 K. */
const AIR_TAU_US = 72 * HOUR_US;
const AIR_SIGMA_K = 3;
const AIR_DAILY_AMPLITUDE_K = 5;

/** Weather of the step advanced last. */
export interface Weather {
  /** Sun at the middle of the step. */
  sun: Sun;
  /** Clear-sky global horizontal irradiance [W/m²]; 0 exactly while the sun is down. */
  clearWPerM2: number;
  /** Clear-sky index over every plot [0, 1.2]; not updated while the sun is down. */
  readonly clearness: Float64Array;
  /** Air temperature [degC]. */
  airC: number;
  /** Mean air temperature of the local day [degC], without the daily swing. */
  dayMeanC: number;
  /** Advances to a step; steps in increasing order. */
  advance(step: number): void;
}

/** Settings of {@link createWeather}. */
export interface WeatherOptions {
  readonly calendar: Calendar;
  readonly location: Location;
  readonly stepUs: number;
  readonly firstStep: number;
  readonly plotCount: number;
  /** Distance between neighbouring plots [m]. */
  readonly spacingM: number;
  /** Share of time in spells of foul weather [0, 1]. */
  readonly foulShare: number;
  readonly random: RandomSource;
}

/** Creates the weather of a run. Cost of a daylight step: one normal draw a plot. */
export function createWeather(options: WeatherOptions): Weather {
  const { calendar, location, stepUs, firstStep } = options;
  const sky = createSky(options);
  const local = createLocalField(options.random.addressed('world/local-cloud'), options);
  const air = options.random.addressed('world/temperature');
  const keep = exp(-stepUs / AIR_TAU_US);
  let walkK = 0;
  return {
    sun: sunAt(calendar.startEpochS, location),
    clearWPerM2: 0,
    clearness: new Float64Array(options.plotCount),
    airC: 0,
    dayMeanC: 0,
    advance(step) {
      const middleUs = (step + 0.5) * stepUs;
      const z = air.normal(0, step, 0);
      walkK = step === firstStep ? AIR_SIGMA_K * z : keep * walkK + AIR_SIGMA_K * spread(keep) * z;
      const { dayOfYear, hour } = calendar.at(Math.floor(middleUs));
      this.dayMeanC = seasonalMeanC(location.latitudeDeg, dayOfYear) + walkK;
      this.airC = this.dayMeanC + AIR_DAILY_AMPLITUDE_K * cos((2 * PI * (hour - 15)) / 24);
      sky.advance(middleUs);
      this.sun = sunAt(calendar.startEpochS + middleUs / SECOND_US, location);
      this.clearWPerM2 = haurwitz(this.sun.up);
      if (this.clearWPerM2 > 0) {
        const sigma = STATES[sky.state]!.localSigma;
        local.advance(step);
        for (let plot = 0; plot < this.clearness.length; plot++) {
          const index = sky.clearness + sigma * local.deviation[plot]!;
          this.clearness[plot] = Math.min(CLEARNESS_MAX, Math.max(0, index));
        }
      }
    },
  };
}

const spread = (keep: number) => sqrt(1 - keep * keep);

/**
 * Mean air temperature by latitude and season [degC]: a straight line through today's zonal means
 * of continents (27 degC at the equator, 13 degC with a swing of 14 K at 40 degrees), warmest 20
 * July in the north and half a year later in the south.
 */
export function seasonalMeanC(latitudeDeg: number, dayOfYear: number): number {
  const away = Math.abs(latitudeDeg);
  const warmestDay = latitudeDeg >= 0 ? 201 : 18;
  return 27 - 0.35 * away + 0.36 * away * cos((2 * PI * (dayOfYear - warmestDay)) / 365);
}

/**
 * The regional sky: a Markov chain whose states last exponentially, one clear-sky index per stay.
 * The states of model.md §3.1 last two hours at most, so alone they average out within a day, and
 * real days do not: spells of fair and foul weather, days long, decide where the chain goes next.
 */
function createSky(options: WeatherOptions) {
  const draws = options.random.addressed('world/cloud');
  const spells = createSpells(options);
  const chain = { state: BROKEN, clearness: 1, advance };
  let stay = -1;
  let endUs = options.firstStep * options.stepUs;
  function enter(): void {
    stay++;
    const spell = spells.isFoul(endUs) ? FOUL : FAIR;
    const u = draws.uniform(0, stay, 1);
    if (chain.state === BROKEN) chain.state = u < spell.closing ? OVERCAST : CLEAR;
    else chain.state = chain.state === OVERCAST && u < spell.staying ? OVERCAST : BROKEN;
    const { dwellUs, mean, concentration } = STATES[chain.state]!;
    endUs += dwellUs * draws.exponential(0, stay, 0);
    chain.clearness = beta(draws, stay, mean * concentration, (1 - mean) * concentration);
  }
  function advance(timeUs: number): void {
    while (endUs <= timeUs) enter();
  }
  return chain;
}

/** Alternating spells that last exponentially; foul ones take `foulShare` of the time. */
function createSpells(options: WeatherOptions) {
  const draws = options.random.addressed('world/spell');
  const { foulShare, firstStep, stepUs } = options;
  let foul = draws.uniform(0, 0, 0) < foulShare;
  let spell = 0;
  let endUs = firstStep * stepUs + lasting();
  function lasting(): number {
    return SPELL_PAIR_US * (foul ? foulShare : 1 - foulShare) * draws.exponential(1, spell, 0);
  }
  return {
    isFoul(timeUs: number): boolean {
      while (endUs <= timeUs) {
        spell++;
        foul = foulShare === 1 || (!foul && foulShare > 0);
        endUs += lasting();
      }
      return foul;
    },
  };
}

/** Beta draw as a ratio of gammas, at the addresses of one stay. */
function beta(draws: AddressedStream, stay: number, a: number, b: number): number {
  const x = gamma(draws, 1, stay, a);
  return x / (x + gamma(draws, 2, stay, b));
}

/**
 * Gamma draw with the given shape > 0.
 * Source: G. Marsaglia, W. W. Tsang, ACM TOMS 26(3), 2000; shapes below 1 by the power of a
 * uniform.
 */
function gamma(draws: AddressedStream, entity: number, stay: number, shape: number): number {
  if (shape < 1) {
    const boost = pow(draws.uniform(entity, stay, 1_000_000) + 2 ** -33, 1 / shape);
    return boost * gamma(draws, entity, stay, shape + 1);
  }
  const d = shape - 1 / 3;
  const c = 1 / sqrt(9 * d);
  for (let k = 0; ; k++) {
    const x = draws.normal(entity, stay, k);
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    // Addresses of even k belong to the normal draw; odd ones are free below 2^30.
    const u = draws.uniform(entity, stay, 2 * k + 1) + 2 ** -33;
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}

/**
 * Unit-variance deviation over the plots: AR(1) in time, correlated in space as
 * exp(-(|dx| + |dy|) / 2 km), which on a grid is two sweeps of an AR(1) instead of a matrix.
 * Nights last longer than its memory, so it starts afresh at each sunrise.
 */
function createLocalField(draws: AddressedStream, options: WeatherOptions) {
  const { plotCount, spacingM, stepUs } = options;
  const keep = exp(-stepUs / LOCAL_TAU_US);
  const near = exp(-spacingM / LOCAL_LENGTH_M);
  const deviation = new Float64Array(plotCount);
  const along = new Float64Array(plotCount);
  const shock = new Float64Array(plotCount);
  let last = Number.NEGATIVE_INFINITY;
  return {
    deviation,
    advance(step: number): void {
      const carried = step === last + 1 ? keep : 0;
      const [fresh, apart] = [spread(carried), spread(near)];
      last = step;
      for (let plot = 0; plot < plotCount; plot++) {
        const z = draws.normal(plot, step, 0);
        along[plot] = plot % PLOTS_PER_ROW === 0 ? z : near * along[plot - 1]! + apart * z;
        const above = plot - PLOTS_PER_ROW;
        shock[plot] = above < 0 ? along[plot]! : near * shock[above]! + apart * along[plot]!;
        deviation[plot] = carried * deviation[plot]! + fresh * shock[plot]!;
      }
    },
  };
}
