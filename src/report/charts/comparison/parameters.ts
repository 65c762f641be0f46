/** Every parameter of every arm, and where its value comes from. */
import type { Column } from '../../column.ts';
import { defineChart } from '../../page/chart.ts';
import type { FactorInfo } from '../../page/results.ts';
import { type Parameter, parametersOf } from './parameter-values.ts';
import { scenarioOf } from './study-tables.ts';

/** One parameter in all arms; undefined where an arm's plug-ins do not have it. */
interface ParameterRow {
  readonly path: string;
  readonly byArm: readonly (Parameter | undefined)[];
}

/** Rows in the order of the first arm that has them, those of later arms behind their neighbours. */
function rowsOf(lists: readonly (readonly Parameter[])[]): readonly ParameterRow[] {
  const order: string[] = [];
  for (const list of lists) {
    let place = 0;
    for (const { path } of list) {
      const known = order.indexOf(path);
      if (known < 0) order.splice(place++, 0, path);
      else place = known + 1;
    }
  }
  const maps = lists.map((list) => new Map(list.map((one) => [one.path, one])));
  return order.map((path) => ({ path, byArm: maps.map((map) => map.get(path)) }));
}

const sets = ({ paths }: FactorInfo, path: string) =>
  paths.some((own) => path === own || path.startsWith(`${own}.`) || path === `${own}.name`);

/**
 * Where the values of a parameter come from: `default`, `scenario`, `factor <name>`, or `arm <name>` with
 * the arms that differ. Told from the values: what all arms share without its being the default stands in
 * the scenario.
 */
export function sourceOf(
  { path, byArm }: ParameterRow,
  arms: readonly string[],
  factors: readonly FactorInfo[],
): string {
  const factor = factors.find((one) => sets(one, path));
  if (factor !== undefined) return `factor ${factor.name}`;
  const stated = arms.filter((_, k) => byArm[k] !== undefined && !byArm[k].isDefault);
  if (stated.length === 0) return 'default';
  const texts = new Set(byArm.map((one) => one?.text));
  if (texts.size === 1) return 'scenario';
  const others = byArm.some((one) => one?.isDefault) ? '; default elsewhere' : '';
  return `arm ${stated.join(', ')}${others}`;
}

/** The default; where plug-ins under one key differ, each arm's own. */
function defaultOf({ byArm }: ParameterRow, arms: readonly string[]): string {
  const texts = new Set(byArm.flatMap((one) => one?.defaultText ?? []));
  if (texts.size <= 1) return [...texts][0] ?? '';
  return [...texts]
    .map((text) => {
      const own = arms.filter((_, k) => byArm[k]?.defaultText === text);
      return `${text === '' ? 'none' : text} (${own.join(', ')})`;
    })
    .join('; ');
}

const firstOf = ({ byArm }: ParameterRow, key: 'kind' | 'meaning') =>
  byArm.find((one) => one !== undefined && one[key] !== '')?.[key] ?? '';

function columnsOf(arms: readonly string[]): readonly Column[] {
  const text = (name: string, meaning: string): Column => {
    return { name, type: 'text', unit: '', meaning };
  };
  return [
    text('parameter', 'Dotted path, as --set takes it'),
    ...arms.map((arm) => {
      const name = `arm_${arm.replaceAll('-', '_')}`;
      return text(name, 'Value with its unit; empty where it is not set or the arm has none');
    }),
    text('source', 'default, scenario, arm with the arms that differ, or factor'),
    text('default', 'Value where nothing is stated'),
    text('kind', 'Dimension or kind of value'),
    text('meaning', 'What it is'),
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'parameters',
  title: 'All parameters and where they come from',
  section: 'data',
  kinds: ['run', 'comparison', 'sweep'],
  source: '',
  create(results) {
    const scenarios = results.arms.flatMap((arm) => {
      const scenario = scenarioOf(results, arm);
      return scenario === undefined ? [] : [{ arm, scenario }];
    });
    if (scenarios.length === 0) return undefined;
    const arms = scenarios.map(({ arm }) => arm);
    const rows = rowsOf(scenarios.map(({ scenario }) => parametersOf(scenario)));
    const cells = rows.map((row) => {
      const source = sourceOf(row, arms, results.factors);
      const about = [defaultOf(row, arms), firstOf(row, 'kind'), firstOf(row, 'meaning')];
      return [row.path, ...row.byArm.map((one) => one?.text ?? ''), source, ...about];
    });
    const stated = cells.filter((row) => row[1 + arms.length] !== 'default').length;
    const point = results.factors.length > 0 ? ' Factors are at their first point.' : '';
    return {
      caption:
        `${cells.length} parameters, ${stated} of them not at their default everywhere, with the seed of ` +
        'the first run. The source is told from the values: what every arm shares comes from the scenario, ' +
        `what differs from the arm named.${point}`,
      figures: [],
      table: { columns: columnsOf(arms), rows: cells },
      heads: ['Parameter', ...arms, 'Source', 'Default', 'Kind', 'Meaning'],
      showsTable: true,
    };
  },
});
