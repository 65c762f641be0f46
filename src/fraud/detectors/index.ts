/** The detectors a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import certificateUniqueness from './certificate-uniqueness.ts';
import energyBalance from './energy-balance.ts';
import physicalBound from './physical-bound.ts';
import tradeCycles from './trade-cycles.ts';

/** Registry of detectors. */
export const detectors = createRegistry('detector', [
  energyBalance,
  physicalBound,
  tradeCycles,
  certificateUniqueness,
]);
