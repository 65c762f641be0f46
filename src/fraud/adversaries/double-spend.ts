import { choice, duration, integer, points } from '../../base/options.ts';
import { defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { checkPool, createPool, poolOptions } from './mining-pool.ts';
import { createPrivateBranch } from './private-branch.ts';

/**
 * Pays a merchant, and mines a private branch without the payment until the merchant has counted his
 * confirmations; then announces the branch once it is ahead. An attempt succeeds when an honest node that
 * had accepted the payment's block leaves it. Without delay the chance is that of Rosenfeld's race:
 * `preMined: 1` with `rule: strict` needs to draw level (his convention), `preMined: 0` to become longer.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'double-spend',
  code: 'A01',
  summary: 'Private branch that takes back a payment after its confirmations',
  source: 'Nakamoto 2008, section 11; Rosenfeld 2014; model section 8.3, A01',
  options: () => ({
    ...poolOptions('0.3'),
    confirmations: integer(0, {
      min: 0,
      max: 1000,
      doc: 'Blocks the merchant waits for; 0 is the finality of the protocol',
    }),
    preMined: integer(0, { min: 0, max: 1, doc: 'Blocks found before the payment is sent' }),
    rule: choice(['strict', 'tie'], 'strict', 'Announce when ahead, or as soon as level'),
    giveUp: integer(30, {
      min: 1,
      max: 100_000,
      doc: 'Blocks behind at which it gives up once the merchant has delivered',
    }),
    pause: duration('0 s', { doc: 'Wait between two attempts' }),
    attempts: integer(0, { min: 0, doc: 'Attempts at most; 0 is no limit' }),
    value: points('100 pt', { doc: 'What a payment is worth' }),
  }),
  check: checkPool,
  create(context, options) {
    const pool = createPool(context, options, 'double-spend');
    if (pool === undefined) {
      const detail = `no proof of work in ${context.protocol}`;
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const branch = createPrivateBranch(context, pool, {
      depth: 0,
      confirmations: options.confirmations,
      preMined: options.preMined,
      rule: options.rule,
      giveUp: options.giveUp,
      pauseUs: options.pause,
      attemptsMax: options.attempts,
      valueUpt: options.value,
    });
    return {
      nodes: pool.nodes,
      finish() {
        const waits = options.confirmations === 0 ? 'finality' : `z ${options.confirmations}`;
        const how = `pre-mined ${options.preMined}, ${options.rule}, ${waits}`;
        const depth = `deepest reorganisation ${branch.deepest}`;
        const finals = `final blocks reverted ${branch.finalsReverted}`;
        return [branch.report(`hash share ${pool.share}, ${how}; ${depth}, ${finals}`)];
      },
    };
  },
});
