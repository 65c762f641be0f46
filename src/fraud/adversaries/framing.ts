import { choice, duration, integer, list, type OptionIssue, text } from '../../base/options.ts';
import type { Accusation, BallotConduct } from '../../contracts/ballot-conduct.ts';
import { standingOf } from '../../contracts/election.ts';
import {
  GOVERNANCE,
  governanceCell,
  REPORT,
  REPORT_STATE,
  reportCell,
  STANDING,
} from '../../contracts/governance-cells.ts';
import { takesReports } from '../../contracts/governance-rules.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { nodeId, nodeOfId } from '../../network/node-id.ts';
import {
  type AdversaryContext,
  defineAdversary,
  type LedgerAccess,
  NOTHING_HAPPENED,
} from './define.ts';
import { checkNodes, chooseNodes, memberOf, type NodeChoice, nodeOptions } from './nodes.ts';
import { producersOf } from './producers.ts';

/**
 * Voters who use the vote-out against its purpose. With goal `frame` they accuse an honest producer and
 * condemn it; with `acquit` they report none of their own and acquit each other; with `spam` they accuse
 * honest producers one after another. How nodes vote is apart from how they produce, so another
 * adversary may hold the same nodes. It succeeds when the victim is excluded; for each accused colleague
 * that is in office at the end; and for each report that the contract took up. With all honest voters
 * voting, b of n voters keep a guilty one iff 3b > n and frame an honest one iff 3b >= 2n, at a threshold
 * of two thirds. The cost is the deposits that were burnt.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'framing',
  code: 'A14',
  summary: 'Voters who accuse the honest, acquit each other, or flood the vote-out with reports',
  source: 'model sections 6.4 and 8.3, A14; E05',
  options: () => ({
    ...nodeOptions(7),
    members: list(integer(undefined, { min: 0 }), [], {
      doc: 'Members who collude too, where stake votes, counted from 0',
    }),
    goal: choice(['frame', 'acquit', 'spam'], 'frame', 'What they want'),
    victim: text('', 'Node that is framed; an honest producer by lot when empty'),
    kind: choice(['WITHHOLD', 'LATE', 'CENSORSHIP', 'MISSED'], 'WITHHOLD', 'What they accuse of'),
    reports: integer(1, { min: 0, doc: 'Accusations at most; 0 is no limit' }),
    every: duration('10 min', { min: 1, doc: 'Between two accusations' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
  }),
  check(options, nodeCount) {
    const issues: OptionIssue[] = checkNodes(options, nodeCount);
    const victim = nodeOfId(options.victim);
    const isKnown = victim >= 0 && victim < nodeCount && !options.nodes.includes(options.victim);
    if (options.victim !== '' && !isKnown) {
      const expected = `a full node, ${nodeId(0)} to ${nodeId(nodeCount - 1)}, not in \`nodes\``;
      issues.push({ key: 'victim', expected, got: options.victim });
    }
    return issues;
  },
  create(context, options) {
    const { net, ledger, voters, openingUs } = context;
    const victim = nodeOfId(options.victim);
    const nodes = colluders(context, options, victim);
    if (ledger === undefined || voters === undefined || !takesReports(ledger.rules.voteOut)) {
      const detail = `no reports in ${context.protocol}`;
      return { nodes, finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const { kernel, engine } = net;
    const members = options.members.map((member) => memberOf(ledger.homeCount, 'members', member));
    const accounts = [...new Set([...members, ...nodes.map((node) => ledger.firstNode + node)])];
    const fromUs = openingUs + options.from;
    const victims = victimsOf(context, nodes, victim, options.goal === 'spam');
    const book = watchReports(context, ledger, accounts, [...nodes, ...victims]);
    let filed = 0;
    let nextUs = fromUs;

    function accuse(account: number): readonly Accusation[] {
      const isOver = options.reports > 0 && filed >= options.reports;
      if (isOver || kernel.nowUs < nextUs || victims.length === 0) return [];
      // They take turns, so that no deposit is more than one of them can spare.
      if (account !== accounts[filed % accounts.length]) return [];
      const target = victims[filed % victims.length]!;
      const read = (cell: number) => ledger!.readAt(engine.head[OBSERVER]!, cell);
      if (standingOf(read, target) === STANDING.EXCLUDED) return [];
      filed++;
      nextUs = kernel.nowUs + options.every;
      return [{ target, kind: options.kind }];
    }

    const conduct: BallotConduct = {
      voteOf(_account, { target }) {
        if (nodes.includes(target)) return 'oppose';
        return options.goal === 'frame' && victims.includes(target) ? 'agree' : undefined;
      },
      files: (_account, { target }) => !nodes.includes(target),
      ...(options.goal === 'acquit' ? {} : { accuses: accuse }),
    };
    voters.control(accounts, conduct);

    return {
      nodes,
      finish() {
        const outcome = outcomeOf(context, options.goal, { nodes, victims }, book, filed);
        const isTried = outcome.attempts > 0;
        const names = options.goal === 'frame' ? victims.map(nodeId).join(' ') : '';
        return [
          {
            ...NOTHING_HAPPENED,
            ...outcome,
            detail:
              `${options.goal}${names === '' ? '' : ` ${names}`}: ${filed} accusations, ` +
              `${book.opened()} taken up, ${book.rejected()} rejected`,
            costUpt: isTried ? book.burntUpt() : Number.NaN,
            startedUs: fromUs,
            endedUs: Math.min(kernel.nowUs, context.endUs),
            recoveredUs: options.goal === 'frame' ? book.returnedUs(victims[0]) : Number.NaN,
          },
        ];
      },
    };
  },
});

/** Whose view is reported: the trading centre's node. */
const OBSERVER = 0;

