/**
 * The opening of a chain: every certified home is registered and gets its initial points, then
 * those holders of certificates who take part lock the rest as stake and vote.
 */
import type { RandomSource } from '../base/random.ts';
import { HOUR_US, MINUTE_US, SECOND_US } from '../base/units.ts';
import { APPROVALS_MAX } from '../contracts/cells.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Accounts } from './accounts.ts';
import { admit } from './admission.ts';
import type { Chain } from './chain.ts';
import { rotateKey } from './key-rotation.ts';

/** Registrations wait this long for the first block; holders act in the half hour after this. */
const VOTING_US = 1.5 * HOUR_US;
const VOTING_SPAN_US = 30 * MINUTE_US;

/** Schedules registration, grants, stakes and votes. */
export function enrol(
  kernel: Kernel,
  scenario: Scenario,
  chain: Chain,
  accounts: Accounts,
  random: RandomSource,
): void {
  const { rules } = chain;
  const { genesis } = accounts;
  const about = { slot: -1, expiryUs: rules.openingUs + rules.slotCount * rules.slotUs };
  const generators = new Set(accounts.generators);
  // Who owns no points yet cannot pay: where transactions cost something the centre sends for all.
  const { membership, gasPrice, minTip } = scenario.ledger;
  const isSelf = membership === 'public' && gasPrice === 0 && minTip === 0;
  const register = kernel.event('agents/register-home', PHASE.agents, (home) => {
    const { id } = genesis.accounts[home]!;
    const owned = generators.has(home) ? [id] : [];
    admit(chain, { account: home, identity: id, meters: [id], generators: owned, isSelf }, about);
  });
  const draws = random.addressed('agents/votes');
  const takePart = kernel.event('agents/stake-and-vote', PHASE.agents, (home) => {
    const { certificates, lockedCount } = genesis.accounts[home]!;
    const free = certificates.count - lockedCount;
    if (free > 0) {
      const first = certificates.firstId + lockedCount;
      const ids = Array.from({ length: free }, (_, k) => first + k);
      chain.submit('STAKE', home, { certificates: ids }, about);
    }
    chain.submit('VOTE', home, { candidates: approvals(home) }, about);
  });

  /** The own node first, then others by the lowest draw. */
  function approvals(home: number): number[] {
    const own = chain.nodeOf(home);
    return Array.from({ length: rules.nodeCount }, (_, node) => node)
      .sort((a, b) => {
        const rank = (node: number) => (node === own ? -1 : draws.uniform(home, node, 2));
        return rank(a) - rank(b) || a - b;
      })
      .slice(0, APPROVALS_MAX);
  }

  renewKeys(kernel, scenario, chain, random);
  for (let home = 0; home < rules.homeCount; home++) {
    register.at(SECOND_US, home);
    if (genesis.accounts[home]!.certificates.count === 0) continue;
    if (draws.uniform(home, 0, 0) >= scenario.certificates.turnout) continue;
    takePart.at(VOTING_US + Math.floor(draws.uniform(home, 0, 1) * VOTING_SPAN_US), home);
  }
}

/** Members and full nodes take another key every so often, each at times of its own. */
function renewKeys(kernel: Kernel, scenario: Scenario, chain: Chain, random: RandomSource): void {
  const lifetimeUs = scenario.ledger.keyLifetime;
  if (lifetimeUs === 0) return;
  const { rules } = chain;
  const endUs = rules.openingUs + rules.slotCount * rules.slotUs;
  const draws = random.addressed('agents/key-renewal');
  const renew = kernel.event('agents/renew-key', PHASE.agents, (account) => {
    // A rotation that is still under way comes first.
    if (chain.ring.isAtRest(account)) rotateKey(kernel, chain, account, kernel.nowUs + lifetimeUs);
    if (kernel.nowUs + lifetimeUs < endUs) renew.after(lifetimeUs, account);
  });
  for (let account = 0; account < rules.centre; account++) {
    renew.at(rules.openingUs + Math.floor(draws.uniform(account, 0, 0) * lifetimeUs), account);
  }
}
