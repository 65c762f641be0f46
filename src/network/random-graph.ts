/**
 * Random simple graphs with given degrees, made by the configuration model with repair by edge swaps.
 * Source: Steger & Wormald, Generating random regular graphs quickly, 1999 (pairing with rejection).
 */
import { InvariantViolation } from '../base/errors.ts';
import type { AddressedStream } from '../base/random.ts';

const ATTEMPTS_MAX = 200;

/**
 * Draws a connected random graph in which every node has `degree` links (one node has one less when
 * nodes times degree is odd); a complete graph when the degree is not below the number of others.
 *
 * @returns Pairs (a, b) with a < b, ascending.
 */
export function randomRegularPairs(
  nodeCount: number,
  degree: number,
  draws: AddressedStream,
): [number, number][] {
  if (degree >= nodeCount - 1) return completePairs(nodeCount);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const pairs = pairStubs(nodeCount, degree, draws, attempt);
    if (pairs !== undefined && isConnected(nodeCount, pairs)) {
      return pairs.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
    }
  }
  throw new InvariantViolation(
    'limit-graph-attempts',
    `no graph of ${nodeCount} x ${degree} found`,
  );
}

function completePairs(nodeCount: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let a = 0; a < nodeCount; a++) for (let b = a + 1; b < nodeCount; b++) pairs.push([a, b]);
  return pairs;
}

function pairStubs(
  nodeCount: number,
  degree: number,
  draws: AddressedStream,
  attempt: number,
): [number, number][] | undefined {
  const stubs: number[] = [];
  for (let node = 0; node < nodeCount; node++) for (let k = 0; k < degree; k++) stubs.push(node);
  const taken = new Set<number>();
  const pairs: [number, number][] = [];
  let draw = 0;
  // Steger-Wormald: join two random free stubs that make no loop and no double link, until stuck.
  for (let misses = 0; stubs.length > 1 && misses < 50 * degree; ) {
    const i = Math.floor(draws.uniform(attempt, draw, 0) * stubs.length);
    const j = Math.floor(draws.uniform(attempt, draw, 1) * stubs.length);
    draw++;
    const a = Math.min(stubs[i]!, stubs[j]!);
    const b = Math.max(stubs[i]!, stubs[j]!);
    if (a === b || taken.has(a * nodeCount + b)) {
      misses++;
      continue;
    }
    misses = 0;
    taken.add(a * nodeCount + b);
    pairs.push([a, b]);
    for (const at of i > j ? [i, j] : [j, i]) {
      stubs[at] = stubs[stubs.length - 1]!;
      stubs.pop();
    }
  }
  return stubs.length <= 1 ? pairs : undefined;
}

function isConnected(nodeCount: number, pairs: readonly (readonly [number, number])[]): boolean {
  const root = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const find = (node: number): number => {
    let at = node;
    while (root[at] !== at) {
      root[at] = root[root[at]!]!;
      at = root[at]!;
    }
    return at;
  };
  let parts = nodeCount;
  for (const [a, b] of pairs) {
    const [rootA, rootB] = [find(a), find(b)];
    if (rootA !== rootB) {
      root[rootA] = rootB;
      parts--;
    }
  }
  return parts === 1;
}
