/** Only one payment can be made: two payments of one coin on every protocol and both ledger models (§7.7). */
import { describe, expect, it } from 'vitest';
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { joinChunks } from '../../src/ledger/ledger-file.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { simulate } from '../../src/simulation/run.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';

const SCENARIO = `
schemaVersion: 1
name: pay-once
seed: 3
horizon: { start: 2024-06-03T00:00+00:00, days: 1, span: 50 min, warmUp: 0 s, history: 0, drain: 1 h }
population: { name: accounts, accounts: 12, transfersPerSecond: 0.05, amount: 1 pt, amountSigma: 1 }
network: { nodes: 7, placement: { intra: 20 ms } }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s, confirmations: 6 } }
  naive: { consensus: { name: dpos, delegates: 7, irreversibility: naive, voteOut: { mode: plain } } }
  two-stage: { consensus: { name: dpos, delegates: 7, irreversibility: twoStage, voteOut: { mode: plain } } }
  bft: { consensus: { name: dpos, delegates: 7, irreversibility: bft, voteOut: { mode: plain } } }
  share: { consensus: { name: dpos, delegates: 7, irreversibility: share, voteOut: { mode: plain } } }
  pbft: { consensus: pbft }
  tendermint: { consensus: tendermint }
  raft: { consensus: raft }
  central: { consensus: central }
`;
const ARMS = ['pow', 'naive', 'two-stage', 'bft', 'share', 'pbft', 'tendermint', 'raft', 'central'];
const MODELS = ['account', 'utxo'];
const PAY_TWICE = '{ name: conflicting-payments, from: 2 min, every: 4 min, attempts: 10 }';

function payTwice(arm: string, model: string, adversaries: readonly string[]) {
  const loaded = loadScenarioText(SCENARIO, {
    file: 'pay-once.yaml',
    folder: '.',
    plugins: catalogue,
    sets: [`ledger.model=${model}`, `fraud.adversaries=[${adversaries.join(', ')}]`],
    arm,
  });
  const { tables, ledger } = simulate(loaded.resolve(arm));
  const row = textsOf(tables.adversaries!, 'adversary').indexOf('conflicting-payments');
  const counts = textsOf(tables.adversaries!, 'detail')[row]!.match(/\d+/g)!.map(Number);
  const [paid, back, both, neither, accepted] = counts as [number, number, number, number, number];
  const lost = numbersOf(tables.adversaries!, 'successes')[row]!;
  return { paid, back, both, neither, accepted, lost, tables, ledger };
}

describe.each(MODELS)('on a ledger of the model %s', (model) => {
  it.each(ARMS)('%s makes exactly one of two payments, and says which fell', (arm) => {
    const { paid, back, both, neither, accepted, lost, tables, ledger } = payTwice(arm, model, [
      PAY_TWICE,
    ]);
    expect({ both, neither, lost }).toEqual({ both: 0, neither: 0, lost: 0 });
    expect(paid + back).toBe(10);
    // Who waits for the protocol's finality is never deceived.
    expect(accepted).toBe(paid);
    const reasons = textsOf(tables.transactions!, 'reject_reason').filter((text) => text !== '');
    expect(reasons).toEqual(Array(10).fill(model === 'utxo' ? 'DOUBLE_SPEND' : 'BAD_NONCE'));
    expect(verifyRunLedger(joinChunks(ledger)).problems).toEqual([]);
  });

  const split = (count: number, moves = 0) =>
    `{ name: equivocation, count: ${count}, moves: ${moves}, from: 10 min, lasts: 20 min }`;

  it.each([
    ['bft', 2],
    ['pbft', 2],
    ['tendermint', 2],
  ] as const)('%s loses nothing to f = %s equivocators and a partition', (arm, count) => {
    const { both, lost } = payTwice(arm, model, [split(count), PAY_TWICE]);
    expect({ both, lost }).toEqual({ both: 0, lost: 0 });
  });

  it('naive loses payments that the merchant had accepted', () => {
    const { both, lost, accepted } = payTwice('naive', model, [split(3), PAY_TWICE]);
    expect(both).toBe(0);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(accepted);
  });

  it('twoStage is measured, not promised', () => {
    const { both, lost, accepted } = payTwice('two-stage', model, [split(2, 12), PAY_TWICE]);
    console.log(`twoStage, ${model}: ${lost} of ${accepted} accepted payments lost`);
    expect(both).toBe(0);
    expect(lost).toBeLessThanOrEqual(accepted);
  });
});
