import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { createKernel, PHASE, type Phase } from '../../src/kernel/kernel.ts';
import { EventQueue, orderKey } from '../../src/kernel/queue.ts';
import { STRIDE, TIME } from '../../src/kernel/slots.ts';

interface Entry {
  readonly timeUs: number;
  readonly phase: number;
  readonly id: number;
  readonly handle: number;
}

/** The queue and a sorted list side by side; every answer must agree. */
class Twin {
  readonly queue = new EventQueue({ pendingCountMax: 2 ** 20 });
  readonly list: Entry[] = [];
  private readonly gone: Entry[] = [];
  nowUs = 0;
  private pushed = 0;

  push(timeUs: number, phase: number): void {
    const id = this.pushed++;
    const handle = this.queue.push(timeUs, orderKey(phase, 1 + (id % 7)), id, 0 - id, 0.5);
    const entry = { timeUs, phase, id, handle };
    // Binary search for the first entry that comes after; ties go behind what is there.
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.list[middle]!;
      const after = other.timeUs > timeUs || (other.timeUs === timeUs && other.phase > phase);
      if (after) high = middle;
      else low = middle + 1;
    }
    this.list.splice(low, 0, entry);
  }

  take(untilUs: number): void {
    const slot = this.queue.take(untilUs);
    const first = this.list[0];
    if (first === undefined || first.timeUs > untilUs) {
      expect(slot).toBe(-1);
      return;
    }
    this.list.shift();
    this.gone.push(first);
    const { slots, takenKind } = this.queue;
    const [base, record] = [STRIDE * slot, slots.record];
    const same =
      slot >= 0 &&
      record[base] === first.id &&
      record[base + 1] === 0 - first.id &&
      record[base + 2] === 0.5 &&
      record[base + TIME] === first.timeUs &&
      takenKind === 1 + (first.id % 7);
    // An assertion for each of a million events would take longer than the events.
    if (!same) expect([record[base], record[base + TIME]]).toEqual([first.id, first.timeUs]);
    if (!same) throw new Error(`event ${first.id} came out with another payload or kind`);
    this.nowUs = first.timeUs;
  }

  cancel(share: number): void {
    const index = Math.floor(share * this.list.length);
    const entry = this.list[index];
    if (entry !== undefined) {
      this.list.splice(index, 1);
      this.gone.push(entry);
      if (!this.queue.cancel(entry.handle)) throw new Error(`event ${entry.id} not cancelled`);
    }
    const old = this.gone[Math.floor(share * this.gone.length)];
    if (old !== undefined && this.queue.cancel(old.handle)) {
      throw new Error(`event ${old.id} cancelled after it was gone`);
    }
  }

  drain(): void {
    while (this.list.length > 0) this.take(Number.MAX_SAFE_INTEGER);
    this.take(Number.MAX_SAFE_INTEGER);
    expect(this.queue.liveCount).toBe(0);
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('push'), fc.nat(40), fc.nat(8)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('push'), fc.nat(1_000_000_000), fc.nat(8)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('take'), fc.nat(60), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('cancel'), fc.nat(999), fc.constant(0)) },
);

/** Uniform draws from an integer seed. */
function uniformFrom(seed: number): () => number {
  const stream = createRandomSource(seed).sequential('chain/queue-test');
  return stream.uniform;
}

