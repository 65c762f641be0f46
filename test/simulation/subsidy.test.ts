import { describe, expect, it } from 'vitest';
import { ScenarioError } from '../../src/base/errors.ts';
import { DAY_US, HOUR_US } from '../../src/base/units.ts';
import doubleCounting from '../../src/fraud/attacks/double-counting.ts';
import duplicateSubsidyClaim from '../../src/fraud/attacks/duplicate-subsidy-claim.ts';
import { DAYS, runFund } from './subsidy-world.ts';

const sums = (column: unknown) => (column as Float64Array).reduce((sum, value) => sum + value, 0);
const reasonsOf = (run: ReturnType<typeof runFund>, type: string) =>
  run.sent.filter((row) => row.type === type).map(({ reason }) => reason);

describe('the fund of honest owners', () => {
  const run = runFund({ delay: DAY_US, elsewhere: 0, audit: 0.5 });
  const { columns } = run.table;
  const numbers = (name: string) => columns[name] as Float64Array;

  it('gets a claim of each owner a period, and pays all of them, the delay after', () => {
    expect(reasonsOf(run, 'SUBSIDY_REGISTER')).toEqual(['', '', '', '']);
    expect(numbers('claim').length).toBe(4 * DAYS);
    const paidRows = (columns.state as string[]).map((state) => state === 'paid');
    // Those of the last day are not due when the run ends.
    expect(paidRows.filter((is) => is)).toHaveLength(4 * (DAYS - 1));
    for (const row of numbers('claim').keys()) {
      if (!paidRows[row]) continue;
      const lagUs = numbers('paid_us')[row]! - numbers('claimed_us')[row]!;
      expect(lagUs).toBeGreaterThanOrEqual(DAY_US);
      expect(lagUs).toBeLessThan(DAY_US + HOUR_US / 60);
      expect(numbers('paid_upt')[row]).toBe(numbers('amount_upt')[row]);
    }
  });
  it('pays in money what the chain says, and nothing in points', () => {
    expect(run.paid.reduce((sum, { amountUpt }) => sum + amountUpt, 0)).toBe(
      sums(columns.paid_upt),
    );
    expect(run.world.heldUpt()).toBe(run.world.issuedUpt());
    expect(sums(columns.paid_upt)).toBeGreaterThan(0);
  });
  it('refuses nobody, and nobody is accused', () => {
    for (const { reason } of run.sent) expect(reason).toBe('');
    expect(run.alarms).toEqual([]);
    expect(sums(columns.audited)).toBeGreaterThan(0);
    expect(run.desk.isIdle()).toBe(true);
  });
  it('is the same twice', () => {
    const again = runFund({ delay: DAY_US, elsewhere: 0, audit: 0.5 });
    expect(again.sent).toEqual(run.sent);
    expect(again.table).toEqual(run.table);
  });
});

describe('the delay of payments', () => {
  it('moves the cash curve by itself: nothing within the default 90 days of a week', () => {
    const run = runFund({ elsewhere: 0 });
    expect(run.paid).toEqual([]);
    expect(sums(run.table.columns.amount_upt)).toBeGreaterThan(0);
  });
  it('each payment comes later by as much as the delay is longer', () => {
    const [short, long] = [6 * HOUR_US, 30 * HOUR_US].map((delay) =>
      runFund({ delay, elsewhere: 0, audit: 0 }),
    );
    expect(long!.paid.length).toBeGreaterThan(8);
    long!.paid.forEach(({ owner, amountUpt, atUs }, k) => {
      expect(owner).toBe(short!.paid[k]!.owner);
      expect(amountUpt).toBe(short!.paid[k]!.amountUpt);
      expect(atUs - short!.paid[k]!.atUs).toBe(24 * HOUR_US);
    });
  });
  it('grows with a budget that is too small: what is owed is paid late and in part', () => {
    const run = runFund({ delay: 6 * HOUR_US, elsewhere: 0, audit: 0, budget: 500_000 });
    for (let day = 0; day <= DAYS; day++) {
      const ofDay = run.paid.filter(({ atUs }) => Math.floor(atUs / DAY_US) === day);
      const paidUpt = ofDay.reduce((sum, { amountUpt }) => sum + amountUpt, 0);
      expect(paidUpt).toBe(day === 0 ? 0 : 500_000);
    }
    expect(sums(run.table.columns.amount_upt)).toBeGreaterThan(DAYS * 500_000);
    expect(new Set(reasonsOf(run, 'SUBSIDY_PAY'))).toEqual(new Set(['']));
  });
});

