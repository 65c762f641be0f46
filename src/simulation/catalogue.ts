import { forecasts } from '../agents/forecasts/index.ts';
import { strategies } from '../agents/strategies/index.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { communities } from '../data/communities/index.ts';
import { feeders } from '../data/feeders/index.ts';
import { adversaries } from '../fraud/adversaries/index.ts';
import { attacks } from '../fraud/attacks/index.ts';
import { detectors } from '../fraud/detectors/index.ts';
import { responses } from '../fraud/response/index.ts';
import { lossAllocations } from '../grid/loss-allocation/index.ts';
import { mechanisms } from '../market/mechanisms/index.ts';
import { latencies } from '../network/latencies/index.ts';
import { placements } from '../network/placements/index.ts';
import { relays } from '../network/relays/index.ts';
import { topologies } from '../network/topologies/index.ts';
import type { PluginCatalogue } from '../scenario/merge.ts';

/** Every registry a scenario may name a plug-in of. */
export const catalogue: PluginCatalogue = {
  population: communities,
  feeder: feeders,
  lossAllocation: lossAllocations,
  mechanism: mechanisms,
  strategy: strategies,
  forecast: forecasts,
  consensus: protocols,
  topology: topologies,
  placement: placements,
  latency: latencies,
  relay: relays,
  attacks: attacks,
  adversaries: adversaries,
  detectors: detectors,
  response: responses,
};
