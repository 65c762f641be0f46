/**
 * Streets of a generated low-voltage network: which pillar each home hangs off, how far apart
 * pillars stand, where laterals leave the trunk. Drawn at addresses, so the streets of one
 * transformer depend on no other; homes are scattered first, as a population is numbered by kind
 * and streets are not.
 */
import type { RandomSource } from '../../base/random.ts';

/** What a node of the layout is fed through. */
export type NodeKind = 'source' | 'transformer' | 'line' | 'service';

/** A bus with the branch that feeds it. */
export interface LayoutNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** Index of the node that feeds this one; -1 for the source. Parents stand before children. */
  readonly parent: number;
  /** Length of the feeding cable [m]; 0 for source and transformers. */
  readonly lengthM: number;
  /** Home at this node, or -1. */
  readonly home: number;
}

/** What the streets are drawn from. */
export interface LayoutSpec {
  readonly homeCount: number;
  readonly homesPerTransformer: number;
  readonly homesPerFeeder: number;
  /** Mean distance of pillars [m]. */
  readonly spanM: number;
  /** Mean length of a service cable [m]. */
  readonly serviceM: number;
}

const HOMES_PER_PILLAR_MIN = 2;
const HOMES_PER_PILLAR_MAX = 4;
const LATERAL_SHARE = 0.35;
const LATERAL_PILLARS_MAX = 3;

/**
 * Lays out a network: one source, transformers, their feeders, pillars of two to four homes, a
 * service cable a home. Homes are spread evenly: transformers, and feeders of one transformer,
 * differ by at most one home.
 *
 * @param spec - Counts >= 1, lengths [m] > 0.
 * @returns Nodes with parents first; every home occurs once.
 */
export function layOut(spec: LayoutSpec, random: RandomSource): readonly LayoutNode[] {
  const order = scatter(spec.homeCount, random);
  const nodes: LayoutNode[] = [{ id: 'mv', kind: 'source', parent: -1, lengthM: 0, home: -1 }];
  const transformerCount = Math.ceil(spec.homeCount / spec.homesPerTransformer);
  for (let transformer = 0; transformer < transformerCount; transformer++) {
    const homes = part(order, transformer, transformerCount);
    const id = `t${transformer + 1}`;
    const root = nodes.length;
    nodes.push({ id, kind: 'transformer', parent: 0, lengthM: 0, home: -1 });
    const feederCount = Math.ceil(homes.length / spec.homesPerFeeder);
    for (let feeder = 0; feeder < feederCount; feeder++) {
      const street = { id: `${id}-f${feeder + 1}`, transformer, feeder };
      addFeeder(nodes, root, street, part(homes, feeder, feederCount), spec, random);
    }
  }
  return nodes;
}

interface Street {
  readonly id: string;
  readonly transformer: number;
  readonly feeder: number;
}

function addFeeder(
  nodes: LayoutNode[],
  root: number,
  street: Street,
  homes: readonly number[],
  spec: LayoutSpec,
  random: RandomSource,
): void {
  const draws = random.addressed('world/feeder-street');
  let next = 0;
  const uniform = () => draws.uniform(street.transformer, street.feeder, next++);
  const vary = (meanM: number) => meanM * (0.5 + uniform());
  let trunk = root;
  let lateral = root;
  let lateralLeft = 0;
  let placed = 0;
  for (let pillar = 1; placed < homes.length; pillar++) {
    const onLateral = lateralLeft > 0;
    const parent = onLateral ? lateral : trunk;
    const at = nodes.length;
    const id = `${street.id}-p${pillar}`;
    nodes.push({ id, kind: 'line', parent, lengthM: vary(spec.spanM), home: -1 });
    if (onLateral) {
      lateral = at;
      lateralLeft--;
    } else {
      trunk = at;
      if (uniform() < LATERAL_SHARE) {
        lateral = at;
        lateralLeft = 1 + Math.floor(uniform() * LATERAL_PILLARS_MAX);
      }
    }
    const choices = HOMES_PER_PILLAR_MAX - HOMES_PER_PILLAR_MIN + 1;
    const wanted = HOMES_PER_PILLAR_MIN + Math.floor(uniform() * choices);
    for (let service = 1; service <= wanted && placed < homes.length; service++) {
      const home = homes[placed++]!;
      const lengthM = vary(spec.serviceM);
      nodes.push({ id: `${id}-s${service}`, kind: 'service', parent: at, lengthM, home });
    }
  }
}

/** Homes in the order of a draw at each home's own address. */
function scatter(homeCount: number, random: RandomSource): number[] {
  const draws = random.addressed('world/feeder-place');
  const key = Float64Array.from({ length: homeCount }, (_, home) => draws.uniform(home, 0, 0));
  return Array.from(key.keys()).sort((a, b) => key[a]! - key[b]! || a - b);
}

/** The k-th of n parts of a list whose sizes differ by at most one. */
function part(list: readonly number[], k: number, n: number): number[] {
  return list.slice(Math.floor((k * list.length) / n), Math.floor(((k + 1) * list.length) / n));
}
