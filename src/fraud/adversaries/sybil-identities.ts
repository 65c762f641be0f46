import { duration, fraction, integer, points } from '../../base/options.ts';
import { ACCOUNT, accountCell } from '../../contracts/cells.ts';
import { PHASE } from '../../kernel/phase.ts';
import { type AdversaryReport, defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { memberOf } from './nodes.ts';

/**
 * One person asks for the initial points under many names. Where members are admitted the authority looks at
 * each and refuses it with some probability; who is refused tries to register by itself all the same. On a
 * public chain nobody looks. What was granted is sent on to one member. An attempt is an identity, a success
 * one that got its grant. The cost is that of the identities, the profit what was brought together beyond it.
 *
 * Identities are reported in rows of 1, 1, 2, 4, 8 and so on, in the order in which they are used: their
 * running sums are the cost curve.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'sybil-identities',
  code: 'F15',
  summary: 'Takes the initial points of many false identities',
  source: 'model sections 2.3 and 8.2, F15',
  options: () => ({
    identities: integer(16, { min: 1, max: 10_000, doc: 'False identities' }),
    cost: points('1 pt', { doc: 'Of one of them, whether it is refused or not' }),
    caught: fraction('80 %', { doc: 'Probability that the authority refuses one' }),
    collector: integer(0, { min: 0, max: 1_000_000, doc: 'Member that gets it, counted from 0' }),
    from: duration('0 s', { doc: 'After the start of delivery' }),
    every: duration('30 s', { min: 1, doc: 'Between two identities' }),
    hold: duration('10 min', { min: 1, doc: 'Until what was granted is sent on' }),
  }),
  outsiders: ({ identities }) => identities,
  create(context, options) {
    const { ledger, admission, outsiders = [], net, openingUs } = context;
    const { kernel, engine } = net;
    if (ledger === undefined || admission === undefined) {
      const detail = 'no accounts on a chain of blank blocks';
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const collector = memberOf(ledger.homeCount, 'collector', options.collector);
    const fromUs = openingUs + options.from;
    const lifeUs = 2 * options.hold + 60_000_000;
    const draws = context.random('chain/adversary-identities');
    const isRefused = outsiders.map(() => admission.isAdmitted && draws.uniform() < options.caught);
    const read = (account: number, field: number) =>
      ledger.readAt(engine.head[ledger.nodeOf(account)]!, accountCell(account, field));

    const ask = kernel.event('agents/ask-for-identity', PHASE.agents, (k) => {
      const account = outsiders[k]!;
      const expiryUs = kernel.nowUs + lifeUs;
      const isSelf = isRefused[k]! || !admission.isAdmitted;
      admission.admit(account, `false-identity-${k}`, isSelf, expiryUs);
      collect.after(options.hold, k);
      if (k + 1 < outsiders.length) ask.after(options.every, k + 1);
    });
    const collect = kernel.event('agents/collect-grant', PHASE.agents, (k) => {
      const account = outsiders[k]!;
      const amountUpt = read(account, ACCOUNT.balanceUpt);
      if (amountUpt === 0) return;
      ledger.submit('TRANSFER', account, { to: collector, amountUpt }, kernel.nowUs + lifeUs);
    });
    if (outsiders.length > 0) ask.at(fromUs, 0);

    /** What became of the identities from one number up to another. */
    function reportOf(first: number, end: number): AdversaryReport {
      const tried = outsiders.slice(first, end).filter((_, k) => {
        return fromUs + (first + k) * options.every <= kernel.nowUs;
      });
      const granted = tried.map((account) => read(account, ACCOUNT.grantedUpt));
      const kept = tried.map((account) => read(account, ACCOUNT.balanceUpt));
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const costUpt = tried.length * options.cost;
      const which = end - first === 1 ? `identity ${end}` : `identities ${first + 1} to ${end}`;
      return {
        ...NOTHING_HAPPENED,
        detail: `${which}: ${sum(granted)} upt granted, ${sum(granted) - sum(kept)} sent on`,
        attempts: tried.length,
        successes: granted.filter((amountUpt) => amountUpt > 0).length,
        costUpt,
        profitUpt: sum(granted) - sum(kept) - costUpt,
        valueRevertedUpt: 0,
        startedUs: fromUs + first * options.every,
        endedUs: fromUs + (end - 1) * options.every,
      };
    }

    return {
      nodes: [],
      finish() {
        const reports: AdversaryReport[] = [];
        for (let first = 0, end = 1; first < outsiders.length; first = end, end *= 2) {
          reports.push(reportOf(first, Math.min(end, outsiders.length)));
        }
        return reports;
      },
    };
  },
});
