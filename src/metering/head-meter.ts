/** The operator's meter at the feeder head. It measures net flow and its reads always arrive. */
import type { RandomSource } from '../base/random.ts';
import type { MeterOptions } from './options.ts';

/** Read noise of a meter in shares of its class; that of the homes' default meter. */
const NOISE_PER_CLASS = 0.2;

/** The meter at the feeder head. */
export interface HeadMeter {
  /**
   * Reads the meter at the end of a slot.
   *
   * @param netWh - True net energy into the feeder in the slot [Wh], float, negative when it feeds
   *   back.
   * @returns Reported net energy [Wh], integer: the difference of its registers.
   * @throws {RangeError} when the value is not finite.
   */
  read(slot: number, netWh: number): number;
}

/**
 * Creates a feeder-head meter: gain error uniform within `headClass`, fixed; noise per read of a
 * fifth of the class, at most `readNoise`; one register each way in the resolution of the homes'
 * meters.
 *
 * @param feeder - Index of the feeder, the address of its draws.
 */
export function createHeadMeter(
  options: Pick<MeterOptions, 'headClass' | 'readNoise' | 'resolution'>,
  random: RandomSource,
  feeder = 0,
): HeadMeter {
  const draws = random.addressed('world/meter-head');
  const noise = random.addressed('world/meter-head-noise');
  const gain = 1 + options.headClass * (2 * draws.uniform(feeder, 0, 0) - 1);
  const sigma = Math.min(options.readNoise, NOISE_PER_CLASS * options.headClass);
  const { resolution } = options;
  // Energy below the resolution that each register holds back [Wh].
  let importRestWh = 0;
  let exportRestWh = 0;
  return {
    read(slot, netWh) {
      if (!Number.isFinite(netWh)) {
        throw new RangeError(`"netWh" expected finite Wh, got ${netWh}`);
      }
      const measuredWh = netWh * gain * Math.max(0, 1 + sigma * noise.normal(feeder, slot, 0));
      importRestWh += Math.max(0, measuredWh);
      exportRestWh += Math.max(0, -measuredWh);
      const importWh = Math.floor(importRestWh / resolution) * resolution;
      const exportWh = Math.floor(exportRestWh / resolution) * resolution;
      importRestWh -= importWh;
      exportRestWh -= exportWh;
      return importWh - exportWh;
    },
  };
}
