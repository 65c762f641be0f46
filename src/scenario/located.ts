/**
 * A parsed document that remembers where each value stood. Overrides of arms and of the command
 * line are merged on this tree, before any value is read, so that a problem is always reported at
 * the line a person wrote, whichever file or flag it came from.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { InputIssue } from '../base/errors.ts';

/** Where something stood in the input. */
export interface Place {
  /** File as shown to the user; `--set` for the command line. */
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Dotted path in the input, e.g. `scenario.arms.pow.consensus.name`. */
  readonly path: string;
}

/** One key of a map with its value. */
export interface LocatedEntry {
  readonly key: Place;
  readonly value: Located;
}

/** A value with its place. Maps keep the order of the file. */
export type Located =
  | {
      readonly kind: 'map';
      readonly place: Place;
      readonly entries: ReadonlyMap<string, LocatedEntry>;
    }
  | { readonly kind: 'list'; readonly place: Place; readonly items: readonly Located[] }
  | {
      readonly kind: 'scalar';
      readonly place: Place;
      readonly value: string | number | boolean | null;
    };

/** A located map. */
export type LocatedMap = Extract<Located, { kind: 'map' }>;

/** Values one document may hold; aliases that multiply beyond it are refused. */
export const NODE_LIMIT = 100_000;

/** The issue of a place. */
export function issueAt(place: Place, expected: string, got: string, hint?: string): InputIssue {
  const { file, line, column, path } = place;
  return { file, line, column, path, expected, got, hint };
}

/** An empty map at a place. */
export function emptyMap(place: Place): LocatedMap {
  return { kind: 'map', place, entries: new Map() };
}

/** The value under a key of a map, or undefined. */
export function child(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The value at a path of keys; list items by index text. */
export function descend(node: Located | undefined, keys: readonly string[]): Located | undefined {
  let current = node;
  for (const key of keys) {
    current = current?.kind === 'list' ? current.items[Number(key)] : child(current, key);
  }
  return current;
}

/** Whether a value says nothing: absent, or a key without a value. */
export function isBlank(node: Located | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.value === null);
}

/** A value in words, for the `got` of an issue. */
export function describe(node: Located | undefined): string {
  if (node === undefined) return 'nothing';
  if (node.kind === 'map') return 'a map of keys';
  if (node.kind === 'list') return `a list of ${node.items.length}`;
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
}

/**
 * Parses YAML 1.2 to a located tree.
 *
 * @param text - The document; an empty one is an empty map.
 * @param file - Name shown in issues.
 * @param rootPath - Path of the root, e.g. `scenario`.
 * @param issues - Receives syntax problems: bad indentation, a key twice, an alias without an
 *   anchor.
 * @returns The tree, or undefined when the text cannot be read as YAML.
 */
export function parseLocated(
  text: string,
  file: string,
  rootPath: string,
  issues: InputIssue[],
): Located | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const placeOf = (offset: number | undefined, path: string): Place => {
    if (offset === undefined) return { file, path };
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col, path };
  };
  for (const error of document.errors) {
    const place = placeOf(error.pos[0], rootPath);
    const duplicate = error.code === 'DUPLICATE_KEY';
    const expected = duplicate ? 'each key once' : 'well-formed YAML';
    issues.push(issueAt(place, expected, duplicate ? 'a key twice' : error.message));
  }
  let count = 0;
  const convert = (raw: unknown, path: string, outer: number, depth: number): Located => {
    const node = raw as Node | null;
    const place = placeOf(node?.range?.[0] ?? outer, path);
    if (++count > NODE_LIMIT || depth > 60) {
      if (count === NODE_LIMIT + 1 || depth === 61) {
        issues.push(issueAt(place, `at most ${NODE_LIMIT} values, 60 deep`, 'more'));
      }
      return { kind: 'scalar', place, value: null };
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) {
        issues.push(issueAt(place, 'an alias of an anchor above', `*${node.source}`));
        return { kind: 'scalar', place, value: null };
      }
      return convert(target, path, outer, depth + 1);
    }
    if (isMap(node)) {
      const entries = new Map<string, LocatedEntry>();
      for (const pair of node.items) {
        const keyNode = pair.key as Node;
        const key = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
        const offset = keyNode?.range?.[0] ?? outer;
        const keyPath = `${path}.${key}`;
        const value = convert(pair.value, keyPath, offset, depth + 1);
        // A key twice has its issue above; the first one is read on.
        if (!entries.has(key)) entries.set(key, { key: placeOf(offset, keyPath), value });
      }
      return { kind: 'map', place, entries };
    }
    if (isSeq(node)) {
      const offset = node.range?.[0] ?? outer;
      const items = node.items.map((item, index) =>
        convert(item, `${path}[${index}]`, offset, depth + 1),
      );
      return { kind: 'list', place, items };
    }
    const value = isScalar(node) ? node.value : null;
    const plain =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { kind: 'scalar', place, value: plain ? value : value === null ? null : String(value) };
  };
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return undefined;
  if (document.contents === null) return emptyMap(placeOf(0, rootPath));
  return convert(document.contents, rootPath, 0, 0);
}
