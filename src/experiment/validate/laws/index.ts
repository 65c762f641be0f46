/**
 * All laws, in the order of the table. A law is one `defineLaw`; a family is one file and one line
 * here.
 */
import type { Law } from '../law.ts';
import { blockTimeLaws } from './block-times.ts';
import { forkLaws } from './forks.ts';
import { networkLaws } from './network.ts';
import { retargetingLaws } from './retargeting.ts';
import { stationLaws } from './stations.ts';

/** Rows of `peerwatt validate`. */
export const laws: readonly Law[] = [
  ...stationLaws,
  ...blockTimeLaws,
  ...retargetingLaws,
  ...forkLaws,
  ...networkLaws,
];