describe('kernel queue: equals a sorted list', () => {
  it('under random push, take and cancel', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const twin = new Twin();
        for (const [what, value, phase] of steps) {
          if (what === 'push') twin.push(twin.nowUs + value, phase);
          else if (what === 'take') twin.take(twin.nowUs + value);
          else twin.cancel(value / 1000);
          expect(twin.queue.liveCount).toBe(twin.list.length);
        }
        twin.drain();
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('when thousands wait, near, far, crowded and cancelled (buckets and rungs)', () => {
    const shapes = fc.constantFrom('exponential', 'crowded', 'bimodal', 'outliers', 'same');
    const plan = fc.record({
      shape: shapes,
      count: fc.integer({ min: 1500, max: 6000 }),
      cancelShare: fc.constantFrom(0, 0.3, 0.9),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(plan, ({ shape, count, cancelShare, seed }) => {
        const uniform = uniformFrom(seed);
        const delayUs = () => {
          const u = uniform();
          if (shape === 'exponential') return Math.floor(-1e6 * Math.log(1 - u));
          if (shape === 'crowded') return Math.floor(u * 4) * 1000;
          if (shape === 'bimodal') return Math.floor(uniform() * (u < 0.5 ? 2000 : 3.6e9));
          if (shape === 'outliers') return Math.floor(u < 0.99 ? 1000 * u : 8e15 * uniform());
          return 77;
        };
        const twin = new Twin();
        const push = () => twin.push(twin.nowUs + delayUs(), Math.floor(uniform() * 9));
        for (let n = 0; n < count; n++) push();
        for (let n = 0; n < count; n++) {
          twin.take(Number.MAX_SAFE_INTEGER);
          if (uniform() < 0.7) push();
          if (uniform() < cancelShare) twin.cancel(uniform());
          if (uniform() < 0.05) for (let k = 0; k < 20; k++) push();
        }
        while (twin.list.length > count / 4) twin.cancel(uniform());
        twin.drain();
      }),
      { numRuns: 25, seed: 12 },
    );
  });

  it('in bursts of every width, so that rungs stand on rungs and sweeps come in between', () => {
    const burst = fc.record({
      count: fc.constantFrom(100, 1100, 2500),
      spanUs: fc.constantFrom(1, 1000, 1e6, 1e9, 1e15),
      takes: fc.constantFrom(0, 1, 700, 2000),
      cancelShare: fc.constantFrom(0, 0, 0.6),
    });
    fc.assert(
      fc.property(fc.array(burst, { minLength: 3, maxLength: 7 }), fc.integer(), (plan, seed) => {
        const uniform = uniformFrom(seed);
        const twin = new Twin();
        for (const { count, spanUs, takes, cancelShare } of plan) {
          for (let n = 0; n < count; n++) {
            twin.push(twin.nowUs + Math.floor(uniform() * spanUs), Math.floor(uniform() * 9));
          }
          const left = Math.floor(twin.list.length * (1 - cancelShare));
          while (twin.list.length > left) twin.cancel(uniform());
          for (let n = 0; n < takes; n++) twin.take(Number.MAX_SAFE_INTEGER);
        }
        twin.drain();
      }),
      { numRuns: 40, seed: 15 },
    );
  });

  it('and a crowd of one instant leaves in order of phase, then arrival', () => {
    const twin = new Twin();
    for (let n = 0; n < 5000; n++) twin.push(n % 3 === 0 ? 9 : 5, (n * 7) % 9);
    twin.drain();
  });
});

describe('kernel: history', () => {
  it('is ordered by (time, phase, sequence) whatever handlers schedule and cancel', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.nat(8), fc.nat(3), fc.nat(5)), {
          minLength: 1,
          maxLength: 60,
        }),
        (moves) => {
          const kernel = createKernel({ eventCountMax: 100_000 });
          const handles: number[] = [];
          const seen: [number, number, number][] = [];
          let scheduled = 0;
          let cursor = 0;
          const kinds = Array.from({ length: 9 }, (_, phase) =>
            kernel.event(`test/phase-${phase}`, phase as Phase, (sequence) => {
              seen.push([kernel.nowUs, phase, sequence]);
              expect(kernel.phase).toBe(phase);
              const [delayUs, next, fanOut, victim] = moves[cursor++ % moves.length]!;
              for (let n = 0; n < fanOut && scheduled < 300; n++) {
                const wait = next < phase ? delayUs + 1 : delayUs;
                handles.push(kinds[next]!.after(wait, scheduled++));
              }
              kernel.cancel(handles[handles.length - 1 - victim] ?? 0);
            }),
          );
          for (const [timeUs, phase] of moves) handles.push(kinds[phase]!.at(timeUs, scheduled++));
          kernel.run();
          for (let i = 1; i < seen.length; i++) {
            const [before, after] = [seen[i - 1]!, seen[i]!];
            const order = before[0] - after[0] || before[1] - after[1] || before[2] - after[2];
            expect(order).toBeLessThan(0);
          }
          expect(seen.length).toBe(kernel.eventCount);
          expect(kernel.pendingCount).toBe(0);
        },
      ),
      { numRuns: 150, seed: 13 },
    );
  });

  it('depends on nothing but what was scheduled: two kernels, one hash', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.integer()), { maxLength: 50 }), (events) => {
        const run = () => {
          const kernel = createKernel();
          const act = kernel.event('test/act-now', PHASE.network, (a, b) => {
            if (b > 0) act.after(Math.abs(a % 7), a, b - 1);
          });
          for (const [timeUs, a] of events) act.at(timeUs, a, 3);
          kernel.run();
          return kernel.traceHash;
        };
        expect(run()).toBe(run());
      }),
      { numRuns: 50, seed: 14 },
    );
  });
});
