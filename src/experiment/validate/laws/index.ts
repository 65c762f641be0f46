/**
 * All laws, in the order of the table. A law is one `defineLaw`; a family is one file and one line
 * here.
 */
import type { Law } from '../law.ts';
import { bftLaws } from './bft.ts';
import { blockTimeLaws } from './block-times.ts';
import { dposLaws } from './dpos.ts';
import { forkLaws } from './forks.ts';
import { lateOrderLaws } from './late-orders.ts';
import { mempoolLaws } from './mempool.ts';
import { networkLaws } from './network.ts';
import { powAttackLaws } from './pow.ts';
import { retargetingLaws } from './retargeting.ts';
import { stationLaws } from './stations.ts';
import { voteOutLaws } from './vote-out.ts';

/** Rows of `peerwatt validate`. */
export const laws: readonly Law[] = [
  ...stationLaws,
  ...blockTimeLaws,
  ...retargetingLaws,
  ...forkLaws,
  ...powAttackLaws,
  ...dposLaws,
  ...voteOutLaws,
  ...networkLaws,
  ...bftLaws,
  ...mempoolLaws,
  ...lateOrderLaws,
];
