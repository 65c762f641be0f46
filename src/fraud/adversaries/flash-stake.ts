import { duration, fraction, points } from '../../base/options.ts';
import { DAY_US } from '../../base/units.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell } from '../../contracts/cells.ts';
import { CERTIFICATE_STATE } from '../../contracts/certificate-cells.ts';
import { certificateStatus } from '../../contracts/certificate-records.ts';
import { epochUs } from '../../contracts/governance-rules.ts';
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
 * A borrower of certificates who wants them to count without staying locked. Some members take theirs out of
 * stake two epochs before and hand them over to the accounts of its nodes; it stakes them `lead` before an
 * epoch ends, votes for its nodes, takes them out of stake `hold` later, and hands them back when they are
 * free. It reports the seats that its nodes gained over those of the epoch before, apart for the epoch that
 * the stake was there for and for any time at which the certificates were free again; by rule (what was
 * counted at a snapshot, and a delay to the end of the epoch after the next for what leaves) the second is
 * none. The cost of borrowing is rate × value × time until return.
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
    const loans = members.map((member, k) => ({
      member,
      borrower: ledger.firstNode + (nodes[k % nodes.length] ?? 0),
      ids: Array.from(
        { length: owned(ledger, 0, member) },
        (_, at) => ledger.rules.certificateFirst(member) + at,
      ),
    }));
    const borrowers = [...new Set(loans.map(({ borrower }) => borrower))];
    const total = loans.reduce((sum, { ids }) => sum + ids.length, 0);
    const seats = watchSeats(context, nodes);
    // The stake that members lend must be out of the epoch before, and free again by then.
    const earliestUs = openingUs + Math.max(options.from, 2 * lengthUs + options.lead);
    const epoch = Math.ceil(earliestUs / lengthUs);
    const boundaryUs = epoch * lengthUs;
    const stakedUs = boundaryUs - options.lead;
    // Lent when it is free, which is with an epoch, and in time to be staked.
    const lentUs = Math.floor((Math.floor(stakedUs / lengthUs) * lengthUs + stakedUs) / 2);
    let freeUs = Number.NaN;

    /** Certificates of a list that an account holds in a state, as its own node sees it. */
    function heldIn(account: number, ids: readonly number[], state: number): number[] {
      const read = (cell: number) => ledger!.readAt(engine.head[ledger!.nodeOf(account)]!, cell);
      return ids.filter((id) => {
        const status = certificateStatus(read, ledger!.rules, id);
        return status?.owner === account && status.state === state;
      });
    }
    const idsOf = (borrower: number) =>
      loans.filter((loan) => loan.borrower === borrower).flatMap(({ ids }) => ids);
    const { ACTIVE, STAKED, UNSTAKING } = CERTIFICATE_STATE;
    function takeOut(account: number, ids: readonly number[]): void {
      const certificates = heldIn(account, ids, STAKED);
      if (certificates.length > 0) ledger!.submit('UNSTAKE', account, { certificates }, endUs);
    }
    function handOver(from: number, to: number, certificates: readonly number[]): void {
      if (certificates.length > 0) {
        ledger!.submit('CERT_TRANSFER', from, { to, certificates }, endUs);
      }
    }
    const prepare = kernel.event('agents/prepare-loan', PHASE.agents, () => {
      for (const { member, ids } of loans) takeOut(member, ids);
    });
    const lend = kernel.event('agents/lend-certificates', PHASE.agents, () => {
      for (const { member, borrower, ids } of loans) {
        const free = [...heldIn(member, ids, ACTIVE), ...heldIn(member, ids, UNSTAKING)];
        handOver(member, borrower, free);
      }
    });
    const flash = kernel.event('agents/stake-borrowed', PHASE.agents, () => {
      borrowers.forEach((borrower, k) => {
        const certificates = heldIn(borrower, idsOf(borrower), ACTIVE);
        if (certificates.length > 0) ledger.submit('STAKE', borrower, { certificates }, endUs);
        const candidates = nodes
          .map((_, j) => nodes[(k * APPROVALS_MAX + j) % nodes.length]!)
          .slice(0, APPROVALS_MAX);
        ledger.submit('VOTE', borrower, { candidates }, endUs);
      });
    });
    const giveUp = kernel.event('agents/unstake-borrowed', PHASE.agents, () => {
      for (const borrower of borrowers) takeOut(borrower, idsOf(borrower));
    });
    const giveBack = kernel.event('agents/return-certificates', PHASE.agents, () => {
      const read = (cell: number) => ledger.readAt(engine.head[nodes[0]!]!, cell);
      const releases = loans.flatMap(({ borrower, ids }) =>
        heldIn(borrower, ids, UNSTAKING).map(
          (id) => certificateStatus(read, ledger.rules, id)!.detail * lengthUs,
        ),
      );
      if (releases.length === 0) return;
      const lastUs = Math.max(...releases);
      // A way out that was carried in the next epoch ends with the one after.
      if (lastUs > kernel.nowUs) {
        giveBack.at(lastUs + voteOut.voteOutTurnUs);
        return;
      }
      freeUs = Math.min(...releases);
      for (const { member, borrower, ids } of loans) {
        handOver(borrower, member, heldIn(borrower, ids, UNSTAKING));
      }
    });
    if (nodes.length > 0 && members.length > 0) {
      prepare.at(stakedUs - 2 * lengthUs);
      lend.at(lentUs);
      flash.at(stakedUs);
      const leftUs = stakedUs + options.hold;
      giveUp.at(leftUs);
      giveBack.at((Math.floor(leftUs / lengthUs) + 2) * lengthUs + voteOut.voteOutTurnUs);
    }

    return {
      nodes,
      finish() {
        const isTried = kernel.nowUs > boundaryUs && nodes.length > 0 && members.length > 0;
        const seatsIn = (which: number) =>
          seats.epochs.find((each) => each.epoch === which)?.held ?? 0;
        const before = seatsIn(epoch - 1);
        const during = Math.max(0, seatsIn(epoch) - before);
        const later = seats.epochs.filter((each) => each.epoch > epoch).map(({ held }) => held);
        const after = Math.max(0, ...later.map((held) => held - before));
        const isFreed = isTried && !Number.isNaN(freeUs);
        const seatedFreeUs =
          during > 0 && isFreed ? Math.max(0, boundaryUs + lengthUs - freeUs) : 0;
        const lockedUs = (isFreed ? freeUs : endUs) - stakedUs;
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
          endedUs: isTried ? freeUs : Number.NaN,
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
