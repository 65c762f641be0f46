/** Attacks on proof of work in a whole run: long private branches must not lose state or transactions. */
import { describe, expect, it } from 'vitest';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ledgerOf, numbers, run, texts } from './world.ts';

const INTERVAL = 'consensus.blockInterval=60 s';

describe('an adversary with hash power', () => {
  it('a majority rewrites eight blocks every time, and the ledger still verifies', () => {
    const attack = '{ name: majority, share: 0.6, depth: 8 }';
    const result = run('pow', [INTERVAL, `fraud.adversaries=[${attack}]`]);
    const [attempts] = numbers(result, 'adversaries', 'attempts');
    expect(attempts).toBeGreaterThan(8);
    expect(numbers(result, 'adversaries', 'successes')).toEqual([attempts]);
    expect(texts(result, 'adversaries', 'nodes')[0]!.split(' ')).toHaveLength(3);
    // Races far longer than what is kept for ordinary forks.
    const depth = /deepest reorganisation (\d+)/.exec(texts(result, 'adversaries', 'detail')[0]!);
    expect(Number(depth![1])).toBeGreaterThan(20);
    expect(verifyRunLedger(ledgerOf(result)).ok).toBe(true);
  });

  it('a censoring majority orphans what carries its victim', () => {
    const attack = '{ name: majority, share: 0.6, goal: censor, victim: 3 }';
    const result = run('pow', [INTERVAL, `fraud.adversaries=[${attack}]`]);
    const [attempts] = numbers(result, 'adversaries', 'attempts');
    const [successes] = numbers(result, 'adversaries', 'successes');
    expect(attempts).toBeGreaterThan(20);
    // At the end of the run the last fork may be undecided.
    expect(successes).toBeGreaterThanOrEqual(attempts! - 2);
  });

  it('double spends at two confirmations succeed far more often than at twelve', () => {
    const shares = [2, 12].map((confirmations) => {
      const attack = `{ name: double-spend, share: 0.4, giveUp: 12, confirmations: ${confirmations} }`;
      const result = run('pow', [INTERVAL, `fraud.adversaries=[${attack}]`]);
      const [attempts] = numbers(result, 'adversaries', 'attempts');
      expect(attempts).toBeGreaterThan(15);
      return numbers(result, 'adversaries', 'successes')[0]! / attempts!;
    });
    expect(shares[0]).toBeGreaterThan(shares[1]!);
  });
});
