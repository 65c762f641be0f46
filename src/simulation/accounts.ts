/**
 * The accounts of a chain and its genesis: homes, full nodes, offices and guests, with keys from named streams
 * and genesis certificates from last year's generation (decision 25).
 */
import { largestRemainder } from '../base/integer.ts';
import { pow } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { groupParameters } from '../contracts/rule-groups.ts';
import { ROLES, RULE_NAMES } from '../contracts/rules.ts';
import type { Genesis, GenesisAccount } from '../ledger/genesis.ts';
import { type CryptoMode, createKeyPair, type KeyPair } from '../ledger/signature.ts';
import { walletKeySeed } from '../ledger/utxo/wallet.ts';
import { nodeId } from '../network/node-id.ts';
import type { HomeSpec } from '../physics/community.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { blockCaps } from './caps.ts';
import { outsiderCount, outsiderId } from './outsiders.ts';
import { ruleGroups } from './rule-values.ts';

/** Accounts with their keys. */
export interface Accounts {
  readonly genesis: Genesis;
  readonly keys: readonly KeyPair[];
  /** Homes with a generator, ascending. */
  readonly generators: readonly number[];
}

const OFFICES = ['centre', 'dso', 'authority', 'treasury'] as const;

/**
 * Chain time at which the first delivery slot starts [µs]: registration and first orders come before. A
 * chain without members has nothing to prepare.
 */
export function openingUsOf(scenario: Scenario, homeCount: number): number {
  const slotUs = scenario.horizon.interval;
  if (homeCount === 0) return scenario.horizon.warmUp;
  const wanted = scenario.horizon.warmUp + scenario.market.leadTimeMax + 600_000_000;
  return Math.ceil(wanted / slotUs) * slotUs;
}

/** Accounts of other communities on the chain: one a full node where there are any, else none. */
function guestCountOf({ ledger, network }: Scenario): number {
  return ledger.loadScale > 1 ? network.nodes : 0;
}

/** Secret of a member's wallet on a coin ledger, 32 bytes. */
export function walletSeed(random: RandomSource, member: number): Uint8Array {
  const draws = random.addressed('world/wallets');
  return Uint8Array.from({ length: 32 }, (_byte, k) => draws.uniform(member, 0, k) * 256);
}

/** Builds accounts and genesis. @param lastYearWh - Clean generation of each home last year [Wh]. */
export function createAccounts(
  scenario: Scenario,
  window: Window,
  homes: readonly HomeSpec[],
  lastYearWh: ArrayLike<number>,
  slotCount: number,
  random: RandomSource,
): Accounts {
  const nodeCount = scenario.network.nodes;
  const ids = [
    ...homes.map((home) => ({ id: home.id, role: 'home' as const })),
    ...Array.from({ length: nodeCount }, (_, node) => ({
      id: nodeId(node),
      role: 'node' as const,
    })),
    ...OFFICES.map((office) => ({ id: office, role: office })),
    ...Array.from({ length: guestCountOf(scenario) }, (_, node) => ({
      id: nodeId(node).replace('node', 'guest'),
      role: 'guest' as const,
    })),
    ...Array.from({ length: outsiderCount(scenario) }, (_, k) => ({
      id: outsiderId(k),
      role: 'outsider' as const,
    })),
  ];
  const mode: CryptoMode = scenario.ledger.crypto;
  const draws = random.addressed('world/keys');
  const keys = ids.map(({ role }, account) => {
    // On a coin ledger a member's key of genesis is the first of its wallet.
    if (role === 'home' && scenario.ledger.model === 'utxo') {
      return createKeyPair(mode, walletKeySeed(walletSeed(random, account), 0));
    }
    const seed = Uint8Array.from({ length: 32 }, (_byte, k) => draws.uniform(account, 0, k) * 256);
    return createKeyPair(mode, seed);
  });
  const certificates = allotCertificates(scenario, lastYearWh);
  let firstId = 0;
  const accounts: GenesisAccount[] = ids.map(({ id, role }, account) => {
    const count = certificates[account] ?? 0;
    const range = { firstId, count };
    firstId += count;
    return {
      id,
      // An outsider stands where guests do, and may become a home.
      role: ROLES.indexOf(role === 'outsider' ? 'guest' : role),
      publicKey: keys[account]!.publicKey,
      balanceUpt: role === 'node' ? scenario.points.nodes : 0,
      certificates: range,
      lockedCount: Math.floor(count * scenario.certificates.lockedShare + 0.5),
      registered: role !== 'home' && role !== 'outsider',
    };
  });
  const protocol = protocols.get(scenario.consensus.name);
  const rules = chainIntegers(scenario, homes.length, nodeCount, slotCount);
  return {
    keys,
    generators: homes.flatMap((home, index) => (home.pvAcW > 0 ? [index] : [])),
    genesis: {
      name: scenario.name,
      cryptoMode: mode,
      membership: scenario.ledger.membership,
      slotUs: scenario.horizon.interval,
      startEpochS: window.startEpochS,
      utcOffsetMin: window.utcOffsetMin,
      consensus: {
        name: protocol.name,
        parameters: Object.entries(protocol.parameters(scenario.consensus.options, nodeCount)),
      },
      accounts,
      parameters: [
        ...RULE_NAMES.map((name) => [name, rules[name]] as const),
        ...groupParameters(ruleGroups(scenario, window)),
      ],
    },
  };
}

