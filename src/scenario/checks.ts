/**
 * Rules between keys. Each is an error, never a warning, and stands at the line of a key that takes
 * part in it, so that a person can repair it without reading the manual.
 */
import { createCalendar, formatInstant, parseInstant } from '../base/calendar.ts';
import type { InputIssue } from '../base/errors.ts';
import type { OptionIssue } from '../base/options.ts';
import { DAY_US, HOUR_US } from '../base/units.ts';
import { nodeId } from '../network/node-id.ts';
import {
  descend,
  describe,
  issueAt,
  type Located,
  type LocatedMap,
  type Place,
} from './located.ts';
import { didYouMean, formatQuantity } from './resolve.ts';
import type { PluginChoice, Scenario, Window } from './sections.ts';

/** Place of the first of some dotted paths that is written; else of the nearest parent that is. */
export function placeOf(root: LocatedMap, paths: readonly string[]): Place {
  for (const path of paths) {
    const found = descend(root, path.split('.'));
    if (found !== undefined) return found.place;
  }
  const keys = (paths[0] ?? '').split('.');
  for (let length = keys.length - 1; length > 0; length--) {
    const found = descend(root, keys.slice(0, length));
    if (found !== undefined) return { ...found.place, path: `scenario.${paths[0]}` };
  }
  return { ...root.place, path: `scenario.${paths[0]}` };
}

/**
 * The independent stretches of time of a horizon: `windows`, or the one of `start` and `days`.
 *
 * @param issues - Receives a missing start or days, both forms at once, a start without offset.
 */
export function windowsOf(
  horizon: Scenario['horizon'],
  root: LocatedMap,
  issues: InputIssue[],
): Window[] {
  const at = (path: string) => placeOf(root, [`horizon.${path}`]);
  const single = horizon.start !== undefined || horizon.days !== undefined;
  if (horizon.windows !== undefined) {
    if (single) {
      const key = horizon.start !== undefined ? 'start' : 'days';
      issues.push(issueAt(at(key), 'either windows, or start and days', 'both'));
    }
    return horizon.windows.flatMap((window, index) =>
      windowOf(window.start, window.days, index, at(`windows.${index}.start`), issues),
    );
  }
  // A value that did not parse has its own issue and is not missing.
  const written = (key: string) => descend(root, ['horizon', key]) !== undefined;
  if (descend(root, ['horizon', 'windows']) !== undefined) return [];
  for (const key of ['start', 'days'] as const) {
    if (horizon[key] !== undefined || written(key)) continue;
    const expected = single ? `${key}, beside its partner` : 'start and days, or windows';
    issues.push(issueAt(at(key), expected, 'nothing', 'this key is required'));
    if (!single) return [];
  }
  if (horizon.start === undefined || horizon.days === undefined) return [];
  return windowOf(horizon.start, horizon.days, 0, at('start'), issues);
}

function windowOf(
  start: string | undefined,
  days: number | undefined,
  index: number,
  place: Place,
  issues: InputIssue[],
): Window[] {
  if (start === undefined || days === undefined) return [];
  const instant = parseInstant(start);
  if (instant === undefined) {
    const expected = 'a local start with a fixed offset, e.g. 2024-06-03T00:00+08:00';
    const hint = /(Z|[+-]\d\d:?\d\d)$/.test(start)
      ? 'check the date and write it as YYYY-MM-DDThh:mm±hh:mm'
      : 'add the offset from UTC, such as +08:00; it holds for the whole window';
    issues.push(issueAt(place, expected, JSON.stringify(start), hint));
    return [];
  }
  const { epochS, utcOffsetMin } = instant;
  return [{ id: `window-${index + 1}`, startEpochS: epochS, utcOffsetMin, days }];
}

/**
 * Checks what one key demands of another, on a resolved scenario.
 *
 * @param checkStake - Whether the protocol is one that will run, so that its stake matters.
 */
export function crossCheck(
  scenario: Scenario,
  root: LocatedMap,
  issues: InputIssue[],
  checkStake: boolean,
): void {
  checkTimes(scenario, root, issues);
  checkTariff(scenario, root, issues);
  checkSettlement(scenario, root, issues);
  checkPoints(scenario, root, issues);
  checkClearing(scenario, root, issues);
  checkDisturbances(scenario, root, issues);
  if (checkStake) checkElections(scenario, root, issues);
  checkFraud(scenario, root, issues);
}

