/** What receipts say of the vote-out, as integers and as values. */
import { REPORT_STATE, STANDING } from './governance-cells.ts';

/** First integer of each entry in a receipt's events. */
export const GOVERNANCE_EVENT = { opened: 1, decided: 2, excluded: 3, returned: 4 } as const;

/** One entry. */
export type GovernanceEvent =
  | {
      readonly event: 'opened';
      readonly report: number;
      readonly target: number;
      readonly kind: number;
      readonly closesUs: number;
    }
  | {
      readonly event: 'decided';
      readonly report: number;
      readonly isUpheld: boolean;
      readonly target: number;
      readonly kind: number;
      readonly agree: number;
      readonly oppose: number;
      readonly abstain: number;
      readonly electorate: number;
    }
  | { readonly event: 'excluded'; readonly node: number; readonly untilUs: number }
  | { readonly event: 'returned'; readonly node: number; readonly isNormal: boolean };

/** Reads the events of the receipt of a report, verdict or return. */
export function governanceEvents(events: ArrayLike<number>): GovernanceEvent[] {
  const list: GovernanceEvent[] = [];
  let at = 0;
  const next = () => events[at++]!;
  while (at < events.length) {
    switch (next()) {
      case GOVERNANCE_EVENT.opened:
        list.push({
          event: 'opened',
          report: next(),
          target: next(),
          kind: next(),
          closesUs: next(),
        });
        break;
      case GOVERNANCE_EVENT.decided:
        list.push({
          event: 'decided',
          report: next(),
          isUpheld: next() === REPORT_STATE.upheld,
          target: next(),
          kind: next(),
          agree: next(),
          oppose: next(),
          abstain: next(),
          electorate: next(),
        });
        break;
      case GOVERNANCE_EVENT.excluded:
        list.push({ event: 'excluded', node: next(), untilUs: next() });
        break;
      case GOVERNANCE_EVENT.returned:
        list.push({ event: 'returned', node: next(), isNormal: next() === STANDING.NORMAL });
        break;
      default:
        throw new RangeError(`"events" expected an entry of the vote-out at ${at - 1}`);
    }
  }
  return list;
}
