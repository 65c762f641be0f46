import { duration, integer, number } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import { defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { memberOf } from './nodes.ts';

/**
 * A member floods the chain with valid transfers. It succeeds when the 95th percentile of the time to
 * finality of the others' transactions, sent while it lasts, is above the threshold; what is still not
 * final at the end counts as waiting for ever. Its cost is the fees it paid.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'spam',
  code: 'A11',
  summary: 'Floods the chain with transfers',
  source: 'model section 8.3, A11',
  options: () => ({
    sender: integer(0, { min: 0, max: 1_000_000, doc: 'Member that floods, counted from 0' }),
    perSecond: number(100, { min: 0.001, max: 100_000, doc: 'Transfers a second' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
    lasts: duration('10 min', { min: 1, doc: 'How long it floods' }),
    expiry: duration('10 min', { min: 1_000_000, doc: 'How long a transfer may wait' }),
    threshold: duration('5 min', { min: 1, doc: 'Waiting of honest members that is a success' }),
  }),
  create(context, options) {
    const { ledger, openingUs } = context;
    const { kernel } = context.net;
    if (ledger === undefined) {
      const detail = 'no transactions on a chain of blank blocks';
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const { homeCount, transactions } = ledger;
    const sender = memberOf(homeCount, 'sender', options.sender);
    const fromUs = openingUs + options.from;
    const untilUs = fromUs + options.lasts;
    const gapUs = Math.max(1, Math.round(1e6 / options.perSecond));
    const sent: number[] = [];
    const send = kernel.event('agents/send-spam', PHASE.agents, (k) => {
      const to = (sender + 1) % homeCount;
      const expiryUs = kernel.nowUs + options.expiry;
      sent.push(ledger.submit('TRANSFER', sender, { to, amountUpt: 1 }, expiryUs));
      if (kernel.nowUs + gapUs < untilUs) send.after(gapUs, k + 1);
    });
    if (homeCount > 1) send.at(fromUs, 0);
    return {
      nodes: [],
      finish() {
        const waits: number[] = [];
        for (let tx = 0; tx < transactions.count; tx++) {
          const sentUs = transactions.submittedUs(tx);
          if (sentUs < fromUs || sentUs >= untilUs) continue;
          if (transactions.sender(tx) === sender || transactions.sender(tx) >= homeCount) continue;
          const finalUs = transactions.finalUs(tx);
          waits.push(Number.isNaN(finalUs) ? Number.POSITIVE_INFINITY : finalUs - sentUs);
        }
        waits.sort((a, b) => (a === b ? 0 : a < b ? -1 : 1));
        const p95 = waits[Math.ceil(0.95 * waits.length) - 1] ?? Number.NaN;
        const included = sent.filter((tx) => !Number.isNaN(transactions.finalUs(tx))).length;
        const paidUpt = sent.reduce((sum, tx) => sum + transactions.feeUpt(tx), 0);
        return [
          {
            detail: `${sent.length} sent, ${included} final; honest p95 ${p95} us`,
            attempts: sent.length === 0 ? 0 : 1,
            successes: p95 > options.threshold ? 1 : 0,
            costUpt: paidUpt,
            profitUpt: Number.NaN,
            valueRevertedUpt: 0,
            startedUs: fromUs,
            endedUs: untilUs,
            recoveredUs: Number.NaN,
          },
        ];
      },
    };
  },
});
