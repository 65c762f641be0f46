import { choice, fraction, type OptionIssue, optional } from '../../base/options.ts';
import { EARNINGS, earningsCell } from '../../contracts/cells.ts';
import { TALLY, tallyCell } from '../../contracts/compute-cells.ts';
import type { TaskAtHand, WorkConduct } from '../../contracts/compute-conduct.ts';
import { sha256Bytes } from '../../ledger/hash.ts';
import { type AdversaryContext, defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { checkNodes, chooseNodes, nodeOptions } from './nodes.ts';

const MODES = ['random-root', 'shared-root', 'copy-reveal', 'copy-commitment'] as const;

/**
 * Full nodes take rewards for Merkle roots that they never computed: each promises a root of its own making,
 * or all the same one, which wins where they are most of a task's workers; or they copy the roots that
 * others have told, or the promises that others have made. An attempt is a task that one of them was drawn
 * for, a success one that it was paid for. Its cost is the deposits it lost.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'compute-free-riding',
  code: 'F14',
  summary: 'Takes rewards for Merkle roots without computing them',
  source: 'model sections 7.1 (I3) and 8.2, F14',
  options: () => ({
    ...nodeOptions(1),
    share: optional(
      fraction(undefined, { max: 0.999, doc: 'Of the full nodes, instead of a count' }),
    ),
    mode: choice(MODES, 'random-root', 'What it does in the place of computing'),
  }),
  check: (options, nodeCount) => [
    ...checkNodes(options, nodeCount),
    ...shareIssues(options.share, nodeCount),
  ],
  create(context, options) {
    const { ledger, workers, net, openingUs, endUs } = context;
    const share = options.share;
    const count = share === undefined ? options.count : Math.round(share * context.nodeCount);
    const choice = { nodes: options.nodes, count };
    const nodes = chooseNodes(context, choice, 'compute-free-riding');
    if (ledger === undefined || workers === undefined) {
      const detail = 'no rewarded computing on this chain';
      return { nodes, finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    workers.control(nodes, conductOf(options.mode, context));
    return {
      nodes,
      finish() {
        const head = net.engine.head[0]!;
        const sum = (cellOf: (account: number) => number) =>
          nodes.reduce((total, node) => {
            return total + ledger.readAt(head, cellOf(ledger.firstNode + node));
          }, 0);
        const tally = (field: number) => sum((account) => tallyCell(account, field));
        const earnedUpt = sum((account) => earningsCell(account, EARNINGS.computeUpt));
        const burnedUpt = tally(TALLY.burnedUpt);
        const caught = `${tally(TALLY.wrong)} wrong, ${tally(TALLY.canaryWrong)} of them by canary`;
        return [
          {
            detail: `${options.mode}: ${caught}; ${tally(TALLY.silent)} silent`,
            attempts: tally(TALLY.assigned),
            successes: tally(TALLY.paid),
            costUpt: burnedUpt,
            profitUpt: earnedUpt - burnedUpt,
            valueRevertedUpt: 0,
            startedUs: openingUs,
            endedUs: endUs,
            recoveredUs: Number.NaN,
          },
        ];
      },
    };
  },
});

function shareIssues(share: number | undefined, nodeCount: number): OptionIssue[] {
  if (share === undefined || Math.round(share * nodeCount) < nodeCount) return [];
  const expected = `a share that leaves one of the ${nodeCount} full nodes honest`;
  return [{ key: 'share', expected, got: String(share) }];
}

/** What a free-rider does about a task. */
function conductOf(mode: (typeof MODES)[number], context: AdversaryContext): WorkConduct {
  const secret = context.random('chain/adversary-free-riding').integer(2 ** 32);
  const made = (who: string, { subject }: TaskAtHand) =>
    sha256Bytes(`root/${secret}/${who}/${subject}`);
  if (mode === 'random-root') return { answer: (node, task) => made(String(node), task) };
  if (mode === 'shared-root') return { answer: (_, task) => made('all', task) };
  if (mode === 'copy-reveal') {
    return { answer: () => undefined, tells: (_, task) => task.roots()[0] };
  }
  return {
    promise: (_, task) => task.promises()[0],
    tells: (_, task) => task.roots()[0],
  };
}
