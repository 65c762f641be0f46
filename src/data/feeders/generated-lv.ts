import { fraction, integer, length, number, power } from '../../base/options.ts';
import { defineFeeder } from './define.ts';
import { layOut } from './layout.ts';
import { sizeNetwork, VOLTAGE_BAND_PU } from './sizing.ts';

/**
 * A 0.4 kV radial network made for the population: transformers at one medium-voltage source,
 * feeders with laterals, pillars, service cables; sized so that the loss at the design peak is in a
 * band.
 */
export default defineFeeder({
  apiVersion: 1,
  name: 'generated-lv',
  summary: 'A 0.4 kV radial network sized for the homes, 3-6 % loss at its design peak',
  source: 'decision 35; cables IEC 60228, transformers EU 548/2014',
  options: () => ({
    householdPeak: power('2.2 kW', { min: 1, doc: 'After-diversity peak of a household' }),
    shopPeak: power('4 kW', { min: 1, doc: 'After-diversity peak of a shop' }),
    officePeak: power('8 kW', { min: 1, doc: 'After-diversity peak of an office' }),
    workshopPeak: power('10 kW', { min: 1, doc: 'After-diversity peak of a workshop' }),
    homesPerTransformer: integer(100, { min: 1, doc: 'At most' }),
    homesPerFeeder: integer(25, { min: 1, doc: 'At most' }),
    span: length('35 m', { min: 1, doc: 'Mean distance of pillars before scaling' }),
    service: length('15 m', { min: 1, doc: 'Mean service cable before scaling' }),
    sourceVoltage: number(1.025, { min: 0.9, max: 1.1, doc: 'At the source, pu' }),
    peakLossMin: fraction('3 %', { max: 0.2, doc: 'Least loss share at the design peak' }),
    peakLossMax: fraction('6 %', { max: 0.2, doc: 'Largest loss share at the design peak' }),
  }),
  create(context, options) {
    const { homes, random, powerFactor } = context;
    if (homes.length === 0) {
      context.issue({ file: '', path: 'population', expected: 'at least one home', got: '0' });
      return undefined;
    }
    if (!(options.peakLossMin > 0 && options.peakLossMin < options.peakLossMax)) {
      context.issue({
        file: '',
        path: 'grid.feeder.peakLossMin',
        expected: `> 0 and < peakLossMax ${options.peakLossMax}`,
        got: `${options.peakLossMin}`,
      });
      return undefined;
    }
    const peakByKind: Readonly<Record<string, number>> = {
      shop: options.shopPeak,
      office: options.officePeak,
      workshop: options.workshopPeak,
    };
    const nodes = layOut(
      {
        homeCount: homes.length,
        homesPerTransformer: options.homesPerTransformer,
        homesPerFeeder: options.homesPerFeeder,
        spanM: options.span,
        serviceM: options.service,
      },
      random,
    );
    const sized = sizeNetwork({
      nodes,
      peakW: Float64Array.from(homes, ({ kind }) => peakByKind[kind] ?? options.householdPeak),
      pvW: Float64Array.from(homes, ({ pvAcW }) => pvAcW),
      powerFactor,
      sourcePu: options.sourceVoltage,
      lossMin: options.peakLossMin,
      lossMax: options.peakLossMax,
    });
    const busOfHome = new Int32Array(homes.length);
    for (const { id, home } of nodes) {
      if (home >= 0) busOfHome[home] = sized.feeder.indexOf(id)!;
    }
    const percent = (100 * sized.lossShare).toFixed(2);
    const notes = [
      `generated-lv: ${sized.feeder.busCount} buses; loss ${percent} % of the ` +
        `${sized.peak} design peak, voltages ${sized.voltageMinPu.toFixed(3)} to ${sized.voltageMaxPu.toFixed(3)} pu, ` +
        `lengths x ${sized.lengthScale.toFixed(2)}`,
    ];
    if (!(sized.lossShare >= options.peakLossMin && sized.lossShare <= options.peakLossMax)) {
      notes.push('generated-lv: no cable and length reaches the asked band of peak loss');
    }
    const [lowPu, highPu] = VOLTAGE_BAND_PU;
    if (!(sized.voltageMinPu >= lowPu && sized.voltageMaxPu <= highPu)) {
      notes.push('generated-lv: voltages at the design states leave the band of +-10 %');
    }
    return { feeder: sized.feeder, busOfHome, notes, inputs: [] };
  },
});
