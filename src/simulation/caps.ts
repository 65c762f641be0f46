import { protocols } from '../consensus/protocols/index.ts';
import type { Scenario } from '../scenario/sections.ts';

/** What one block may carry: the caps a second, which all arms share, times the block interval. */
export function blockCaps(scenario: Scenario): { gas: number; bytes: number } {
  const protocol = protocols.get(scenario.consensus.name);
  const seconds = protocol.blockIntervalUs(scenario.consensus.options) / 1e6;
  return {
    gas: Math.floor(scenario.ledger.gasPerSecond * seconds),
    bytes: Math.floor(scenario.ledger.bytesPerSecond * seconds),
  };
}