/** Checks a plug-in's options against the number of nodes, by the plug-in's own rules. */
export function checkPlugin(
  path: string,
  choice: PluginChoice,
  plugin: CheckedPlugin | undefined,
  nodeCount: number,
  root: LocatedMap,
  issues: InputIssue[],
): void {
  for (const { key, expected, got, hint } of plugin?.check?.(choice.options as never, nodeCount) ??
    []) {
    issues.push(issueAt(placeOf(root, [`${path}.${key}`, path]), expected, got, hint));
  }
}

/** A plug-in that may have rules between its options. */
export interface CheckedPlugin {
  check?(options: never, nodeCount: number): readonly OptionIssue[];
}

/** Planned outages and partitions name nodes that exist and end after they begin. */
function checkDisturbances(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  const { nodes, outages, partitions } = scenario.network;
  const known = Array.from({ length: nodes ?? 0 }, (_, node) => nodeId(node));
  const checkNode = (id: string, path: string) => {
    if (known.includes(id)) return;
    const expected = `a full node, ${known[0]} to ${known[known.length - 1]}`;
    issues.push(issueAt(placeOf(root, [path]), expected, id, didYouMean(id, known)));
  };
  const checkSpan = (from: number, to: number, path: string) => {
    if (to > from) return;
    const expected = `an end after the beginning, which is ${formatQuantity(from, 'duration')}`;
    issues.push(issueAt(placeOf(root, [path]), expected, formatQuantity(to, 'duration')));
  };
  (outages ?? []).forEach(({ node, from, to }, index) => {
    checkNode(node, `network.outages.${index}.node`);
    checkSpan(from, to, `network.outages.${index}.to`);
  });
  (partitions ?? []).forEach(({ from, to, side }, index) => {
    for (const [k, id] of (side ?? []).entries()) {
      checkNode(id, `network.partitions.${index}.side.${k}`);
    }
    checkSpan(from, to, `network.partitions.${index}.to`);
    if (new Set(side).size < known.length) return;
    const place = placeOf(root, [`network.partitions.${index}.side`]);
    issues.push(issueAt(place, 'fewer nodes than there are, so that two sides are left', 'all'));
  });
}

function checkTimes(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  const { interval, physicsStep, warmUp } = scenario.horizon;
  const { gateClosure, leadTimeMax, leadTimeMin } = scenario.market;
  const text = (valueUs: number) => formatQuantity(valueUs, 'duration');
  const refuse = (paths: readonly string[], expected: string, got: string, hint?: string) =>
    issues.push(issueAt(placeOf(root, paths), expected, got, hint));
  if (HOUR_US % interval !== 0) {
    refuse(['horizon.interval'], 'an interval that divides an hour', text(interval), 'e.g. 15 min');
  } else if (interval % physicsStep !== 0) {
    const paths = ['horizon.physicsStep', 'horizon.interval'];
    refuse(paths, `a physics step that divides ${text(interval)}`, text(physicsStep));
  } else {
    checkStarts(scenario.windows, interval, root, issues);
  }
  for (const window of scenario.windows) {
    if (warmUp < window.days * DAY_US) continue;
    refuse(['horizon.warmUp'], `less than the ${window.days} days of ${window.id}`, text(warmUp));
    break;
  }
  const order = ['market.leadTimeMax', 'market.leadTimeMin', 'market.gateClosure'];
  if (leadTimeMax <= leadTimeMin) {
    const expected = `leadTimeMax above leadTimeMin, which is ${text(leadTimeMin)}`;
    refuse(order.slice(0, 2), expected, text(leadTimeMax));
  }
  if (leadTimeMin < gateClosure) {
    const expected = `leadTimeMin of at least gateClosure, which is ${text(gateClosure)}`;
    refuse(order.slice(1), expected, text(leadTimeMin));
  }
}

