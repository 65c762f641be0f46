import { defineConsensus } from '../protocol.ts';
import { createForkChoice } from './dpos-fork-choice.ts';
import { createMissedTurns } from './dpos-missed-turns.ts';
import { checkDpos, dposOptions, dposParameters, dposSettings } from './dpos-options.ts';
import { createDposRule, DPOS_FIELD, type DposRule } from './dpos-rule.ts';
import { createDposSchedule } from './dpos-schedule.ts';
import { createTurns } from './dpos-turns.ts';
import { createDposVotes } from './dpos-votes.ts';

/**
 * Delegated proof of stake: holders of locked certificates elect the producers, who take turns by their
 * clocks in an order drawn each epoch from the last irreversible block. A turn that its owner misses
 * stays empty. A block that comes more than `maxDrift` before its turn by the receiver's clock is kept
 * until then: a rule of reception, on which validity never depends.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'dpos',
  summary:
    'Delegated proof of stake: elected producers, turns by the clock, five irreversibility rules',
  source:
    'EOSIO 2.x, Steem, TRON, BitShares and Lisk parameters (validation B1); model section 6.3',
  options: dposOptions,
  finality: (options) =>
    dposSettings(options, 1).irreversibility === 'bft' ? 'explicit' : 'branch',
  check: checkDpos,
  blockIntervalUs: (options) => dposSettings(options, 1).turn,
  parameters: dposParameters,
  createRule: createDposRule,
  createSchedule: (tree, rule, parameters, elections) =>
    createDposSchedule(tree, rule as DposRule, parameters, elections),
  create(context, options) {
    const { tree, nodeCount, skewUs } = context;
    const settings = dposSettings(options, nodeCount);
    const rule = context.rule as DposRule;
    const genesis = dposParameters(options, nodeCount);
    const schedule = createDposSchedule(tree, rule, genesis, context.parameters);
    const votes = rule.isVoted
      ? createDposVotes(context, rule, schedule, settings.quorum)
      : undefined;
    const prefers = createForkChoice(context, rule, settings.forkChoice, votes);
    const missed = createMissedTurns(context, schedule, settings);
    const turns = createTurns(context, rule, settings, schedule, votes, missed.note);
    const counts = { earlyBlocks: 0 };

    /** Whether the fields have the shape that the producer's seat asks for. */
    function isWellFormed(fields: readonly number[], isGuest: boolean): boolean {
      const seat = fields[rule.seatField] ?? 0;
      const extra = fields.length - rule.seatField;
      return seat === (isGuest ? 1 : 0) && (extra === seat || extra === 2);
    }

    return {
      start: turns.start,
      turns: schedule,
      prefers,
      isValid(block) {
        const fields = tree.consensus(block);
        const turn = fields[DPOS_FIELD.turn]!;
        const parent = tree.parent[block]!;
        const producer = tree.producer[block]!;
        const isSound =
          turn > schedule.turnOf(parent) &&
          tree.timestampUs[block] === turn * settings.turn &&
          fields[DPOS_FIELD.epoch] === Math.floor(turn / settings.epochTurns) &&
          schedule.ownerOf(parent, turn) === producer &&
          isWellFormed(fields, schedule.seatsOn(parent, turn).guest === producer) &&
          (votes === undefined
            ? fields[DPOS_FIELD.confirmedFrom]! <= tree.height[block]!
            : votes.isCertified(block));
        if (isSound) missed.note(block);
        return isSound;
      },
      waitUs(node, block) {
        const clockUs = context.kernel.nowUs + skewUs[node]!;
        const waitUs = tree.timestampUs[block]! - settings.maxDrift - clockUs;
        if (waitUs > 0) counts.earlyBlocks++;
        return waitUs;
      },
      ...(votes === undefined
        ? {}
        : {
            onBlock: votes.onBlock,
            onHead: votes.onHead,
            certificateBytes: votes.certificateBytes,
          }),
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: missed.count,
      report: () => ({ ...counts, ...turns.report(), ...votes?.report() }),
    };
  },
});
