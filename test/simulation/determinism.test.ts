/** Same scenario and seed, same bytes; observers change nothing. */
import { describe, expect, it } from 'vitest';
import { ARMS, ledgerOf, run } from './world.ts';

const QUICK = ['consensus.turn=60 s'];
const setsOf = (arm: string) => (arm === 'dpos' ? QUICK : []);

describe.each(ARMS)('arm %s', (arm) => {
  const first = run(arm, setsOf(arm));

  it('gives the same history, ledger and tables twice', () => {
    const again = run(arm, setsOf(arm));
    expect(again.traceHash).toBe(first.traceHash);
    expect(again.eventCount).toBe(first.eventCount);
    expect(Buffer.compare(ledgerOf(again), ledgerOf(first))).toBe(0);
    expect(again.tables).toEqual(first.tables);
  });

  it('is not moved by a probe, which sees every event in order', () => {
    let seen = 0;
    let lastUs = 0;
    let disorder = 0;
    const probe = {
      onEvent(timeUs: number) {
        seen++;
        if (timeUs < lastUs) disorder++;
        lastUs = timeUs;
      },
    };
    const watched = run(arm, setsOf(arm), { probes: [probe] });
    expect(watched.traceHash).toBe(first.traceHash);
    expect(watched.headHash).toBe(first.headHash);
    expect([seen, disorder]).toEqual([first.eventCount, 0]);
  });

  it('is another with another seed', () => {
    const other = run(arm, [...setsOf(arm), 'seed=2']);
    expect(other.traceHash).not.toBe(first.traceHash);
    expect(other.headHash).not.toBe(first.headHash);
  });
});
