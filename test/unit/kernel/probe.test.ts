import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { createKernel, type Kernel, PHASE } from '../../../src/kernel/kernel.ts';
import { TraceHash } from '../../../src/kernel/trace.ts';

/** A small network: messages that spawn messages, timers that are cancelled, drawn from `seed`. */
function gossip(seed: string, prepare: (kernel: Kernel) => void = () => undefined): Kernel {
  const random = createRandomSource(seed);
  const stream = random.sequential('chain/gossip');
  const kernel = createKernel({ random });
  const timers: number[] = [];
  const expire = kernel.event('test/expire-timer', PHASE.consensus, () => undefined);
  const deliver = kernel.event('test/deliver-message', PHASE.network, (node, hops) => {
    kernel.cancel(timers[node] ?? 0);
    timers[node] = expire.after(stream.integer(2000), node);
    for (let n = 0; n < 2 && hops > 0; n++) {
      deliver.after(1 + stream.integer(500), stream.integer(20), hops - 1, stream.uniform());
    }
  });
  for (let node = 0; node < 20; node++) deliver.at(stream.integer(100), node, 6);
  prepare(kernel);
  kernel.run();
  return kernel;
}

describe('trace hash', () => {
  it('is the same with and without probes, and another one for another seed', () => {
    let seen = 0;
    const plain = gossip('one');
    const probed = gossip('one', (kernel) => {
      kernel.probe({ onEvent: () => seen++ });
      kernel.probe({ onEvent: () => seen++ });
    });
    expect(plain.traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(probed.traceHash).toBe(plain.traceHash);
    expect(seen).toBe(2 * plain.eventCount);
    expect(gossip('two').traceHash).not.toBe(plain.traceHash);
  });

  it('changes with the time, the kind, each number and the order of events', () => {
    const hash = (...events: [number, number, number, number, number][]) => {
      const trace = new TraceHash();
      for (const [timeUs, kind, a, b, c] of events) {
        trace.add(timeUs, kind, new Int32Array(Float64Array.of(a, b, c).buffer), 0);
      }
      return trace.hex(events.length);
    };
    const one = [5, 1, 0, 0, 0] as [number, number, number, number, number];
    const hashes = [hash(), hash(one), hash(one, one)];
    for (let field = 0; field < 5; field++) {
      for (const change of [1, 2, 255, 2 ** 31, 2 ** 32, 2 ** 40 + 1]) {
        if (field === 1 && change >= 4096) continue;
        const other = [...one] as typeof one;
        other[field] = one[field]! + change;
        hashes.push(hash(other), hash(one, other), hash(other, one));
      }
    }
    for (const [a, b, c] of [
      [-1, -1, 0],
      [1, 1, 0],
      [0, -1, -1],
      [0.5, -0.5, 0],
      [2, 2, 2],
    ] as const) {
      hashes.push(hash([5, 1, a, b, c]));
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('spreads one flipped bit of one event over all of its own bits', () => {
    const flips = new Int32Array(64);
    const trials = 2000;
    for (let trial = 0; trial < trials; trial++) {
      const words = Int32Array.of(trial, 0x40000000, trial * 7, 0x40100000, 3, 0x40200000);
      const [before, after] = [new TraceHash(), new TraceHash()];
      before.add(trial, 1, words, 0);
      words[trial % 6]! ^= 1 << (trial & 31);
      after.add(trial, 1, words, 0);
      const difference = BigInt(`0x${before.hex(1)}`) ^ BigInt(`0x${after.hex(1)}`);
      for (let bit = 0; bit < 64; bit++) flips[bit]! += Number((difference >> BigInt(bit)) & 1n);
    }
    for (const count of flips) expect(Math.abs(count / trials - 0.5)).toBeLessThan(0.1);
  });
});

describe('probes', () => {
  it('see every event just before its handler, with time, phase, kind and numbers', () => {
    const kernel = createKernel();
    const seen: unknown[] = [];
    const send = kernel.event('test/send-number', PHASE.market, () => seen.push('handler'));
    kernel.probe({ onEvent: (...args) => seen.push(args) });
    send.at(3, 1, 2.5, -3);
    kernel.run();
    expect(seen).toEqual([[3, PHASE.market, 'test/send-number', 1, 2.5, -3], 'handler']);
  });

  it('cannot change the run in any way', () => {
    const attempts: [string, (kernel: Kernel, handle: number) => unknown][] = [
      ['cancels an event', (kernel, handle) => kernel.cancel(handle)],
      ['declares an event kind', (kernel) => kernel.event('test/x-y', PHASE.network, () => 0)],
      ['adds a probe', (kernel) => kernel.probe({ onEvent: () => 0 })],
      ['runs the kernel', (kernel) => kernel.run()],
      ['stops the kernel', (kernel) => kernel.stop()],
      [
        'declares an event kind',
        (kernel) =>
          kernel.columnPhase(
            'test/x-z',
            PHASE.physics,
            { startUs: 9, periodUs: 1, count: 1 },
            () => 0,
          ),
      ],
      [
        'declares an event kind',
        (kernel) => kernel.script('test/x-w', PHASE.agents, function* () {}, 9),
      ],
    ];
    for (const [words, attempt] of attempts) {
      const kernel = createKernel();
      const act = kernel.event('test/act-now', PHASE.network, () => undefined);
      const later = act.at(2);
      act.at(1);
      kernel.probe({ onEvent: () => attempt(kernel, later) });
      expect(() => kernel.run()).toThrow(
        new InvariantViolation('kernel-probe', `a probe ${words}`, 1),
      );
    }
  });

  it('cannot schedule', () => {
    const kernel = createKernel();
    const act = kernel.event('test/act-now', PHASE.network, () => undefined);
    act.at(1);
    kernel.probe({ onEvent: () => act.after(5) });
    expect(() => kernel.run()).toThrow('kernel-probe: a probe schedules test/act-now at 1 us');
  });

  it('cannot draw from a sequential stream, and draws go on after one tried', () => {
    const random = createRandomSource(1);
    const stream = random.sequential('chain/probe');
    const kernel = createKernel({ random });
    const act = kernel.event('test/act-now', PHASE.network, () => stream.uniform());
    act.at(1);
    kernel.probe({ onEvent: () => stream.uniform() });
    expect(() => kernel.run()).toThrow('random-lock: chain/probe drawn by an observer');
    const expected = createRandomSource(1).sequential('chain/probe').uniform();
    expect(stream.uniform()).toBe(expected);
  });
});
