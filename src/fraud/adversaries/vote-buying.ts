import { choice, duration, fraction, optional, points } from '../../base/options.ts';
import { DPOS_STANDBYS } from '../../consensus/protocols/dpos-options.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell } from '../../contracts/cells.ts';
import { countElection, creditOf } from '../../contracts/election.ts';
import { keepsCredit } from '../../contracts/governance-rules.ts';
import { proxyOf, weightOf } from '../../contracts/voters.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import {
  type AdversaryContext,
  defineAdversary,
  type LedgerAccess,
  NOTHING_HAPPENED,
} from './define.ts';
import { checkNodes, chooseNodes, nodeOptions } from './nodes.ts';
import { runsOf, SEAT_SHARES, seatsOfThirds, watchSeats } from './seats.ts';
import {
  affordable,
  type Bought,
  type Contest,
  type Holder,
  type Purchase,
  purchaseOf,
} from './vote-market.ts';

/**
 * A cartel that pays holders for their votes. Every holder has a price of its own for the vote of a
 * certificate, drawn between nothing and `price`, and takes an offer that reaches it; the cartel raises
 * its offer up to `bribe`, as far as the budget goes, and stops when it has the seats that it wants.
 * Who is paid approves the cartel's nodes, at once and whenever holders vote anew. Payments are made
 * off the chain, for a vote that has become final. It reports for one and for two thirds of the seats
 * whether its nodes came to hold them, and what the votes for it cost; `detail` has the cost of capture,
 * which is what a cartel without limits would pay.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'vote-buying',
  code: 'A05',
  summary: 'Pays holders of stake to elect its nodes',
  source: 'model section 8.3, A05; E07',
  options: () => ({
    ...nodeOptions(7),
    goal: choice(['third', 'two-thirds'], 'third', 'Share of the seats that it wants'),
    bribe: points('1 pt', { doc: 'Most that it offers for the vote of a certificate' }),
    budget: optional(points(undefined, { doc: 'Most that it pays in all; no limit when absent' })),
    price: points('1 pt', { doc: 'Holders ask between nothing and this, equally likely' }),
    reach: fraction('100 %', { doc: 'Holders that it can ask' }),
    from: duration('2 h', { doc: 'After the start of delivery' }),
  }),
  check: checkNodes,
  create(context, options) {
    const { net, ledger, voters, openingUs, endUs } = context;
    const nodes = chooseNodes(context, options, 'vote-buying');
    if (ledger?.rules.voteOut === undefined || voters === undefined) {
      const detail = `no elections in ${context.protocol}`;
      return { nodes, finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const { kernel, engine } = net;
    const seats = watchSeats(context, nodes);
    const fromUs = openingUs + options.from;
    const prices = drawPrices(context, ledger.homeCount, options);
    const wanted = SEAT_SHARES.map(({ parts }) => seatsOfThirds(seats.seatCount, parts));
    const goal = options.goal === 'third' ? 0 : 1;
    let quotes: readonly Purchase[] = [];
    let paidFor: readonly Bought[] = [];
    const sent = new Map<number, number>();

    const buy = kernel.event('agents/buy-votes', PHASE.agents, () => {
      const head = engine.head[nodes[0]!]!;
      const contest = contestAt(ledger, head, nodes);
      const holders = holdersAt(ledger, head, prices).filter(
        ({ account }) => voters.of(account) === undefined,
      );
      quotes = wanted.map((count) => purchaseOf(contest, holders, count));
      const limited = quotes.map((quote) =>
        affordable(quote, options.bribe, options.budget ?? Number.POSITIVE_INFINITY),
      );
      const isWon = (k: number) =>
        quotes[k]!.isEnough && limited[k]!.length === quotes[k]!.bought.length;
      // Who cannot have two thirds goes for one.
      paidFor = limited[goal === 1 && isWon(1) ? 1 : 0]!;
      const told = new Map(paidFor.map(({ holder, approvals }) => [holder.account, approvals]));
      voters.control([...told.keys()], { approves: (account) => told.get(account) });
      for (const [account, candidates] of told) {
        sent.set(account, ledger.submit('VOTE', account, { candidates }, endUs));
      }
    });
    if (nodes.length > 0) buy.at(fromUs);

    const isDelivered = ({ holder }: Bought) =>
      !Number.isNaN(ledger.transactions.finalUs(sent.get(holder.account)!));
    /** What the first so many of those it bought were paid. */
    const paidUpt = (count: number) =>
      paidFor
        .slice(0, count)
        .filter(isDelivered)
        .reduce((sum, { holder }) => sum + holder.priceUpt * holder.weight, 0);

    return {
      nodes,
      finish() {
        const isTried = kernel.nowUs >= fromUs && nodes.length > 0;
        const since = seats.epochs.filter(({ startUs }) => startUs > fromUs);
        const held = runsOf(seats.epochs.map((epoch) => epoch.held));
        return SEAT_SHARES.map(({ name }, k) => {
          const won = since.find((epoch) => epoch.held >= wanted[k]!);
          const what = `${name}: ${wanted[k]} of ${seats.seatCount} seats, held by epoch ${held}`;
          return {
            ...NOTHING_HAPPENED,
            detail: isTried ? `${what}; ${captureOf(quotes[k]!)}` : what,
            attempts: isTried ? 1 : 0,
            successes: isTried && won !== undefined ? 1 : 0,
            costUpt: isTried ? paidUpt(quotes[k]!.bought.length) : Number.NaN,
            startedUs: fromUs,
            endedUs: won?.startUs ?? Number.NaN,
          };
        });
      },
    };
  },
});