/**
 * Certificates of each home: pro rata to last year's generation raised to the power that gives the
 * wanted Gini over equal holders; homes without generation get none.
 */
function allotCertificates(scenario: Scenario, lastYearWh: ArrayLike<number>): Float64Array {
  const { gini, perHolder } = scenario.certificates;
  const holders = Array.from(lastYearWh, (wh, home) => ({ home, wh }))
    .filter(({ wh }) => wh > 0)
    .sort((a, b) => b.wh - a.wh || a.home - b.home);
  const weights = new Float64Array(lastYearWh.length);
  // Shares of rank r proportional to u^(g'): for u uniform on [0, 1] the Gini of u^a is a / (a + 2).
  const exponent = gini >= 1 ? 200 : (2 * gini) / (1 - gini);
  holders.forEach(({ home }, rank) => {
    weights[home] = pow(1 - (rank + 0.5) / holders.length, exponent);
  });
  const total = Math.floor(perHolder * holders.length + 0.5);
  return holders.length === 0 ? weights : largestRemainder(total, weights);
}

function chainIntegers(
  scenario: Scenario,
  homeCount: number,
  nodeCount: number,
  slotCount: number,
): Record<(typeof RULE_NAMES)[number], number> {
  const offices = homeCount + nodeCount;
  const caps = blockCaps(scenario);
  return {
    accountCount: offices + OFFICES.length + guestCountOf(scenario) + outsiderCount(scenario),
    homeCount,
    nodeCount,
    firstNode: homeCount,
    centre: offices,
    dso: offices + 1,
    authority: offices + 2,
    treasury: offices + 3,
    consortium: scenario.ledger.membership === 'public' ? 0 : 1,
    openingUs: openingUsOf(scenario, homeCount),
    slotUs: scenario.horizon.interval,
    slotCount,
    gateClosureUs: scenario.market.gateClosure,
    revealWindowUs: scenario.market.orders === 'commit-reveal' ? scenario.market.revealWindow : 0,
    wheelingUptPerKWh: scenario.grid.tariff.wheeling,
    bondPpm: Math.floor(scenario.market.bondRate * 1_000_000 + 0.5),
    initialGrantUpt: scenario.points.initial,
    rewardBudgetUpt: scenario.points.rewardBudget,
    rewardDayUs: 86_400_000_000,
    gasPriceUpt: scenario.ledger.gasPrice,
    blockGasMax: caps.gas,
    blockBytesMax: caps.bytes,
  };
}