/** Slots lie on the local clock: a start between two of them would shift every tariff period. */
function checkStarts(
  windows: readonly Window[],
  intervalUs: number,
  root: LocatedMap,
  issues: InputIssue[],
): void {
  windows.forEach((window, index) => {
    const { hour } = createCalendar(window.startEpochS, window.utcOffsetMin).at(0);
    if (Math.round(hour * HOUR_US) % intervalUs === 0) return;
    const place = placeOf(root, [`horizon.windows.${index}.start`, 'horizon.start']);
    const expected = `a start on a multiple of ${formatQuantity(intervalUs, 'duration')}`;
    const got = formatInstant(window.startEpochS, window.utcOffsetMin);
    issues.push(issueAt(place, expected, got));
  });
}

/** The clearing contract knows one mechanism. */
function checkClearing({ market }: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  if (market.clearing === 'off-chain' || market.mechanism.name === 'uniform-price') return;
  const place = placeOf(root, ['market.clearing', 'market.mechanism']);
  const hint = 'only uniform-price is also a contract';
  issues.push(issueAt(place, `off-chain with ${market.mechanism.name}`, market.clearing, hint));
}

function checkTariff(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  const { tariff } = scenario.grid;
  const text = (valueUpt: number) => formatQuantity(valueUpt, 'price');
  for (const period of ['peak', 'flat', 'valley'] as const) {
    const localUpt = tariff[period] - tariff.wheeling;
    if (tariff.feedIn < localUpt) continue;
    const paths = ['feedIn', period, 'wheeling'].map((key) => `grid.tariff.${key}`);
    const expected = `feed-in below retail - wheeling in the ${period} period, ${text(localUpt)}`;
    const hint = 'otherwise nobody gains by trading locally';
    issues.push(issueAt(placeOf(root, paths), expected, text(tariff.feedIn), hint));
  }
}

/** Times and limits of points that would change nothing, or that nobody could keep. */
function checkPoints({ points }: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  const { redemption, exchange, vesting, grantExpiry } = points;
  const at = (key: string) => placeOf(root, [`points.${key}`]);
  const time = (us: number) => formatQuantity(us, 'duration');
  if (grantExpiry > 0 && grantExpiry >= vesting) {
    const expected = `less than points.vesting, ${time(vesting)}: by then all of it has vested`;
    issues.push(issueAt(at('grantExpiry'), expected, time(grantExpiry)));
  }
  if (redemption.runAt !== undefined && redemption.billEvery === 0) {
    const hint = 'points are redeemed against bills: set points.redemption.billEvery';
    issues.push(issueAt(at('redemption.runAt'), 'no run without bills', 'this key', hint));
  }
  if (exchange.askMax !== undefined && exchange.askMax < exchange.askMin) {
    const expected = `at least points.exchange.askMin, ${exchange.askMin}`;
    issues.push(issueAt(at('exchange.askMax'), expected, String(exchange.askMax)));
  }
}

function checkSettlement(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  if (scenario.settlement.deviationRule === 'none') {
    const rule = descend(root, ['settlement', 'deviationRule']);
    for (const key of ['band', 'rate']) {
      const node = descend(root, ['settlement', key]);
      // An arm may switch off a rule whose numbers the base gives; one layer may not contradict
      // itself.
      if (node === undefined || (rule !== undefined && isOtherLayer(rule, node))) continue;
      const expected = `no ${key} while deviationRule is none`;
      const hint = 'set deviationRule: band-penalty, or leave the key out';
      issues.push(issueAt(node.place, expected, describe(node), hint));
    }
  }
}

/**
 * Whether a rule may be switched off over these numbers. A study that varies the rule may fix its
 * numbers, but not vary the numbers of a rule that the scenario switched off.
 */
function isOtherLayer(rule: Located, numbers: Located): boolean {
  if (layerOf(rule) === 'study') return true;
  return layerOf(numbers) !== 'study' && layerOf(rule) !== layerOf(numbers);
}

/** Where a value was written: the command line, a study, an arm, or the base of the file. */
function layerOf(node: Located): string {
  const { file, path } = node.place;
  return file === '--set' ? file : (/^(study|scenario\.arms\.[^.]+)/.exec(path)?.[0] ?? '');
}

