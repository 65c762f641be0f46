/**
 * A radial feeder as columns. Buses are renumbered root-first, so that every parent has a smaller
 * index than its children: both sweeps of the power flow are then plain loops, and bus k owns the
 * one branch that feeds it. A feeder with a loop or an island has no such order and is refused by
 * name.
 */

/** One series branch between two buses, balanced three-phase equivalent. */
export interface BranchSpec {
  readonly from: string;
  readonly to: string;
  /** Series resistance [ohm], finite, >= 0. */
  readonly rOhm: number;
  /** Series reactance [ohm], finite. */
  readonly xOhm: number;
  /** Continuous current limit [A], > 0; unlimited when absent. */
  readonly ampacityA?: number | undefined;
}

/** What a feeder is built from. */
export interface FeederSpec {
  /** Closed branches in any order and direction; an open tie switch is simply left out. */
  readonly branches: readonly BranchSpec[];
  /** Id of the slack bus, which holds its voltage and supplies the balance. */
  readonly slack: string;
  /** Line-to-line base voltage [kV], > 0; impedances are referred to it. */
  readonly baseKv: number;
  /** Voltage held at the slack bus [pu], > 0; default 1. */
  readonly slackVoltagePu?: number;
}

/**
 * A radial network in root-first columns. Bus 0 is the slack. Column `k` of the branch columns is
 * the branch that feeds bus `k` from `parent[k]` (< k); entry 0 is unused: `parent[0]` is -1, the
 * rest 0.
 */
export interface Feeder {
  readonly busCount: number;
  /** External id of each bus; [0] is the slack. */
  readonly busIds: readonly string[];
  readonly parent: Int32Array;
  readonly rOhm: Float64Array;
  readonly xOhm: Float64Array;
  /** Current limit [A] of the branch that feeds each bus; Infinity where unknown. */
  readonly ampacityA: Float64Array;
  readonly baseKv: number;
  readonly slackVoltagePu: number;
  /** Index of a bus id, or undefined. */
  indexOf(busId: string): number | undefined;
}

/** Why a set of branches is not a feeder. */
export interface FeederProblem {
  /** What was expected, as words. */
  readonly expected: string;
  /** What stood there, naming the buses. */
  readonly got: string;
  /** Index into `branches` of the branch at fault, where there is one. */
  readonly branch?: number | undefined;
}

const NAMED_MAX = 6;

/**
 * Builds a feeder.
 *
 * @param spec - Branches [ohm, A], slack bus and base voltage [kV].
 * @returns Columns in breadth-first order from the slack; children of a bus stand in the order of
 *   the branches, so the same spec gives the same numbering.
 * @throws {RangeError} when a value is out of range or the network is not radial; names the buses.
 * Cost: O(buses), once.
 */
export function createFeeder(spec: FeederSpec): Feeder {
  const traced = trace(spec);
  if ('expected' in traced) {
    throw new RangeError(`"branches" expected ${traced.expected}, got ${traced.got}`);
  }
  const { busIds, indexById, parent, feeding } = traced;
  const busCount = busIds.length;
  const rOhm = new Float64Array(busCount);
  const xOhm = new Float64Array(busCount);
  const ampacityA = new Float64Array(busCount);
  for (let bus = 1; bus < busCount; bus++) {
    const branch = spec.branches[feeding[bus]!]!;
    rOhm[bus] = branch.rOhm;
    xOhm[bus] = branch.xOhm;
    ampacityA[bus] = branch.ampacityA ?? Number.POSITIVE_INFINITY;
  }
  return {
    busCount,
    busIds,
    parent: Int32Array.from(parent),
    rOhm,
    xOhm,
    ampacityA,
    baseKv: spec.baseKv,
    slackVoltagePu: spec.slackVoltagePu ?? 1,
    indexOf: (busId) => indexById.get(busId),
  };
}

/**
 * Says why a spec is not a radial feeder, or undefined when it is one. For importers, which must
 * report the user's mistake with its line and not throw.
 */
export function feederProblem(spec: FeederSpec): FeederProblem | undefined {
  const traced = trace(spec);
  return 'expected' in traced ? traced : undefined;
}