/** Nodes that collude; by lot among all but the victim. */
function colluders(context: AdversaryContext, choice: NodeChoice, victim: number): number[] {
  if (choice.nodes.length > 0) return chooseNodes(context, choice, 'framing');
  const count = Math.min(choice.count + 1, context.nodeCount);
  const drawn = chooseNodes(context, { ...choice, count }, 'framing');
  return drawn.filter((node) => node !== victim).slice(0, choice.count);
}

/** Whom they accuse: the victim, or else honest producers in an order by lot. */
function victimsOf(
  context: AdversaryContext,
  nodes: readonly number[],
  victim: number,
  isSpam: boolean,
): number[] {
  if (victim >= 0 && !isSpam) return [victim];
  const { conduct } = context.net;
  const honest = producersOf(context).filter(
    (node) => node !== OBSERVER && !nodes.includes(node) && conduct.isHonest(node),
  );
  context.random('chain/adversary-victims').shuffle(honest);
  return isSpam ? honest : honest.slice(0, 1);
}

/** Reports of the colluders, and verdicts on some nodes, as they became final at the observer. */
interface ReportBook {
  opened(): number;
  rejected(): number;
  /** Deposits that verdicts burnt [Upt]. */
  burntUpt(): number;
  /** When a node was first excluded, and when it was back in office [µs]; NaN if never. */
  excludedUs(node: number | undefined): number;
  returnedUs(node: number | undefined): number;
  /** Whether a report against a node was ever open. */
  wasAccused(node: number): boolean;
}

function watchReports(
  { net }: AdversaryContext,
  ledger: LedgerAccess,
  accounts: readonly number[],
  watched: readonly number[],
): ReportBook {
  const { accountCount } = ledger.rules;
  const depositOf = new Map<number, number>();
  const stateOf = new Map<number, number>();
  const accused = new Set<number>();
  const excludedUs = new Map<number, number>();
  const returnedUs = new Map<number, number>();
  let known = 0;

  function onFinal(block: BlockIndex): void {
    const read = (cell: number) => ledger.readAt(block, cell);
    const field = (report: number, name: number) => read(reportCell(accountCount, report, name));
    for (const count = read(governanceCell(GOVERNANCE.reportCount)); known < count; known++) {
      // A verdict that falls with the report empties it; there is then no deposit to lose.
      if (field(known, REPORT.state) !== REPORT_STATE.open) continue;
      accused.add(field(known, REPORT.target));
      if (!accounts.includes(field(known, REPORT.reporter))) continue;
      depositOf.set(known, field(known, REPORT.depositUpt));
      stateOf.set(known, REPORT_STATE.open);
    }
    for (const [report, state] of stateOf) {
      if (state === REPORT_STATE.open) stateOf.set(report, field(report, REPORT.state));
    }
    for (const node of watched) {
      const standing = standingOf(read, node);
      if (standing === STANDING.EXCLUDED && !excludedUs.has(node)) {
        excludedUs.set(node, net.kernel.nowUs);
      }
      const isBack = standing === STANDING.NORMAL && excludedUs.has(node);
      if (isBack && !returnedUs.has(node)) returnedUs.set(node, net.kernel.nowUs);
    }
  }

  net.engine.observe({
    onFinal(node, block) {
      if (node === OBSERVER) onFinal(block);
    },
  });
  const rejected = () =>
    [...stateOf].filter(([, state]) => state === REPORT_STATE.rejected).map(([report]) => report);
  const timeOf = (times: ReadonlyMap<number, number>, node: number | undefined) =>
    (node === undefined ? undefined : times.get(node)) ?? Number.NaN;
  return {
    opened: () => stateOf.size,
    rejected: () => rejected().length,
    burntUpt: () => rejected().reduce((sum, report) => sum + depositOf.get(report)!, 0),
    excludedUs: (node) => timeOf(excludedUs, node),
    returnedUs: (node) => timeOf(returnedUs, node),
    wasAccused: (node) => accused.has(node) || excludedUs.has(node),
  };
}

/** What was tried and what came of it, by goal. */
function outcomeOf(
  { net }: AdversaryContext,
  goal: 'frame' | 'acquit' | 'spam',
  parties: { readonly nodes: readonly number[]; readonly victims: readonly number[] },
  book: ReportBook,
  filed: number,
): { readonly attempts: number; readonly successes: number } {
  const isExcluded = (node: number) => !Number.isNaN(book.excludedUs(node));
  if (goal === 'spam') return { attempts: filed, successes: book.opened() };
  if (goal === 'frame') {
    const framed = parties.victims.filter((node) => net.conduct.isHonest(node) && isExcluded(node));
    return { attempts: Math.min(1, filed), successes: framed.length };
  }
  const guilty = parties.nodes.filter(
    (node) => !net.conduct.isHonest(node) && book.wasAccused(node),
  );
  return {
    attempts: guilty.length,
    successes: guilty.filter((node) => !isExcluded(node)).length,
  };
}