describe('a second registry', () => {
  it('has the periods that owners do not claim at home, and accuses none of them', () => {
    const run = runFund({ elsewhere: 1 });
    expect(run.desk.registry).toHaveLength(4 * (DAYS / 2));
    expect(new Set(run.table.columns.period as Float64Array)).toEqual(new Set([0, 2, 4]));
    expect(run.alarms).toEqual([]);
  });
  it('is read by those who audit: a claim of a period that stands there too is refused', () => {
    const options = { mode: 'registry', altered: 0 };
    const run = runFund({ audit: 1, elsewhere: 0 }, duplicateSubsidyClaim, options);
    const states = run.table.columns.state as string[];
    const homes = run.table.columns.home as string[];
    const actors = run.instance!.actors.map((home) => `home-00${home + 1}`);
    states.forEach((state, row) => {
      expect(state).toBe(actors.includes(homes[row]!) ? 'refused' : 'approved');
    });
  });
});

describe('frauds', () => {
  it.each(['period', 'plant'])('%s: the contract refuses each claim, D09 names each', (mode) => {
    const run = runFund({ delay: DAY_US, audit: 0 }, duplicateSubsidyClaim, { mode });
    const refused = reasonsOf(run, 'SUBSIDY_CLAIM').filter((reason) => reason !== '');
    expect(new Set(refused)).toEqual(new Set(['LABEL_CLAIMED']));
    const figures = run.detection();
    expect(figures.truePositives).toBe(refused.length);
    expect(figures.truePositives).toBeGreaterThan(4);
    expect(figures).toMatchObject({ precision: 1, recall: 1, falseAccusations: 0 });
  });
  it('registry: the chain sees nothing, D09 names each exact duplicate', () => {
    for (const attack of [duplicateSubsidyClaim, doubleCounting]) {
      const run = runFund({ delay: DAY_US, audit: 0 }, attack, { mode: 'registry', altered: 0 });
      expect(reasonsOf(run, 'SUBSIDY_CLAIM').every((reason) => reason === '')).toBe(true);
      const figures = run.detection();
      expect(figures.truePositives).toBeGreaterThan(4);
      expect(figures).toMatchObject({ precision: 1, recall: 1, falseAccusations: 0 });
    }
  });
  it('registry: altered serials under little export stay hidden, and nobody honest is named', () => {
    const options = { mode: 'registry', altered: 1 };
    const run = runFund({ delay: DAY_US, audit: 0 }, duplicateSubsidyClaim, options, 0.4);
    expect(run.detection().falseNegatives).toBeGreaterThan(4);
    expect(run.detection()).toMatchObject({ recall: 0, falsePositives: 0 });
  });
});

describe('a scenario in which nobody could claim', () => {
  it('names the key', () => {
    expect(() => runFund({ period: 90 * 60e6 })).toThrow(ScenarioError);
    expect(() => runFund({ period: 90 * 60e6 })).toThrow('scenario.subsidy.period');
    expect(() => runFund({ commissioned: '2018-02-30' })).toThrow('scenario.subsidy.commissioned');
    expect(() => runFund({ commissioned: '2018' })).toThrow('a date, e.g. 2018-06-01');
  });
  it('has no claims where there is no rate any more', () => {
    const run = runFund({ commissioned: '2022-01-01' });
    expect(run.sent.every(({ type }) => type === 'LABEL_MINT')).toBe(true);
    expect(run.desk.isIdle()).toBe(true);
  });
});
