/** The attacks a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import doubleCounting from './double-counting.ts';
import duplicateSubsidyClaim from './duplicate-subsidy-claim.ts';
import generationOverReporting from './generation-over-reporting.ts';
import underReporting from './under-reporting.ts';
import washTradeRing from './wash-trade-ring.ts';

/** Registry of attacks. */
export const attacks = createRegistry('attack', [
  underReporting,
  generationOverReporting,
  washTradeRing,
  duplicateSubsidyClaim,
  doubleCounting,
]);
