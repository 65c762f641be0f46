import { describe, expect, it } from 'vitest';
import {
  editDistance,
  formatIssue,
  InvariantViolation,
  invariant,
  nearestWord,
  ScenarioError,
} from '../../../src/base/errors.ts';
import { createRegistry, type PluginHead } from '../../../src/base/plugin.ts';
import { createTable, numbersOf, textsOf } from '../../../src/base/table.ts';

describe('issues of the input', () => {
  const issue = { file: 'a.yaml', path: 'market.mechanism', expected: 'a word', got: '7' };

  it('say where, what was expected, what was got, and a way out', () => {
    expect(formatIssue({ ...issue, line: 3, column: 5, hint: 'did you mean x?' })).toBe(
      'a.yaml:3:5 market.mechanism: expected a word; got 7 (did you mean x?)',
    );
    expect(formatIssue(issue)).toBe('a.yaml market.mechanism: expected a word; got 7');
    expect(formatIssue({ ...issue, file: '' })).toBe('market.mechanism: expected a word; got 7');
  });

  it('are thrown all at once', () => {
    const error = new ScenarioError([issue, { ...issue, path: 'seed' }]);
    expect(error.name).toBe('ScenarioError');
    expect(error.issues).toHaveLength(2);
    expect(error.message.split('\n')).toHaveLength(2);
  });
});

describe('invariants', () => {
  it('name themselves, what broke and when', () => {
    const error = new InvariantViolation('points-conserved', 'sum is 3', 12);
    expect(error.message).toBe('points-conserved: sum is 3 at 12 us');
    expect([error.name, error.invariant, error.timeUs]).toEqual([
      'InvariantViolation',
      'points-conserved',
      12,
    ]);
    expect(new InvariantViolation('a', 'b').message).toBe('a: b');
  });

  it('build the message only when they break', () => {
    let built = 0;
    const words = () => `broken ${++built}`;
    invariant(true, 'fine', words);
    expect(built).toBe(0);
    expect(() => invariant(false, 'bad', words, 5)).toThrow('bad: broken 1 at 5 us');
  });
});

describe('did you mean', () => {
  it('counts edits, a swap of neighbours as one', () => {
    const cases: [string, string, number][] = [
      ['', '', 0],
      ['', 'abc', 3],
      ['abc', '', 3],
      ['uniform', 'uniform-price', 6],
      ['kitten', 'sitting', 3],
      ['dpos', 'dops', 1],
      ['pbtf', 'pbft', 1],
      // Optimal string alignment edits no substring twice, so this is 3 and not 2.
      ['ca', 'abc', 3],
    ];
    for (const [a, b, distance] of cases) {
      expect(editDistance(a, b)).toBe(distance);
      expect(editDistance(b, a)).toBe(distance);
    }
  });

  it('offers the nearest known word, or none when all are far', () => {
    const known = ['uniform-price', 'pay-as-bid', 'pbft', 'pow'];
    expect(nearestWord('unifrom-price', known)).toBe('uniform-price');
    expect(nearestWord('PBTF', known)).toBe('pbft');
    expect(nearestWord('vickrey', known)).toBeUndefined();
    expect(nearestWord('x', [])).toBeUndefined();
  });
});

describe('registries', () => {
  const plugin = (name: string, code?: string): PluginHead => ({
    apiVersion: 1,
    name,
    ...(code === undefined ? {} : { code }),
    summary: '',
    source: '',
    options: () => ({}),
  });

  it('find by name or code and name the known ones', () => {
    const bound = plugin('physical-bound', 'D05');
    const registry = createRegistry('detector', [bound, plugin('cycle')]);
    expect(registry.names).toEqual(['physical-bound', 'cycle']);
    expect([registry.get('D05'), registry.find('physical-bound')]).toEqual([bound, bound]);
    expect(registry.find('x')).toBeUndefined();
    expect(() => registry.get('cylce')).toThrow(
      new RangeError(
        'unknown detector "cylce"; known: physical-bound, cycle (did you mean cycle?)',
      ),
    );
  });

  it('refuse two plug-ins of one name or code', () => {
    expect(() => createRegistry('detector', [plugin('a', 'D1'), plugin('b', 'D1')])).toThrow(
      new RangeError('"detector" expected unique names, got D1 twice'),
    );
  });
});

describe('tables', () => {
  const table = createTable('nodes', { node: [0, 1], region: ['eu', 'cn'] });

  it('have columns of one length and give them by kind', () => {
    expect(table.count).toBe(2);
    expect(numbersOf(table, 'node')).toEqual([0, 1]);
    expect(textsOf(table, 'region')).toEqual(['eu', 'cn']);
    expect(createTable('empty', {}).count).toBe(0);
  });

  it('refuse what does not fit', () => {
    expect(() => createTable('nodes', { a: [1], b: [1, 2] })).toThrow(
      new RangeError('"nodes.b" expected 1 rows, got 2'),
    );
    expect(() => numbersOf(table, 'power')).toThrow('"nodes" expected a column power, got none');
    expect(() => numbersOf(table, 'region')).toThrow('"nodes.region" expected numbers, got text');
    expect(() => textsOf(table, 'node')).toThrow('"nodes.node" expected text, got numbers');
    expect(() => textsOf(table, 'x')).toThrow('"nodes" expected a column x, got none');
  });
});
