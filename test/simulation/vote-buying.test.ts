/** A05: what votes cost is what it takes to buy them, to the micro-point, on a chain at work. */
import { describe, expect, it } from 'vitest';
import { outcomes, runChain } from './small-chain.ts';

/** Twenty-four holders and 25 nodes for nine seats; all have voted when the cartel begins. */
const SETS = [
  'population.accounts=24',
  'horizon.span=130 min',
  'network.nodes=25',
  'consensus.delegates=9',
  'consensus.turn=6 s',
  'consensus.epochRounds=5',
  'seed=4',
  'certificates.lockedShare=100 %',
  'certificates.turnout=70 %',
];
const THIRD = 3;
const TWO_THIRDS = 6;

/** The two reports of a cartel of six, and what capture costs by them. */
function buy(options: string, sets: readonly string[] = []) {
  const cartel = `{ name: vote-buying, count: 6, from: 2 h${options} }`;
  return outcomes(runChain(`[${cartel}]`, [...SETS, ...sets])).map((report) => {
    const detail = String(report.detail);
    const held = /held by epoch ([^;]*)/.exec(detail)?.[1]?.split(' ') ?? [];
    const quote = /capture costs (\d+) upt for (\d+) votes at up to (\d+) upt/.exec(detail);
    return {
      successes: report.successes,
      attempts: report.attempts,
      costUpt: report.cost_upt,
      seats: held.map((run) => Number(run.split('x')[0])),
      captureUpt: Number(quote?.[1]),
      votes: Number(quote?.[2]),
      offerUpt: Number(quote?.[3]),
      detail,
    };
  });
}

const pt = (upt: number) => `${(upt / 1e6).toFixed(6)} pt`;

describe('a cartel that buys votes', () => {
  const [third, twoThirds] = buy(', goal: two-thirds');

  it('has two thirds of the seats for the cost of capture when nothing limits it', () => {
    expect(twoThirds).toMatchObject({ attempts: 1, successes: 1 });
    expect(third).toMatchObject({ attempts: 1, successes: 1 });
    expect(twoThirds!.seats.at(-1)).toBe(TWO_THIRDS);
    expect(twoThirds!.costUpt).toBe(twoThirds!.captureUpt);
    expect(third!.costUpt).toBe(third!.captureUpt);
    expect(third!.captureUpt).toBeGreaterThan(0);
    expect(third!.captureUpt).toBeLessThan(twoThirds!.captureUpt);
    expect(third!.offerUpt).toBeLessThanOrEqual(twoThirds!.offerUpt);
  });

  it('asks for a third only: it stops there', () => {
    const [one, two] = buy('');
    expect(one).toMatchObject({ successes: 1, costUpt: third!.captureUpt });
    expect(two).toMatchObject({ successes: 0, costUpt: third!.captureUpt });
    expect(one!.seats.at(-1)).toBeGreaterThanOrEqual(THIRD);
    expect(one!.seats.at(-1)).toBeLessThan(TWO_THIRDS);
  });

  it.each(['third', 'two-thirds'] as const)(
    'wins %s at its price, and not a micro-point below',
    (goal) => {
      const k = goal === 'third' ? 0 : 1;
      const { offerUpt, captureUpt } = [third!, twoThirds!][k]!;
      const at = (options: string) => buy(`, goal: ${goal}, ${options}`)[k]!;
      expect(at(`bribe: ${pt(offerUpt)}`)).toMatchObject({ successes: 1, costUpt: captureUpt });
      expect(at(`bribe: ${pt(offerUpt - 1)}`).successes).toBe(0);
      const short = at(`budget: ${pt(captureUpt - 1)}`);
      expect(short.successes).toBe(0);
      expect(short.costUpt).toBeLessThan(captureUpt);
    },
  );

  it('gets nothing from holders whom it cannot reach, and needs holders at all', () => {
    const [none] = buy(', reach: 0 %');
    expect(none).toMatchObject({ attempts: 1, successes: 0, costUpt: 0 });
    expect(none!.detail).toContain('not to be had for money');
  });

  it('has nothing to buy where nobody is elected', () => {
    const reports = buy('', ['consensus={ name: pow }', 'horizon.span=10 min']);
    expect(reports).toMatchObject([{ attempts: 0, successes: 0, detail: 'no elections in pow' }]);
  });

  it('keeps its seats when holders vote anew', () => {
    const plain = ['consensus.voteOut.mode=plain', 'horizon.span=140 min'];
    const [, two] = buy(', goal: two-thirds', plain);
    expect(two).toMatchObject({ successes: 1, costUpt: twoThirds!.captureUpt });
    expect(two!.seats.at(-1)).toBe(TWO_THIRDS);
  });
});
