import { duration, fraction, points } from '../../base/options.ts';
import { DAY_US } from '../../base/units.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell } from '../../contracts/cells.ts';
import { VOTER, voterCell } from '../../contracts/governance-cells.ts';
import { epochUs } from '../../contracts/governance-rules.ts';
import { movableCertificates } from '../../contracts/staking.ts';
import { stakeOf } from '../../contracts/voters.ts';
import { PHASE } from '../../kernel/phase.ts';
import {
  type AdversaryContext,
  type AdversaryReport,
  defineAdversary,
  type LedgerAccess,
  NOTHING_HAPPENED,
} from './define.ts';
import { checkNodes, chooseNodes, nodeOptions } from './nodes.ts';
import { runsOf, watchSeats } from './seats.ts';

/**
 * A borrower of certificates who wants them to count without staying locked. It stakes them `lead` before
 * an epoch ends, has them vote for its nodes, and takes them out of stake `hold` later. Certificates do
 * not change hands yet, so what it borrows is what some members hold from genesis: they take theirs out
 * of stake two epochs before and lend them for the flash. It reports the seats that its nodes gained
 * over those of the epoch before, apart for the epoch that the stake was there for and for any time at
 * which the certificates were free again; by rule (what was counted at a snapshot, and a delay of an
 * epoch for what leaves) the second is none. The cost of borrowing is rate × value × time until return.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'flash-stake',
  code: 'A17',
  summary: 'Borrows certificates for the snapshot of an election and gives them back',
  source: 'model sections 6.3 and 8.3, A17',
  options: () => ({
    ...nodeOptions(7),
    borrowed: fraction('20 %', { doc: 'Share of all certificates, from whole members by lot' }),
    lead: duration('2 min', { min: 1, doc: 'Before the end of the epoch, when it stakes' }),
    hold: duration('2 min', { min: 1, doc: 'After that, when it takes them out of stake' }),
    rate: fraction('0.1 %', { doc: 'Of the value, for a day' }),
    value: points('10 pt', { doc: 'Of a certificate' }),
    from: duration('2 h', { doc: 'Earliest end of the epoch, after the start of delivery' }),
  }),
  check: checkNodes,
  create(context, options) {
    const { net, ledger, openingUs, endUs } = context;
    const nodes = chooseNodes(context, options, 'flash-stake');
    const voteOut = ledger?.rules.voteOut;
    if (ledger === undefined || voteOut === undefined) {
      const detail = `no elections in ${context.protocol}`;
      return { nodes, finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const { kernel, engine } = net;
    const lengthUs = epochUs(voteOut);
    const members = lendersOf(context, ledger, options.borrowed);
    const certificates = members.map((member) => owned(ledger, 0, member));
    const total = certificates.reduce((sum, count) => sum + count, 0);
    const seats = watchSeats(context, nodes);
    // The stake that members lend must be out of the epoch before, and free again by then.
    const earliestUs = openingUs + Math.max(options.from, 2 * lengthUs + options.lead);
    const epoch = Math.ceil(earliestUs / lengthUs);
    const boundaryUs = epoch * lengthUs;
    const stakedUs = boundaryUs - options.lead;

    const idsOf = (member: number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, k) => ledger.rules.certificateFirst(member) + from + k);
    const stakedAt = (member: number) =>
      stakeOf((cell) => ledger.readAt(engine.head[ledger.nodeOf(member)]!, cell), member);

    function takeOut(member: number): void {
      const staked = stakedAt(member);
      if (staked === 0) return;
      ledger!.submit('UNSTAKE', member, { certificates: idsOf(member, 0, staked) }, endUs);
    }
    const prepare = kernel.event('agents/lend-certificates', PHASE.agents, () => {
      for (const member of members) takeOut(member);
    });
    const flash = kernel.event('agents/stake-borrowed', PHASE.agents, () => {
      members.forEach((member, k) => {
        const ids = idsOf(member, stakedAt(member), certificates[k]!);
        if (ids.length > 0) ledger.submit('STAKE', member, { certificates: ids }, endUs);
        const candidates = nodes
          .map((_, j) => nodes[(k * APPROVALS_MAX + j) % nodes.length]!)
          .slice(0, APPROVALS_MAX);
        ledger.submit('VOTE', member, { candidates }, endUs);
      });
    });
    const giveBack = kernel.event('agents/unstake-borrowed', PHASE.agents, () => {
      for (const member of members) takeOut(member);
    });
    if (nodes.length > 0 && members.length > 0) {
      prepare.at(stakedUs - 2 * lengthUs);
      flash.at(stakedUs);
      giveBack.at(stakedUs + options.hold);
    }

    return {
      nodes,
      finish() {
        const isTried = kernel.nowUs > boundaryUs && nodes.length > 0 && members.length > 0;
        const freeUs = isTried ? freedUs(context, ledger, members) : Number.NaN;
        const heldIn = (which: number) =>
          seats.epochs.find((each) => each.epoch === which)?.held ?? 0;
        const before = heldIn(epoch - 1);
        const during = Math.max(0, heldIn(epoch) - before);
        const later = seats.epochs.filter((each) => each.epoch > epoch).map(({ held }) => held);
        const after = Math.max(0, ...later.map((held) => held - before));
        const seatedFreeUs = during > 0 ? Math.max(0, boundaryUs + lengthUs - freeUs) : 0;
        const lockedUs = Math.min(Number.isNaN(freeUs) ? endUs : freeUs, endUs) - stakedUs;
        const row = runsOf(seats.epochs.map(({ held }) => held));
        const report = (detail: string, isGained: boolean): AdversaryReport => ({
          ...NOTHING_HAPPENED,
          detail,
          attempts: isTried ? 1 : 0,
          successes: isTried && isGained ? 1 : 0,
          costUpt: isTried
            ? Math.round((options.rate * options.value * total * lockedUs) / DAY_US)
            : Number.NaN,
          startedUs: stakedUs,
          endedUs: freeUs,
        });
        const what = `${total} certificates of ${members.length} members; held by epoch ${row}`;
        return [
          report(`while locked: ${during} seats gained by ${what}`, during > 0),
          report(
            `while free: ${after} seats gained in later epochs, ` +
              `seated for ${seatedFreeUs} us with free certificates`,
            after > 0 || seatedFreeUs > 0,
          ),
        ];
      },
    };
  },
});

const owned = (ledger: LedgerAccess, block: number, member: number): number =>
  ledger.readAt(block, accountCell(member, ACCOUNT.certificates));

/** Members by lot until together they hold the share of all certificates. */
function lendersOf(context: AdversaryContext, ledger: LedgerAccess, share: number): number[] {
  const held = Array.from({ length: ledger.homeCount }, (_, member) => owned(ledger, 0, member));
  const total = held.reduce((sum, count) => sum + count, 0);
  const order = held.map((_, member) => member).filter((member) => held[member]! > 0);
  context.random('chain/adversary-lenders').shuffle(order);
  const lenders: number[] = [];
  let lent = 0;
  for (const member of order) {
    if (lent >= share * total) break;
    lenders.push(member);
    lent += held[member]!;
  }
  return lenders.sort((a, b) => a - b);
}

/** When the first of the certificates could go elsewhere again [µs]; NaN while none can. */
function freedUs(
  { net }: AdversaryContext,
  ledger: LedgerAccess,
  members: readonly number[],
): number {
  const { engine, kernel } = net;
  const read = (cell: number) => ledger.readAt(engine.head[0]!, cell);
  const times = members
    .filter((member) => movableCertificates(read, member, kernel.nowUs) > 0)
    .map((member) => read(voterCell(member, VOTER.releaseUs)));
  return times.length === 0 ? Number.NaN : Math.min(...times);
}
