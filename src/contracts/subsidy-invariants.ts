/** What must hold of the subsidy at every block; reads every record, so it runs on recounts and in tests. */
import type { ContractInvariant, ReadState } from './define.ts';
import {
  CLAIM,
  CLAIM_STATE,
  claimCell,
  claimedRanges,
  PLANT,
  plantCell,
  SUBSIDY,
  subsidyCell,
  subsidyDebtCell,
  subsidyPeriodCell,
  withheldCell,
} from './subsidy-cells.ts';
import { labelsMinted } from './subsidy-labels.ts';

/** Each label is claimed at most once, and only if it was minted; energy follows from labels. */
const labelsOnce: ContractInvariant = {
  id: 'subsidy-labels-once',
  check(read, rules) {
    if (rules.subsidy === undefined) return undefined;
    const claimedKWh = new Float64Array(rules.homeCount);
    for (const { plant, energyKWh } of claimsOf(read)) {
      claimedKWh[read(plantCell(plant, PLANT.generator))]! += energyKWh;
    }
    for (let generator = 0; generator < rules.homeCount; generator++) {
      let coveredKWh = 0;
      let end = -1;
      for (const [from, to] of claimedRanges(read, generator)) {
        if (from <= end || from >= to) {
          return `generator ${generator}: range ${from} to ${to} after ${end}`;
        }
        coveredKWh += to - from;
        end = to;
      }
      coveredKWh -= read(withheldCell(generator));
      if (coveredKWh !== claimedKWh[generator]) {
        return `generator ${generator}: ${coveredKWh} labels for ${claimedKWh[generator]} kWh`;
      }
      const minted = labelsMinted(read, generator);
      if (end > minted) return `generator ${generator}: claimed to ${end} of ${minted} labels`;
    }
    return undefined;
  },
};

/** No period pays more than its budget; what claims, periods and owners say of payments agrees. */
const withinBudget: ContractInvariant = {
  id: 'subsidy-within-budget',
  check(read, rules) {
    if (rules.subsidy === undefined) return undefined;
    const { subsidyBudgetUpt, subsidyPeriodUs } = rules.subsidy;
    const sums = { paidUpt: 0, offsetUpt: 0, clawedBackUpt: 0 };
    let lastUs = rules.openingUs;
    for (const claim of claimsOf(read)) {
      const receivedUpt = claim.paidUpt + claim.offsetUpt;
      const isPaid = claim.state === CLAIM_STATE.paid;
      if (isPaid ? receivedUpt !== claim.amountUpt : receivedUpt > claim.amountUpt) {
        return `claim ${claim.claim}: received ${receivedUpt} of ${claim.amountUpt} Upt`;
      }
      sums.paidUpt += claim.paidUpt;
      sums.offsetUpt += claim.offsetUpt;
      if (claim.state === CLAIM_STATE.clawedBack) sums.clawedBackUpt += receivedUpt;
      lastUs = Math.max(lastUs, claim.paidUs);
    }
    let inPeriodsUpt = 0;
    const lastPeriod = Math.floor((lastUs - rules.openingUs) / subsidyPeriodUs);
    for (let period = 0; period <= lastPeriod; period++) {
      const paidUpt = read(subsidyPeriodCell(period));
      if (paidUpt > subsidyBudgetUpt) return `period ${period}: paid ${paidUpt} Upt`;
      inPeriodsUpt += paidUpt;
    }
    const head = (field: number) => read(subsidyCell(field));
    const debtsUpt = debtsOf(read, rules.homeCount);
    const owedUpt = head(SUBSIDY.clawedBackUpt) - head(SUBSIDY.recoveredUpt);
    if (sums.paidUpt !== inPeriodsUpt || sums.paidUpt !== head(SUBSIDY.paidUpt)) {
      return `paid ${sums.paidUpt} Upt to claims, ${inPeriodsUpt} Upt in periods`;
    }
    if (sums.offsetUpt !== head(SUBSIDY.recoveredUpt)) return 'set-offs do not add up';
    if (sums.clawedBackUpt !== head(SUBSIDY.clawedBackUpt))
      return 'claims taken back do not add up';
    return debtsUpt === owedUpt ? undefined : `owners owe ${debtsUpt} Upt, not ${owedUpt}`;
  },
};

/** Nobody is paid while an earlier claim that was approved by then is open. */
const inOrder: ContractInvariant = {
  id: 'subsidy-queue-order',
  check(read, rules) {
    if (rules.subsidy === undefined) return undefined;
    const claims = claimsOf(read);
    const firstOpen = claims.findIndex(({ closedStep }) => closedStep === 0);
    const expected = firstOpen < 0 ? claims.length : firstOpen;
    if (read(subsidyCell(SUBSIDY.firstOpen)) !== expected) return `the queue starts at ${expected}`;
    for (const { claim, paidStep } of claims) {
      if (paidStep === 0) continue;
      for (let one = 0; one < claim; one++) {
        const { approvedStep, closedStep } = claims[one]!;
        const wasApproved = approvedStep > 0 && approvedStep < paidStep;
        if (wasApproved && (closedStep === 0 || closedStep > paidStep)) {
          return `claim ${claim} was paid before claim ${one}`;
        }
      }
    }
    return undefined;
  },
};

/** Invariants of the subsidy. */
export const subsidyInvariants: readonly ContractInvariant[] = [labelsOnce, withinBudget, inOrder];

/** A claim as it stands. */
interface ClaimRecord extends Readonly<Record<keyof typeof CLAIM, number>> {
  readonly claim: number;
}

function claimsOf(read: ReadState): ClaimRecord[] {
  const fields = Object.entries(CLAIM);
  return Array.from({ length: read(subsidyCell(SUBSIDY.claimCount)) }, (_, claim) => {
    const values = fields.map(([name, field]) => [name, read(claimCell(claim, field))]);
    return { claim, ...Object.fromEntries(values) } as ClaimRecord;
  });
}

function debtsOf(read: ReadState, homeCount: number): number {
  let debtsUpt = 0;
  for (let account = 0; account < homeCount; account++) debtsUpt += read(subsidyDebtCell(account));
  return debtsUpt;
}