interface Traced {
  readonly busIds: string[];
  readonly indexById: Map<string, number>;
  readonly parent: number[];
  /** Branch that feeds each bus. */
  readonly feeding: number[];
}

function trace(spec: FeederSpec): Traced | FeederProblem {
  const wrong = valueProblem(spec);
  if (wrong !== undefined) return wrong;
  const branchesAt = new Map<string, number[]>();
  const attach = (bus: string, branch: number) => {
    const list = branchesAt.get(bus);
    if (list === undefined) branchesAt.set(bus, [branch]);
    else list.push(branch);
  };
  spec.branches.forEach((branch, index) => {
    attach(branch.from, index);
    attach(branch.to, index);
  });
  if (!branchesAt.has(spec.slack)) {
    return { expected: `a branch at the slack bus ${spec.slack}`, got: 'none' };
  }
  const busIds = [spec.slack];
  const indexById = new Map([[spec.slack, 0]]);
  const parent = [-1];
  const feeding = [-1];
  for (let bus = 0; bus < busIds.length; bus++) {
    const id = busIds[bus]!;
    for (const index of branchesAt.get(id)!) {
      if (index === feeding[bus]) continue;
      const branch = spec.branches[index]!;
      const other = branch.from === id ? branch.to : branch.from;
      const known = indexById.get(other);
      if (known !== undefined) {
        const loop = loopOf(bus, known, parent).map((at) => busIds[at]!);
        return { expected: 'a radial network', got: `a loop ${some(loop)}`, branch: index };
      }
      indexById.set(other, busIds.length);
      busIds.push(other);
      parent.push(bus);
      feeding.push(index);
    }
  }
  if (busIds.length < branchesAt.size) {
    const lost = [...branchesAt.keys()].filter((id) => !indexById.has(id));
    return {
      expected: `every bus connected to the slack ${spec.slack}`,
      got: `an island of ${lost.length}: ${some(lost)}`,
      branch: branchesAt.get(lost[0]!)![0],
    };
  }
  return { busIds, indexById, parent, feeding };
}

function valueProblem(spec: FeederSpec): FeederProblem | undefined {
  if (!(spec.baseKv > 0 && Number.isFinite(spec.baseKv))) {
    return { expected: 'a base voltage > 0 kV', got: `${spec.baseKv}` };
  }
  const slackPu = spec.slackVoltagePu ?? 1;
  if (!(slackPu > 0 && Number.isFinite(slackPu))) {
    return { expected: 'a slack voltage > 0 pu', got: `${slackPu}` };
  }
  for (let index = 0; index < spec.branches.length; index++) {
    const { from, to, rOhm, xOhm, ampacityA } = spec.branches[index]!;
    const name = `${from}-${to}`;
    if (from === to) {
      return { expected: 'two different ends', got: `${name}`, branch: index };
    }
    if (!(rOhm >= 0 && Number.isFinite(rOhm) && Number.isFinite(xOhm))) {
      return {
        expected: 'a finite impedance with r >= 0 ohm',
        got: `${rOhm} + j${xOhm} at ${name}`,
        branch: index,
      };
    }
    if (ampacityA !== undefined && !(ampacityA > 0)) {
      return { expected: 'an ampacity > 0 A', got: `${ampacityA} at ${name}`, branch: index };
    }
  }
  return undefined;
}

/**
 * Buses of the cycle that a branch between two buses of the tree closes, from one end to the other.
 */
function loopOf(a: number, b: number, parent: readonly number[]): number[] {
  const fromA = [a];
  const fromB = [b];
  // Breadth-first indices grow with depth, so the larger index is never above the smaller one.
  while (fromA.at(-1) !== fromB.at(-1)) {
    const side = fromA.at(-1)! > fromB.at(-1)! ? fromA : fromB;
    side.push(parent[side.at(-1)!]!);
  }
  fromB.pop();
  return [...fromA, ...fromB.reverse()];
}

function some(ids: readonly string[]): string {
  const rest = ids.length - NAMED_MAX;
  return ids.slice(0, NAMED_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
