/**
 * From genesis to rules and first state: the one place where a genesis gets its meaning, shared by the
 * run that made it and by whoever verifies the exported ledger.
 */
import type { Genesis } from '../ledger/genesis.ts';
import { verifySignature } from '../ledger/signature.ts';
import type { StateView } from '../ledger/state.ts';
import { registrationMessage } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, createSlotCells } from './cells.ts';
import { CANDIDATE, candidateCell } from './governance-cells.ts';
import { takesReports, voteOutRulesOf } from './governance-rules.ts';
import { ruleGroupsOf } from './rule-groups.ts';
import { type ChainRules, ROLES, RULE_NAMES } from './rules.ts';

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
  return {
    ...integers,
    ...ruleGroupsOf(genesis),
    ...(voteOut === undefined ? {} : { voteOut }),
    cells: createSlotCells(integers.accountCount, integers.homeCount, integers.revealWindowUs > 0),
    certificateFirst: (account) => genesis.accounts[account]!.certificates.firstId,
    isCertified: (registration) =>
      verifySignature(
        genesis.cryptoMode,
        authority.publicKey,
        registrationMessage(chainId, registration),
        registration.caSignature,
      ),
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
  }
}