/** Price of each home's vote [Upt]; infinite for those out of reach. */
function drawPrices(
  context: AdversaryContext,
  homeCount: number,
  { price, reach }: { readonly price: number; readonly reach: number },
): readonly number[] {
  const draws = context.random('chain/adversary-vote-prices');
  return Array.from({ length: homeCount }, () => {
    const asked = Math.floor(draws.uniform() * (price + 1));
    return draws.uniform() < reach ? asked : Number.POSITIVE_INFINITY;
  });
}

/** The election as it stands on a branch. */
function contestAt(ledger: LedgerAccess, head: BlockIndex, own: readonly number[]): Contest {
  const { rules, parameters } = ledger;
  const read = (cell: number) => ledger.readAt(head, cell);
  const { ranking, stake, standbyOnly = [] } = countElection(read, rules);
  const voteOut = rules.voteOut!;
  const isWeighted = keepsCredit(voteOut) && voteOut.voteOutCreditWeighting === 1;
  const eligible = ranking.filter((node) => !standbyOnly.includes(node));
  const isShared =
    DPOS_STANDBYS[parameters.standby ?? 0] !== 'none' && ranking.length > voteOut.voteOutProducers;
  return {
    stake,
    factor: stake.map((_, node) => (isWeighted ? creditOf(read, voteOut, node) : 1)),
    eligible,
    // The seat that stand-bys take turns on is nobody's to buy.
    seats: voteOut.voteOutProducers - (isShared ? 1 : 0),
    own,
  };
}

/** Homes that vote with stake and can be asked. */
function holdersAt(ledger: LedgerAccess, head: BlockIndex, prices: readonly number[]): Holder[] {
  const read = (cell: number) => ledger.readAt(head, cell);
  const holders: Holder[] = [];
  prices.forEach((priceUpt, account) => {
    const weight = weightOf(read, account);
    if (weight === 0 || priceUpt === Number.POSITIVE_INFINITY || proxyOf(read, account) >= 0)
      return;
    const approvals: number[] = [];
    for (let k = 0; k < APPROVALS_MAX; k++) {
      const approval = read(accountCell(account, ACCOUNT.approvals + k));
      if (approval > 0) approvals.push(approval - 1);
    }
    holders.push({ account, weight, approvals, priceUpt });
  });
  return holders;
}

/** The cost of capture in words. */
function captureOf({ isEnough, costUpt, offerUpt, weight }: Purchase): string {
  if (!isEnough) return 'not to be had for money';
  return `capture costs ${costUpt} upt for ${weight} votes at up to ${offerUpt} upt`;
}
