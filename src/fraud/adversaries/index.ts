import { createRegistry } from '../../base/plugin.ts';
import censorship from './censorship.ts';
import eclipse from './eclipse.ts';
import frontRunning from './front-running.ts';
import partition from './partition.ts';
import spam from './spam.ts';

/** All adversaries of the chain by name. */
export const adversaries = createRegistry('adversary', [
  frontRunning,
  censorship,
  partition,
  eclipse,
  spam,
]);
