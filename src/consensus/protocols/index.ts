import { createRegistry } from '../../base/plugin.ts';
import central from './central.ts';
import dpos from './dpos.ts';
import pbft from './pbft.ts';
import pow from './pow.ts';
import raft from './raft.ts';
import tendermint from './tendermint.ts';

/** All consensus protocols by name. */
export const protocols = createRegistry('consensus protocol', [
  pow,
  dpos,
  pbft,
  tendermint,
  raft,
  central,
]);
