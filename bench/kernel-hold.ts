/**
 * The classic hold model (D. W. Jones, An empirical comparison of priority-queue and event-set
 * implementations, CACM 29(4), 1986): a full queue, and each step takes the earliest event and puts
 * one back at an exponential distance. The kernel runs against a bare typed 4-ary heap that knows
 * neither phases nor cancellation nor hashes, in the same process and in turns.
 */
import { createKernel, PHASE } from '../src/kernel/kernel.ts';

interface Row {
  label: string;
  value: number;
  unit: string;
}

const PENDING = 100_000;
const INCREMENT_COUNT = 65_536;

/** Exponential increments [µs], mean 1 s; the same table for both sides. */
function increments(): Float64Array {
  let state = 0x9e3779b9;
  return Float64Array.from({ length: INCREMENT_COUNT }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const uniform = (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
    return 1 + Math.floor(-Math.log(uniform) * 1e6);
  });
}

/** What a run leaves: CPU time of the hold steps and a hash over (time, agent) in order. */
interface Outcome {
  cpuS: number;
  checksum: number;
}

function holdKernel(delayUs: Float64Array, steps: number): Outcome {
  const kernel = createKernel();
  let checksum = 0;
  let draw = 0;
  const hold = kernel.event('bench/hold-event', PHASE.network, (agent) => {
    checksum = (Math.imul(checksum, 31) + (kernel.nowUs % 65_521) + agent) | 0;
    hold.after(delayUs[draw++ & (INCREMENT_COUNT - 1)]!, agent);
    if (draw === end) kernel.stop();
  });
  for (let agent = 0; agent < PENDING; agent++) {
    hold.at(delayUs[draw++ & (INCREMENT_COUNT - 1)]!, agent);
  }
  const end = draw + steps;
  const before = process.cpuUsage();
  kernel.run();
  return { cpuS: cpuSince(before), checksum };
}

/** Times, sequences and agents in three columns; ties leave in order of arrival. */
class BareHeap {
  private readonly time = new Float64Array(PENDING + 1);
  private readonly sequence = new Float64Array(PENDING + 1);
  private readonly agent = new Int32Array(PENDING + 1);
  private count = 0;
  private pushed = 0;
  topUs = 0;

  push(timeUs: number, agent: number): void {
    const { time, sequence } = this;
    let i = this.count++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (time[parent]! <= timeUs) break;
      this.move(parent, i);
      i = parent;
    }
    time[i] = timeUs;
    sequence[i] = this.pushed++;
    this.agent[i] = agent;
  }

  pop(): number {
    const { time, sequence, agent } = this;
    const top = agent[0]!;
    this.topUs = time[0]!;
    const last = --this.count;
    const lastUs = time[last]!;
    const lastSequence = sequence[last]!;
    let i = 0;
    for (let child = 1; child < last; child = 4 * i + 1) {
      const end = Math.min(child + 4, last);
      let best = child;
      for (let other = child + 1; other < end; other++) {
        if (
          time[other]! < time[best]! ||
          (time[other] === time[best] && sequence[other]! < sequence[best]!)
        ) {
          best = other;
        }
      }
      if (lastUs < time[best]! || (lastUs === time[best] && lastSequence < sequence[best]!)) break;
      this.move(best, i);
      i = best;
    }
    this.time[i] = lastUs;
    sequence[i] = lastSequence;
    agent[i] = agent[last]!;
    return top;
  }

  private move(from: number, to: number): void {
    this.time[to] = this.time[from]!;
    this.sequence[to] = this.sequence[from]!;
    this.agent[to] = this.agent[from]!;
  }
}

function holdBare(delayUs: Float64Array, steps: number): Outcome {
  const heap = new BareHeap();
  let checksum = 0;
  let draw = 0;
  for (let agent = 0; agent < PENDING; agent++) {
    heap.push(delayUs[draw++ & (INCREMENT_COUNT - 1)]!, agent);
  }
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    const agent = heap.pop();
    checksum = (Math.imul(checksum, 31) + (heap.topUs % 65_521) + agent) | 0;
    heap.push(heap.topUs + delayUs[draw++ & (INCREMENT_COUNT - 1)]!, agent);
  }
  return { cpuS: cpuSince(before), checksum };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function run(size: 'smoke' | 'full'): { rows: Row[]; checksum: string } {
  const steps = size === 'full' ? 1_500_000 : 150_000;
  const rounds = size === 'full' ? 9 : 3;
  const delayUs = increments();
  const ours: number[] = [];
  const bare: number[] = [];
  let checksum = 0;
  for (let round = 0; round < rounds; round++) {
    const kernel = holdKernel(delayUs, steps);
    const heap = holdBare(delayUs, steps);
    if (kernel.checksum !== heap.checksum) {
      throw new Error(`kernel and bare heap disagree: ${kernel.checksum}, ${heap.checksum}`);
    }
    ours.push(kernel.cpuS);
    bare.push(heap.cpuS);
    checksum = kernel.checksum >>> 0;
  }
  // Rounds alternate, so the median of their ratios is free of what else the machine does.
  const ratios = ours.map((cpuS, round) => cpuS / bare[round]!).sort((a, b) => a - b);
  const rate = (cpuS: number[]) => steps / Math.min(...cpuS) / 1e6;
  return {
    rows: [
      { label: 'kernel hold, 1e5 pending', value: rate(ours), unit: 'M pop+push / CPU s' },
      { label: 'bare typed 4-ary heap', value: rate(bare), unit: 'M pop+push / CPU s' },
      { label: 'kernel time / bare time (median)', value: ratios[rounds >> 1]!, unit: '1' },
    ],
    checksum: checksum.toString(16).padStart(8, '0'),
  };
}

export default { name: 'kernel-hold', run };
