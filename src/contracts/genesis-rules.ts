/**
 * From genesis to rules and first state: the one place where a genesis gets its meaning, shared by the
 * run that made it and by whoever verifies the exported ledger.
 */
import type { Genesis } from '../ledger/genesis.ts';
import { verifySignature } from '../ledger/signature.ts';
import type { StateView } from '../ledger/state.ts';
import { registrationMessage } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, createSlotCells } from './cells.ts';
import { type ChainRules, RULE_NAMES } from './rules.ts';

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
  return {
    ...integers,
    cells: createSlotCells(integers.accountCount, integers.homeCount),
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

/** Writes the accounts of genesis into an empty state. */
export function writeGenesisState(state: StateView, genesis: Genesis): void {
  let issuedUpt = 0;
  genesis.accounts.forEach((account, index) => {
    const put = (field: number, value: number) => {
      if (value !== 0) state.write(accountCell(index, field), value);
    };
    put(ACCOUNT.balanceUpt, account.balanceUpt);
    put(ACCOUNT.member, account.registered ? account.role + 1 : 0);
    put(ACCOUNT.certificates, account.certificates.count);
    put(ACCOUNT.certificatesLocked, account.lockedCount);
    issuedUpt += account.balanceUpt;
  });
  if (issuedUpt > 0) {
    state.write(chainCell(genesis.accounts.length, CHAIN.issuedGrantUpt), issuedUpt);
  }
}
