/**
 * From genesis to rules and first state: the one place where a genesis gets its meaning, shared by the
 * run that made it and by whoever verifies the exported ledger.
 */
import { InvariantViolation } from '../base/errors.ts';
import type { Genesis } from '../ledger/genesis.ts';
import { verifySignature } from '../ledger/signature.ts';
import type { StateView } from '../ledger/state.ts';
import { registrationMessage } from '../ledger/transactions.ts';
import { POINTS } from '../ledger/utxo/spend.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, createSlotCells } from './cells.ts';
import { coinReference, genesisLock, openingCoins } from './coin-genesis.ts';
import { CANDIDATE, candidateCell } from './governance-cells.ts';
import { takesReports, voteOutRulesOf } from './governance-rules.ts';
import { type GroupRules, ruleGroupsOf } from './rule-groups.ts';
import { type ChainRules, type GenesisCertificates, ROLES, RULE_NAMES } from './rules.ts';
import { mint, type UtxoRules } from './utxo.ts';

/** Rules of a chain from its genesis. @throws {RangeError} when a parameter is missing. */
export function rulesOf(genesis: Genesis, chainId: Uint8Array): ChainRules {
  const values = new Map(genesis.parameters);
  const integers = Object.fromEntries(
    RULE_NAMES.map((name) => {
      const value = values.get(name);
      if (value === undefined)
        throw new RangeError(`"genesis" expected parameter ${name}, got none`);
      return [name, value];
    }),
  ) as Record<(typeof RULE_NAMES)[number], number>;
  const authority = genesis.accounts[integers.authority]!;
  const voteOut = voteOutRulesOf(genesis, chainId);
  const groups = ruleGroupsOf(genesis);
  const isSignedBy = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
    verifySignature(genesis.cryptoMode, key, message, signature);
  const isSignedByAuthority = (message: Uint8Array, signature: Uint8Array) =>
    isSignedBy(authority.publicKey, message, signature);
  return {
    ...integers,
    ...groups,
    ...(groups.utxo === undefined ? {} : { coins: coinRules(genesis, chainId, groups.utxo) }),
    ...(voteOut === undefined ? {} : { voteOut }),
    cells: createSlotCells(integers.accountCount, integers.homeCount, integers.revealWindowUs > 0),
    certificateFirst: (account) => genesis.accounts[account]!.certificates.firstId,
    genesisCertificates: genesisCertificatesOf(genesis),
    chainId,
    isCertified: (registration) =>
      isSignedByAuthority(registrationMessage(chainId, registration), registration.caSignature),
    isSignedByAuthority,
    isSignedBy,
  };
}

/** Rules of coins, from the group of a coin ledger. */
function coinRules(genesis: Genesis, chainId: Uint8Array, group: GroupRules<'utxo'>): UtxoRules {
  const gasPriceUpt = genesis.parameters.find(([name]) => name === 'gasPriceUpt')?.[1] ?? 0;
  return {
    chainId,
    cryptoMode: genesis.cryptoMode,
    dust: [group.utxoDustUpt, 1, 1],
    gasPriceUpt,
    feeBurnPpm: group.utxoFeeBurnPpm,
    spentMarkerUs: group.utxoSpentMarkerUs,
  };
}

/**
 * Writes the coins that members of a coin ledger start with, in the place of their grants.
 *
 * @throws {InvariantViolation} when one is not issued: no genesis that the program makes.
 */
export function writeGenesisCoins(state: StateView, genesis: Genesis, rules: ChainRules): void {
  if (rules.coins === undefined) return;
  for (let member = 0; member < rules.homeCount; member++) {
    const lock = genesisLock(genesis.accounts[member]!.publicKey);
    openingCoins(rules, member, lock).forEach(({ amount }, k) => {
      const output = { asset: POINTS, amount, lock } as const;
      const issued = mint(state, rules.coins!, output, coinReference(member, k), 0);
      if ('reason' in issued) throw new InvariantViolation('genesis-coin', issued.reason);
    });
  }
}

/** Finds who was allotted a certificate by binary search over the ranges of accounts. */
function genesisCertificatesOf({ accounts }: Genesis): GenesisCertificates {
  const holders = accounts
    .map(({ certificates, lockedCount }, account) => ({ ...certificates, lockedCount, account }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.firstId - b.firstId || a.account - b.account);
  const firstIds = Float64Array.from(holders, ({ firstId }) => firstId);
  const last = holders[holders.length - 1];
  const find = (id: number) => {
    let low = 0;
    let high = holders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (firstIds[middle]! <= id) low = middle + 1;
      else high = middle;
    }
    const holder = holders[low - 1];
    return holder !== undefined && id < holder.firstId + holder.count ? holder : undefined;
  };
  return {
    end: last === undefined ? 0 : last.firstId + last.count,
    ownerOf: (id) => find(id)?.account ?? -1,
    isStaked(id) {
      const holder = find(id);
      return holder !== undefined && id < holder.firstId + holder.lockedCount;
    },
  };
}

/**
 * Writes the accounts of genesis into an empty state. Where there is a vote-out the nodes of genesis put
 * up what they have of the bond.
 */
export function writeGenesisState(state: StateView, genesis: Genesis): void {
  const voteOut = voteOutRulesOf(genesis, new Uint8Array(0));
  const bondMaxUpt = takesReports(voteOut) ? voteOut.voteOutBondUpt : 0;
  let node = 0;
  let issuedUpt = 0;
  genesis.accounts.forEach((account, index) => {
    const put = (field: number, value: number) => {
      if (value !== 0) state.write(accountCell(index, field), value);
    };
    const isNode = account.role === ROLES.indexOf('node');
    const bondUpt = isNode ? Math.min(bondMaxUpt, account.balanceUpt) : 0;
    if (bondUpt > 0) state.write(candidateCell(node, CANDIDATE.bondUpt), bondUpt);
    if (isNode) node++;
    put(ACCOUNT.balanceUpt, account.balanceUpt - bondUpt);
    put(ACCOUNT.escrowUpt, bondUpt);
    put(ACCOUNT.member, account.registered ? account.role + 1 : 0);
    put(ACCOUNT.certificates, account.certificates.count);
    put(ACCOUNT.certificatesLocked, account.lockedCount);
    issuedUpt += account.balanceUpt;
  });
  if (issuedUpt > 0) {
    state.write(chainCell(genesis.accounts.length, CHAIN.issuedGrantUpt), issuedUpt);
    state.write(chainCell(genesis.accounts.length, CHAIN.genesisUpt), issuedUpt);
  }
}
