import { duration, integer, points } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { memberOf } from './nodes.ts';

/**
 * A member pays a merchant and, at the same instant and with the same nonce or coin, an accomplice: one
 * payment enters at the merchant's node, the other at the accomplice's. The merchant delivers once his own node counts
 * his confirmations. It succeeds when the payment that he accepted is not on the exported chain in the end. Alone it
 * is the test that only one payment can be made; with a partition or with producers who sign twice it
 * measures how far a protocol keeps that promise.
 * Source: model section 7.7 and trap 11; Karame, Androulaki and Capkun, Double-spending fast payments in
 * Bitcoin, 2012 (conflicting payments sent to different nodes).
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'conflicting-payments',
  summary: 'Pays two receivers with the same coin at two ends of the network',
  source: 'model section 7.7; Karame et al. 2012',
  options: () => ({
    payer: integer(0, { min: 0, max: 1_000_000, doc: 'Member that pays twice, counted from 0' }),
    merchant: integer(1, { min: 0, max: 1_000_000, doc: 'Member that is paid' }),
    accomplice: integer(2, { min: 0, max: 1_000_000, doc: 'Member that gets the money back' }),
    confirmations: integer(0, {
      min: 0,
      max: 1000,
      doc: 'Blocks the merchant waits for; 0 is the finality of the protocol',
    }),
    value: points('1 pt', { doc: 'What a payment is worth' }),
    from: duration('1 h', { doc: 'First attempt, after the start of delivery' }),
    every: duration('10 min', { min: 1_000_000, doc: 'Between two attempts' }),
    attempts: integer(6, { min: 1, max: 100_000, doc: 'Attempts at most' }),
    expiry: duration('2 h', { min: 1_000_000, doc: 'How long a payment may wait for a block' }),
  }),
  create(context, options) {
    const { ledger, net, openingUs, endUs } = context;
    const { kernel, tree, engine } = net;
    if (ledger === undefined || ledger.homeCount < 3) {
      const detail = 'fewer than three members';
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const payer = memberOf(ledger.homeCount, 'payer', options.payer);
    const merchant = memberOf(ledger.homeCount, 'merchant', options.merchant);
    const accomplice = memberOf(ledger.homeCount, 'accomplice', options.accomplice);
    const near = ledger.nodeOf(merchant);
    const far = ledger.nodeOf(accomplice);
    const attempts: Attempt[] = [];
    const fromUs = openingUs + options.from;
    const draws = context.random('chain/adversary-conflicting-payments');
    // Nodes announce in rounds: at one phase of the rounds the same end would always be the first.
    const attemptUs = (k: number) =>
      fromUs + k * options.every + Math.floor(draws.uniform() * PHASE_US);

    const pay = kernel.event('agents/pay-twice', PHASE.agents, (k) => {
      const rows = ledger.payTwice({
        from: payer,
        receivers: [merchant, accomplice],
        nodes: [near, far],
        amountUpt: options.value,
        expiryUs: kernel.nowUs + options.expiry,
      });
      if (rows !== undefined) {
        const [payment, other] = rows;
        attempts.push({ payment, other, sentUs: kernel.nowUs, acceptedUs: Number.NaN });
      }
      const nextUs = attemptUs(k + 1);
      if (k + 1 < options.attempts && nextUs < endUs) pay.at(nextUs, k + 1);
    });
    if (fromUs < endUs) pay.at(attemptUs(0), 0);

    /** Whether a branch carries a transaction, and how deep below its tip. */
    function depthIn(tip: BlockIndex, tx: number): number {
      const block = ledger!.transactions.blocksOf(tx).find((at) => tree.isAncestor(at, tip));
      return block === undefined ? 0 : tree.height[tip]! - tree.height[block]! + 1;
    }

    function accept(tip: BlockIndex, confirmations: number): void {
      for (const attempt of attempts) {
        if (!Number.isNaN(attempt.acceptedUs)) continue;
        if (depthIn(tip, attempt.payment) >= confirmations) attempt.acceptedUs = kernel.nowUs;
      }
    }
    engine.observe({
      onHead(node, head) {
        if (node === near && options.confirmations > 0) accept(head, options.confirmations);
      },
      onFinal(node, block) {
        if (node === near && options.confirmations === 0) accept(block, 1);
      },
    });

    return {
      nodes: [],
      finish() {
        // After a split for good every side keeps what it holds final: the exported chain decides.
        const tip = engine.head[OBSERVER]!;
        const paid = attempts.filter(({ payment }) => depthIn(tip, payment) > 0);
        const back = attempts.filter(({ other }) => depthIn(tip, other) > 0);
        const both = paid.filter((attempt) => back.includes(attempt));
        const lost = attempts.filter(
          (attempt) => !Number.isNaN(attempt.acceptedUs) && !paid.includes(attempt),
        );
        const accepted = attempts.filter(({ acceptedUs }) => !Number.isNaN(acceptedUs));
        const none = attempts.length - paid.length - back.length + both.length;
        return [
          {
            detail:
              `${paid.length} paid, ${back.length} taken back, ${both.length} both, ${none} neither; ` +
              `${accepted.length} accepted`,
            attempts: attempts.length,
            successes: lost.length,
            costUpt: 0,
            profitUpt: lost.length * options.value,
            valueRevertedUpt: lost.length * options.value,
            startedUs: attempts[0]?.sentUs ?? Number.NaN,
            endedUs: attempts.at(-1)?.sentUs ?? Number.NaN,
            recoveredUs: Number.NaN,
          },
        ];
      },
    };
  },
});

/** Node whose chain is exported. */
const OBSERVER = 0;
/** Attempts are spread over this much [µs]. */
const PHASE_US = 1_000_000;

/** Two payments of which one chain can hold only one. */
interface Attempt {
  readonly payment: number;
  readonly other: number;
  readonly sentUs: number;
  /** When the merchant had his confirmations [µs]; NaN until then. */
  acceptedUs: number;
}