function checkElections(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  if (scenario.consensus.name !== 'dpos') return;
  for (const key of ['perHolder', 'lockedShare'] as const) {
    if (scenario.certificates[key] > 0) continue;
    const place = placeOf(root, [`certificates.${key}`]);
    const hint = 'with no locked certificates nobody can be elected';
    issues.push(issueAt(place, 'stake above 0 for dpos', `${key} 0`, hint));
  }
}

function checkFraud(scenario: Scenario, root: LocatedMap, issues: InputIssue[]): void {
  const seen = new Set<string>();
  scenario.fraud.detectors.forEach((detector, index) => {
    const place = placeOf(root, [`fraud.detectors.${index}`]);
    if (seen.has(detector.name)) {
      issues.push(issueAt(place, 'each detector once', `${detector.name} again`));
    }
    seen.add(detector.name);
  });
  const longestUs = Math.max(0, ...scenario.windows.map((window) => window.days * DAY_US));
  scenario.fraud.attacks.forEach((attack, index) => {
    const { from, to } = attack.options;
    if (typeof from !== 'number') return;
    const paths = [`fraud.attacks.${index}.from`, `fraud.attacks.${index}`];
    const got = formatQuantity(from, 'duration');
    if (longestUs > 0 && from >= longestUs) {
      const expected = 'a beginning inside the longest window';
      issues.push(issueAt(placeOf(root, paths), expected, got));
    }
    if (typeof to === 'number' && to <= from) {
      const toPaths = [`fraud.attacks.${index}.to`, ...paths];
      const expected = `an end after the beginning, which is ${got}`;
      issues.push(issueAt(placeOf(root, toPaths), expected, formatQuantity(to, 'duration')));
    }
  });
}

/**
 * Checks what attacks say about homes, once the community is known: a named home that does not
 * exist, more actors than homes.
 *
 * @param homeIds - External ids of the community's homes.
 * @returns The issues, at the lines of the scenario.
 */
export function homeIssues(
  scenario: Scenario,
  root: LocatedMap,
  homeIds: readonly string[],
): InputIssue[] {
  const issues: InputIssue[] = [];
  const known = new Set(homeIds);
  scenario.fraud.attacks.forEach((attack, index) => {
    const base = `fraud.attacks.${index}`;
    for (const key of ['home', 'homes']) {
      const value = attack.options[key];
      const names: readonly unknown[] = Array.isArray(value) ? value : [value];
      names.forEach((name, item) => {
        if (typeof name !== 'string' || known.has(name)) return;
        const place = placeOf(root, [`${base}.${key}.${item}`, `${base}.${key}`, base]);
        const first = homeIds.slice(0, 6).join(', ');
        const more = homeIds.length > 6 ? ', …' : '';
        const expected = `a home of the community (${first}${more})`;
        issues.push(issueAt(place, expected, JSON.stringify(name), didYouMean(name, homeIds)));
      });
    }
    const { actors } = attack.options;
    if (typeof actors === 'number' && actors > homeIds.length) {
      const place = placeOf(root, [`${base}.actors`, base]);
      issues.push(issueAt(place, `at most ${homeIds.length} actors`, String(actors)));
    }
  });
  return issues;
}

/**
 * Gives issues of the community's data the line of the scenario key their path names.
 *
 * @param issues - Issues whose path is one of the scenario, with or without `scenario.` in front;
 *   those with a file of their own are returned as they are.
 * @param attacks - Names of the scenario's attacks in order: an attack names itself, not its index.
 */
export function placeIssues(
  issues: readonly InputIssue[],
  root: Located,
  attacks: readonly string[],
): readonly InputIssue[] {
  return issues.map((issue) => {
    if (issue.file !== '' || issue.path === '' || root.kind !== 'map') return issue;
    const path = issue.path
      .replace(/^scenario\./, '')
      .replace(/\[(\d+)\]/g, '.$1')
      .replace(/^fraud\.attacks\.([a-z][a-z0-9-]*)/, (whole, name: string) => {
        const index = attacks.indexOf(name);
        return index < 0 ? whole : `fraud.attacks.${index}`;
      });
    const { file, line, column } = placeOf(root, [path]);
    const shown = issue.path.startsWith('scenario.') ? issue.path : `scenario.${issue.path}`;
    return { ...issue, file, line, column, path: shown };
  });
}
