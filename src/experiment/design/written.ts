/** Small pieces of a study file: paths, overrides by path, lists of names. */
import type { InputIssue } from '../../base/errors.ts';
import { describe, isBlank, issueAt, type Located, type Place } from '../../scenario/located.ts';
import type { Setting } from '../../scenario/merge.ts';
import { didYouMean, mapOf } from '../../scenario/resolve.ts';

/** A dotted scenario path and where it was written. */
export interface WrittenPath {
  readonly keys: readonly string[];
  readonly place: Place;
}

const PATH = 'a dotted path of the scenario, e.g. population.households';

/** A path as the value of a key. */
export function pathAt(
  node: Located | undefined,
  parent: Place,
  issues: InputIssue[],
): WrittenPath | undefined {
  if (isBlank(node)) {
    issues.push(issueAt(node?.place ?? parent, PATH, 'nothing', 'this key is required'));
    return undefined;
  }
  if (node!.kind === 'scalar' && typeof node!.value === 'string') {
    return pathOf(node!.value, node!.place, issues);
  }
  issues.push(issueAt(node!.place, PATH, describe(node)));
  return undefined;
}

function pathOf(text: string, place: Place, issues: InputIssue[]): WrittenPath | undefined {
  const keys = text.trim().split('.');
  if (keys.every((key) => /^\S+$/.test(key))) return { keys, place };
  issues.push(issueAt(place, PATH, JSON.stringify(text)));
  return undefined;
}

/** A map of paths to values as overrides, in the order of the file; blank is none. */
export function settingsOf(
  node: Located | undefined,
  parent: Place,
  expected: string,
  issues: InputIssue[],
): Setting[] {
  return [...mapOf(node, parent, expected, issues).entries].flatMap(([text, { key, value }]) => {
    const path = pathOf(text, key, issues);
    if (path === undefined) return [];
    if (isBlank(value)) {
      issues.push(issueAt(value.place, 'a value', 'nothing'));
      return [];
    }
    return [{ keys: path.keys, value, place: path.place }];
  });
}

/** The items of a list that is not empty. */
export function itemsOf(
  node: Located,
  expected: string,
  issues: InputIssue[],
): readonly Located[] | undefined {
  if (node.kind === 'list' && node.items.length > 0) return node.items;
  const hint = node.kind === 'list' ? undefined : 'write [a, b] or one "- a" a line';
  issues.push(issueAt(node.place, expected, describe(node), hint));
  return undefined;
}

/**
 * A list of words out of known ones, each once.
 *
 * @returns Undefined where the key is absent; the words that are known otherwise.
 */
export function namesAt(
  node: Located | undefined,
  noun: string,
  known: readonly string[],
  issues: InputIssue[],
  hints: (word: string) => string | undefined = (word) => didYouMean(word, known),
): readonly string[] | undefined {
  if (isBlank(node)) return undefined;
  const names: string[] = [];
  for (const item of itemsOf(node!, `a list of names, each ${noun}`, issues) ?? []) {
    const word = item.kind === 'scalar' ? String(item.value ?? '') : '';
    if (!known.includes(word)) {
      // Ten names tell what kind of name is meant; two hundred hide it.
      const list = known.length <= 20 ? `, one of ${known.join(', ')}` : '';
      issues.push(issueAt(item.place, `${noun}${list}`, describe(item), hints(word)));
    } else if (names.includes(word)) {
      issues.push(issueAt(item.place, 'each name once', `${word} again`));
    } else names.push(word);
  }
  return names;
}
