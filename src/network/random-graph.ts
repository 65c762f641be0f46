/**
 * Random simple graphs with given degrees. Free ends of links ("stubs") are joined two at a time
 * where that makes no loop and no double link; when none of the last ones can be joined, an edge
 * made before is switched with them instead of starting again, so that a graph is found at any
 * degree. Source: Steger & Wormald, Generating random regular graphs quickly, 1999 (pairing); McKay
 * & Wormald, Uniform generation of random regular graphs of moderate degree, 1990 (switching).
 */
import { InvariantViolation } from '../base/errors.ts';
import type { AddressedStream } from '../base/random.ts';
import { createGraphBuilder, type Graph, type GraphBuilder, partsOf } from './graph.ts';

const ATTEMPTS_MAX = 200;
/** Pairs of stubs that do not fit before an edge is switched; edges tried for the switch. */
const MISSES_MAX = 64;
const SWITCHES_MAX = 10_000;

/**
 * Draws a connected random graph in which every node has `degree` links (one node has one less when
 * nodes times degree is odd); a complete graph when the degree is not below the number of others.
 *
 * @param degree - At least 2. A connected graph of degree 2 is one cycle through all nodes.
 * @returns Every such graph about equally likely. Cost: O(nodes · degree).
 */
export function randomRegularGraph(
  nodeCount: number,
  degree: number,
  draws: AddressedStream,
): Graph {
  const others = nodeCount - 1;
  if (degree >= others) return completeGraph(nodeCount);
  if (degree === 2) return randomCycle(nodeCount, draws);
  // Where most pairs are joined, the pairs that are not make the sparser graph of the same law.
  const isSparse = 2 * degree <= others;
  const isOdd = (nodeCount * degree) % 2 === 1;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const degrees = new Int32Array(nodeCount).fill(isSparse ? degree : others - degree);
    if (isOdd && !isSparse) degrees[Math.floor(draws.uniform(attempt, 0, 1) * nodeCount)]!++;
    const { builder, free } = joinStubs(degrees, draws, attempt);
    if (free > (isOdd && isSparse ? 1 : 0)) continue;
    const graph = isSparse ? builder.finish() : complementOf(builder);
    if (partsOf(graph).count === 1) return graph;
  }
  const size = `${nodeCount} nodes of degree ${degree}`;
  throw new InvariantViolation('limit-graph-attempts', `no connected graph of ${size} found`);
}

/** The graph that joins every pair of nodes. */
export function completeGraph(nodeCount: number): Graph {
  const edgeCount = (nodeCount * (nodeCount - 1)) / 2;
  const [from, to] = [new Int32Array(edgeCount), new Int32Array(edgeCount)];
  let edge = 0;
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) {
      from[edge] = a;
      to[edge++] = b;
    }
  }
  return { nodeCount, from, to };
}

/**
 * Joins stubs to a simple graph, connected or not.
 *
 * @param degrees - Links that each node shall have, 0 to nodes − 1.
 * @param attempt - Another number gives another graph of the same law.
 * @returns The graph, and the number of stubs that found no partner: one when the sum is odd, more
 *   only where hardly a simple graph has these degrees.
 */
export function joinStubs(
  degrees: Int32Array,
  draws: AddressedStream,
  attempt: number,
): { readonly builder: GraphBuilder; readonly free: number } {
  let free = degrees.reduce((sum, degree) => sum + degree, 0);
  const stubs = new Int32Array(free);
  for (let node = 0, at = 0; node < degrees.length; node++) {
    stubs.fill(node, at, at + degrees[node]!);
    at += degrees[node]!;
  }
  const builder = createGraphBuilder(degrees.length, free / 2);
  let draw = 0;
  const pick = (count: number) => Math.floor(draws.uniform(attempt, draw++, 0) * count);
  const drop = (at: number) => {
    stubs[at] = stubs[--free]!;
  };
  for (let misses = 0; free > 1; ) {
    const i = pick(free);
    const j = pick(free);
    if (builder.add(stubs[i]!, stubs[j]!)) {
      misses = 0;
    } else if (++misses < MISSES_MAX || i === j) {
      continue;
    } else if (!switchEdge(builder, stubs[i]!, stubs[j]!, pick)) {
      break;
    }
    drop(Math.max(i, j));
    drop(Math.min(i, j));
  }
  return { builder, free };
}

/** Joins a and b to the two ends of an edge instead of to each other. */
function switchEdge(
  builder: GraphBuilder,
  a: number,
  b: number,
  pick: (count: number) => number,
): boolean {
  for (let miss = 0; builder.edgeCount > 0 && miss < SWITCHES_MAX; miss++) {
    const edge = pick(builder.edgeCount);
    const isTurned = pick(2) === 1;
    const x = isTurned ? builder.to(edge) : builder.from(edge);
    const y = isTurned ? builder.from(edge) : builder.to(edge);
    if (a === x || b === y || builder.has(a, x) || builder.has(b, y)) continue;
    builder.move(edge, a, x);
    builder.add(b, y);
    return true;
  }
  return false;
}

function complementOf(builder: GraphBuilder): Graph {
  const { nodeCount } = builder;
  const inverse = createGraphBuilder(nodeCount, 0.5 * nodeCount * nodeCount - builder.edgeCount);
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) if (!builder.has(a, b)) inverse.add(a, b);
  }
  return inverse.finish();
}

/** A cycle through all nodes in random order: every connected graph of degree 2, equally likely. */
function randomCycle(nodeCount: number, draws: AddressedStream): Graph {
  const from = shuffledNodes(nodeCount, draws);
  const to = new Int32Array(nodeCount);
  for (let i = 0; i < nodeCount; i++) to[i] = from[(i + 1) % nodeCount]!;
  return { nodeCount, from, to };
}

/** The nodes 0 to `count` − 1 in random order (Fisher-Yates). */
function shuffledNodes(count: number, draws: AddressedStream): Int32Array {
  const nodes = Int32Array.from({ length: count }, (_, node) => node);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draws.uniform(i, 0, 0) * (i + 1));
    const held = nodes[i]!;
    nodes[i] = nodes[j]!;
    nodes[j] = held;
  }
  return nodes;
}
