import { createRegistry } from '../../base/plugin.ts';
import censorship from './censorship.ts';
import computeFreeRiding from './compute-free-riding.ts';
import conflictingPayments from './conflicting-payments.ts';
import doubleSpend from './double-spend.ts';
import eclipse from './eclipse.ts';
import equivocation from './equivocation.ts';
import flashStake from './flash-stake.ts';
import framing from './framing.ts';
import frontRunning from './front-running.ts';
import majority from './majority.ts';
import partition from './partition.ts';
import selfishMining from './selfish-mining.ts';
import spam from './spam.ts';
import sybilIdentities from './sybil-identities.ts';
import voteBuying from './vote-buying.ts';
import withholding from './withholding.ts';

/** All adversaries of the chain by name. */
export const adversaries = createRegistry('adversary', [
  doubleSpend,
  selfishMining,
  majority,
  frontRunning,
  equivocation,
  withholding,
  censorship,
  partition,
  eclipse,
  spam,
  voteBuying,
  framing,
  flashStake,
  conflictingPayments,
  computeFreeRiding,
  sybilIdentities,
]);
