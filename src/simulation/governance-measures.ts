/** What the vote-out achieved, against the truth that only measures may know (model §6.4). */
import type { GovernanceEvent } from '../contracts/governance-events.ts';
import { EVIDENCE_KINDS, type EvidenceKind } from '../ledger/vote-out.ts';

/** What became of one offender. Times [µs]; NaN where it never came. */
export interface OffenderOutcome {
  readonly node: number;
  readonly firstOffenceUs: number;
  readonly excludedUs: number;
  readonly timeToExclusionUs: number;
  /** Bad turns from the first offence on, that one included, until exclusion or the end. */
  readonly badSlotsAfterFirstOffence: number;
}

/** What became of one node that did wrong, or was said to. Times [µs]; NaN where it never came. */
export interface GovernanceCase {
  readonly node: number;
  /** Kind of the first report; empty when nobody reported it. */
  readonly kind: EvidenceKind | '';
  readonly firstOffenceUs: number;
  readonly firstReportUs: number;
  readonly excludedUs: number;
  readonly badSlotsAfterFirstOffence: number;
  readonly isGuilty: boolean;
  /** Last word of the electorate; empty without a report. */
  readonly verdict: 'upheld' | 'rejected' | 'open' | '';
}

/** Measures of one run. */
export interface GovernanceMeasures {
  readonly offenders: readonly OffenderOutcome[];
  /** One for each node that did wrong or was accused, ascending. */
  readonly cases: readonly GovernanceCase[];
  /** Exclusions of nodes that had done nothing. */
  readonly falseExclusions: number;
  readonly exclusions: number;
  readonly reportsAccepted: number;
  readonly reportsRejected: number;
  /** Reports opened against nodes that had done nothing. */
  readonly reportSpam: number;
  /** Reports against offenders that were rejected. */
  readonly guiltyKept: number;
}

/** Collects measures. */
export interface GovernanceLog {
  /** The truth: a node spoilt a turn. */
  offence(node: number, timeUs: number): void;
  /** A node lost its turns otherwise than by verdict: it was not elected again. */
  votedOut(node: number, timeUs: number): void;
  /** Events of a block that became final, with the block's time. */
  final(events: readonly GovernanceEvent[], timeUs: number): void;
  isOffender(node: number): boolean;
  measures(): GovernanceMeasures;
}

/** Starts a log. */
export function createGovernanceLog(): GovernanceLog {
  const offences = new Map<number, number[]>();
  const excludedUs = new Map<number, number>();
  const accused = new Map<number, { isGuilty: boolean }>();
  /** Of nodes that had done nothing when they were excluded. */
  const wronglyExcludedUs = new Map<number, number>();
  const firstReports = new Map<number, { readonly timeUs: number; readonly kind: number }>();
  const verdicts = new Map<number, 'upheld' | 'rejected' | 'open'>();
  let falseExclusions = 0;
  let exclusions = 0;
  let reportsAccepted = 0;
  let reportsRejected = 0;
  let reportSpam = 0;
  let guiltyKept = 0;

  const guiltyAt = (node: number, timeUs: number) =>
    (offences.get(node)?.[0] ?? Number.POSITIVE_INFINITY) <= timeUs;

  function leave(node: number, timeUs: number): void {
    if (!excludedUs.has(node)) excludedUs.set(node, timeUs);
  }

  return {
    offence(node, timeUs) {
      const list = offences.get(node);
      if (list === undefined) offences.set(node, [timeUs]);
      else list.push(timeUs);
    },
    isOffender: (node) => offences.has(node),
    votedOut: leave,
    final(events, timeUs) {
      for (const event of events) {
        if (event.event === 'opened') {
          const isGuilty = guiltyAt(event.target, timeUs);
          accused.set(event.report, { isGuilty });
          if (!firstReports.has(event.target)) {
            firstReports.set(event.target, { timeUs, kind: event.kind });
          }
          verdicts.set(event.target, 'open');
          if (!isGuilty) reportSpam++;
        } else if (event.event === 'decided') {
          if (event.isUpheld) reportsAccepted++;
          else reportsRejected++;
          verdicts.set(event.target, event.isUpheld ? 'upheld' : 'rejected');
          if (!event.isUpheld && accused.get(event.report)?.isGuilty) guiltyKept++;
        } else if (event.event === 'excluded') {
          exclusions++;
          if (guiltyAt(event.node, timeUs)) {
            leave(event.node, timeUs);
          } else {
            falseExclusions++;
            if (!wronglyExcludedUs.has(event.node)) wronglyExcludedUs.set(event.node, timeUs);
          }
        }
      }
    },
    measures() {
      const nodes = [...offences.keys()].sort((a, b) => a - b);
      const offenders = nodes.map((node) => {
        const times = offences.get(node)!;
        const outUs = excludedUs.get(node) ?? Number.NaN;
        const isBefore = (timeUs: number) => Number.isNaN(outUs) || timeUs <= outUs;
        return {
          node,
          firstOffenceUs: times[0]!,
          excludedUs: outUs,
          timeToExclusionUs: outUs - times[0]!,
          badSlotsAfterFirstOffence: times.filter(isBefore).length,
        };
      });
      const seen = [...new Set([...nodes, ...firstReports.keys()])].sort((a, b) => a - b);
      return {
        offenders,
        cases: seen.map((node) => {
          const offender = offenders.find((one) => one.node === node);
          const report = firstReports.get(node);
          return {
            node,
            kind: report === undefined ? '' : EVIDENCE_KINDS[report.kind]!,
            firstOffenceUs: offender?.firstOffenceUs ?? Number.NaN,
            firstReportUs: report?.timeUs ?? Number.NaN,
            excludedUs: excludedUs.get(node) ?? wronglyExcludedUs.get(node) ?? Number.NaN,
            badSlotsAfterFirstOffence: offender?.badSlotsAfterFirstOffence ?? 0,
            isGuilty: offender !== undefined && !wronglyExcludedUs.has(node),
            verdict: verdicts.get(node) ?? '',
          };
        }),
        falseExclusions,
        exclusions,
        reportsAccepted,
        reportsRejected,
        reportSpam,
        guiltyKept,
      };
    },
  };
}
