/**
 * Arms: named overrides of one scenario. What an arm's name says about its protocol and what its
 * overrides say must agree, or a comparison would carry wrong labels.
 */
import type { InputIssue } from '../base/errors.ts';
import { BASE_ARM, OVERRIDABLE_KEYS } from './keys.ts';
import { child, issueAt, type Located, type LocatedMap, type Place } from './located.ts';
import { mergeLocated, type PluginCatalogue } from './merge.ts';
import { checkKeys, didYouMean, mapOf } from './resolve.ts';

/** The override that means just a protocol. */
export function protocolOverride(protocol: string, place: Place): LocatedMap {
  const value: Located = { kind: 'scalar', place, value: protocol };
  return { kind: 'map', place, entries: new Map([['consensus', { key: place, value }]]) };
}

/** Arms as declared: each a map of overrides that says its protocol where its name does. */
export function armsOf(
  root: LocatedMap,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): Map<string, LocatedMap> {
  const arms = new Map<string, LocatedMap>();
  const declared = mapOf(child(root, 'arms'), root.place, 'arms by name', issues);
  for (const [name, entry] of declared.entries) {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || name === BASE_ARM) {
      const expected = `an arm name of a-z, 0-9 and -, other than ${BASE_ARM}`;
      issues.push(issueAt(entry.key, expected, JSON.stringify(name)));
      continue;
    }
    const protocol = catalogue.consensus.find(name);
    const overrides = mapOf(entry.value, entry.key, 'a map of overrides', issues);
    if (overrides.entries.size === 0 && protocol === undefined) {
      const known = catalogue.consensus.names;
      const expected = `overrides, or a name that is a protocol (${known.join(', ')})`;
      issues.push(issueAt(entry.key, expected, 'an empty arm', didYouMean(name, known)));
      continue;
    }
    checkKeys(overrides, OVERRIDABLE_KEYS, issues);
    const known = new Map([...overrides.entries].filter(([key]) => OVERRIDABLE_KEYS.includes(key)));
    const usable: LocatedMap = { ...overrides, entries: known };
    arms.set(
      name,
      protocol === undefined ? usable : withProtocol(usable, name, entry.key, catalogue, issues),
    );
  }
  return arms;
}

/** An arm named after a protocol runs it, whether or not its overrides repeat the name. */
function withProtocol(
  overrides: LocatedMap,
  arm: string,
  place: Place,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): LocatedMap {
  const implied = protocolOverride(arm, place);
  const merged = mergeLocated(implied, overrides, '', catalogue) as LocatedMap;
  const consensus = child(merged, 'consensus');
  const named = consensus?.kind === 'scalar' ? consensus : child(consensus, 'name');
  const value = named?.kind === 'scalar' ? String(named.value) : arm;
  const found = catalogue.consensus.find(value);
  if (found !== undefined && found !== catalogue.consensus.find(arm)) {
    const hint = 'rename the arm if it is meant to run another protocol';
    issues.push(issueAt(named!.place, `the protocol the arm is named after, ${arm}`, value, hint));
  }
  return merged;
}
