/** The contracts of the chain, and the way from a transaction to the one that it reaches. */
import type { PayloadOf, TransactionType } from '../ledger/transactions.ts';
import { certificatesContract } from './certificates.ts';
import { computeContract } from './compute.ts';
import type { Contract, ContractFunction } from './define.ts';
import { exchangeContract } from './exchange.ts';
import { foreignContract } from './foreign.ts';
import { enter } from './frames.ts';
import { governanceContract } from './governance.ts';
import { marketContract } from './market.ts';
import { membershipContract } from './membership.ts';
import { meteringContract } from './metering.ts';
import { clearingContract } from './on-chain-clearing.ts';
import { pointsContract } from './points.ts';
import { redemptionContract } from './redemption.ts';
import { registrationContract } from './registration.ts';
import { type Call, type Outcome, roleOf } from './rules.ts';
import { settlementContract } from './settlement.ts';
import { stakingContract } from './staking.ts';
import { subsidyContract } from './subsidy.ts';
import { treasuryContract } from './treasury.ts';

/** Every contract, in the order of the design. */
export const contracts: readonly Contract[] = [
  registrationContract,
  membershipContract,
  marketContract,
  clearingContract,
  meteringContract,
  settlementContract,
  pointsContract,
  redemptionContract,
  exchangeContract,
  treasuryContract,
  stakingContract,
  governanceContract,
  foreignContract,
  certificatesContract,
  subsidyContract,
  computeContract,
];

interface Entry {
  readonly contract: string;
  readonly fn: ContractFunction<TransactionType>;
}

const entries = new Map<TransactionType, Entry>(
  contracts.flatMap((contract) =>
    Object.entries(contract.functions).map(([type, fn]) => [
      type as TransactionType,
      { contract: contract.name, fn: fn as ContractFunction<TransactionType> },
    ]),
  ),
);

/** Runs the contract function that a transaction type reaches, as a call of its own. */
export function dispatch<T extends TransactionType>(
  call: Call,
  type: T,
  payload: PayloadOf[T],
): Outcome {
  const entry = entries.get(type);
  if (entry === undefined) return 'NO_CONTRACT';
  const { by } = entry.fn;
  if (by !== 'anyone' && !by.includes(roleOf(call.rules, call.sender))) return 'UNAUTHORISED';
  return enter(call, entry.contract, (inner) => entry.fn.run(inner, payload));
}
