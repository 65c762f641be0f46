/** What the trace of an account's points says: cases of issue, and the way of each part since. */
import { ISSUE_CASES, type IssueCase } from '../contracts/rules.ts';
import type { TracedLedger } from './trace-ledger.ts';
import type { PointParcel, PointStep } from './trace-points.ts';
import { pointsText, type TraceNode } from './trace-tree.ts';

const CASE_TEXT: Readonly<Record<IssueCase, string>> = {
  grant: 'I1, initial grant',
  clean: 'I2, clean energy',
  compute: 'I3, computation',
  block: 'I4, accounting right',
};

/** A part of the points: the same issue and the same way. */
interface Part {
  readonly amountUpt: number;
  /** From the issue to the account. */
  readonly steps: readonly PointStep[];
}

/** Steps of a parcel, the issue first. */
export function stepsOf(parcel: PointParcel): PointStep[] {
  const steps: PointStep[] = [];
  for (let step: PointStep | undefined = parcel.step; step !== undefined; step = step.before) {
    steps.push(step);
  }
  return steps.reverse();
}

/** The oldest points of parcels, as many as asked for. */
export function oldestOf(parcels: readonly PointParcel[], amountUpt: number): PointParcel[] {
  const taken: PointParcel[] = [];
  let leftUpt = amountUpt;
  for (const { amountUpt: heldUpt, step } of parcels) {
    if (leftUpt <= 0) break;
    taken.push({ amountUpt: Math.min(heldUpt, leftUpt), step });
    leftUpt -= heldUpt;
  }
  return taken;
}

/** Points by the case in which they were issued, in the order of the cases. */
export function pointsByCase(parcels: readonly PointParcel[]): ReadonlyMap<IssueCase, number> {
  const sums = new Map<IssueCase, number>(ISSUE_CASES.map((issueCase) => [issueCase, 0]));
  for (const parcel of parcels) {
    const { issue } = stepsOf(parcel)[0]!;
    const { issueCase } = issue!;
    sums.set(issueCase, sums.get(issueCase)! + parcel.amountUpt);
  }
  return sums;
}

/**
 * The trace of points that an account holds.
 *
 * @param most - Parts that are told one by one, the largest first; the rest is summed up.
 */
export function pointNode(
  ledger: TracedLedger,
  account: number,
  parcels: readonly PointParcel[],
  most: number,
): TraceNode {
  const totalUpt = parcels.reduce((sum, { amountUpt }) => sum + amountUpt, 0);
  const name = ledger.accountId(account);
  return {
    kind: 'points',
    text: `${pointsText(totalUpt)} of ${name}, FIFO-attributed (the oldest points go first)`,
    children: Array.from(pointsByCase(parcels)).flatMap(([issueCase, amountUpt]) =>
      amountUpt === 0 ? [] : [caseNode(ledger, issueCase, amountUpt, parcels, most)],
    ),
  };
}

function caseNode(
  ledger: TracedLedger,
  issueCase: IssueCase,
  amountUpt: number,
  parcels: readonly PointParcel[],
  most: number,
): TraceNode {
  const sums = new Map<PointStep, number>();
  for (const { step, amountUpt: partUpt } of parcels)
    sums.set(step, (sums.get(step) ?? 0) + partUpt);
  const parts: Part[] = Array.from(sums)
    .map(([step, partUpt]) => ({
      amountUpt: partUpt,
      steps: stepsOf({ amountUpt: partUpt, step }),
    }))
    .filter(({ steps }) => steps[0]!.issue!.issueCase === issueCase);
  const places = new Map(parts.map((part, place) => [part, place]));
  const shown = [...parts]
    .sort((a, b) => b.amountUpt - a.amountUpt || places.get(a)! - places.get(b)!)
    .slice(0, most);
  const restUpt = amountUpt - shown.reduce((sum, part) => sum + part.amountUpt, 0);
  const count = parts.length - shown.length;
  const rest: TraceNode[] =
    count === 0 ? [] : [{ kind: 'part', text: `${pointsText(restUpt)} in ${count} more parts` }];
  return {
    kind: 'issued',
    text: `${pointsText(amountUpt)} as ${CASE_TEXT[issueCase]}`,
    children: [...shown.map((part) => partNode(ledger, part)), ...rest],
  };
}

function partNode(ledger: TracedLedger, { amountUpt, steps }: Part): TraceNode {
  const [origin, ...moves] = steps;
  const { issueCase, ref } = origin!.issue!;
  const to = ledger.accountId(origin!.account);
  return {
    kind: 'part',
    text: `${pointsText(amountUpt)} issued to ${to} ${referenceText(ledger, issueCase, ref)}`,
    ...(origin!.tx === undefined ? {} : { tx: origin!.tx }),
    children: moves.map((step) => ({
      kind: step.tx!.type,
      text: `to ${ledger.accountId(step.account)}`,
      tx: step.tx!,
    })),
  };
}

/** Claims of clean energy number labels by generator and serial, four roles each. */
const SERIALS = 2 ** 34;
const ROLES_OF_LABEL = ['seller', 'buyer', 'user'] as const;

function referenceText(ledger: TracedLedger, issueCase: IssueCase, ref: number): string {
  switch (issueCase) {
    case 'grant':
      return 'on registration';
    case 'block':
      return `for blocks of day ${ref}`;
    case 'clean': {
      const label = Math.floor(ref / 4);
      const generator = ledger.accountId(Math.floor(label / SERIALS));
      const role = ROLES_OF_LABEL[ref % 4] ?? 'party';
      return `as ${role}, from label ${label % SERIALS} of ${generator} on`;
    }
    case 'compute':
      return `for claim ${ref}`;
  }
}
