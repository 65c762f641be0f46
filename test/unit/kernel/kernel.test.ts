import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { createKernel, type Kernel, PHASE, type Phase } from '../../../src/kernel/kernel.ts';
import { phaseName } from '../../../src/kernel/phase.ts';

/** The message of what a call throws, which must be an InvariantViolation. */
function violation(call: () => void): string {
  try {
    call();
  } catch (error) {
    if (error instanceof InvariantViolation) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A kernel with one kind that appends its payload to a list. */
function recorder(phase: Phase = PHASE.network) {
  const kernel = createKernel();
  const seen: number[] = [];
  const note = kernel.event('test/note-number', phase, (a) => seen.push(a));
  return { kernel, seen, note };
}

describe('order', () => {
  it('runs events by time, then phase, then order of arrival', () => {
    const kernel = createKernel();
    const seen: string[] = [];
    const kinds = Object.entries(PHASE).map(([name, phase]) =>
      kernel.event(`test/run-${name}`, phase, (a) => seen.push(`${name} ${a}`)),
    );
    for (const kind of [...kinds].reverse()) {
      kind.at(10, 1);
      kind.at(10, 2);
    }
    kinds[8]!.at(9, 0);
    kernel.run();
    const expected = Object.keys(PHASE).flatMap((name) => [`${name} 1`, `${name} 2`]);
    expect(seen).toEqual(['report 0', ...expected]);
    expect(kernel.nowUs).toBe(10);
    expect(kernel.eventCount).toBe(19);
  });

  it('lets an event schedule at its own instant into its own phase (last) or a later one', () => {
    const kernel = createKernel();
    const seen: string[] = [];
    const later = kernel.event('test/act-later', PHASE.consensus, () => seen.push('later'));
    const own = kernel.event('test/act-own', PHASE.network, (a) => {
      seen.push(`own ${a}`);
      if (a === 1) {
        later.after(0);
        own.after(0, 3);
      }
    });
    own.at(5, 1);
    own.at(5, 2);
    kernel.run();
    expect(seen).toEqual(['own 1', 'own 2', 'own 3', 'later']);
  });

  it('refuses the past and an earlier phase of the same instant', () => {
    const kernel = createKernel();
    const early = kernel.event('test/act-early', PHASE.market, () => undefined);
    let what: () => void = () => undefined;
    const act = kernel.event('test/act-now', PHASE.network, () => what());
    what = () => early.after(0);
    act.at(7);
    expect(violation(() => kernel.run())).toBe(
      'kernel-order: test/act-early in phase market scheduled for this instant ' +
        'from phase network at 7 us',
    );
    what = () => act.at(6);
    act.at(8);
    expect(violation(() => kernel.run())).toBe(
      'kernel-order: test/act-now scheduled for 6 us, in the past at 8 us',
    );
    expect(violation(() => act.after(-1))).toContain('kernel-order');
  });

  it('refuses instants that are not integers below 2^53', () => {
    const { kernel, note } = recorder();
    for (const timeUs of [0.5, 1e17, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(violation(() => note.at(timeUs))).toBe(
        'kernel-time: test/note-number expected an instant in integer us ' +
          `below 2^53, got ${timeUs} at 0 us`,
      );
    }
    note.at(2 ** 53 - 1, 4);
    kernel.run();
    expect(kernel.nowUs).toBe(2 ** 53 - 1);
  });

  it('carries integers and floats exactly and refuses what is not finite', () => {
    const kernel = createKernel();
    const seen: number[][] = [];
    const note = kernel.event('test/note-three', PHASE.network, (a, b, c) => seen.push([a, b, c]));
    note.at(1, 2 ** 53, -0.1, -(2 ** 40) - 1);
    note.at(2);
    kernel.run();
    expect(seen).toEqual([
      [2 ** 53, -0.1, -(2 ** 40) - 1],
      [0, 0, 0],
    ]);
    expect(violation(() => note.at(3, 1, Number.NaN))).toBe(
      'kernel-payload: test/note-three expected three finite numbers, got 1, NaN, 0 at 2 us',
    );
    expect(violation(() => note.at(3, Number.POSITIVE_INFINITY))).toContain('kernel-payload');
  });
});

describe('cancel', () => {
  it('takes an event out once, and never one that has fired', () => {
    const { kernel, seen, note } = recorder();
    const first = note.at(1, 1);
    const second = note.at(2, 2);
    expect(kernel.pendingCount).toBe(2);
    expect(kernel.cancel(first)).toBe(true);
    expect(kernel.cancel(first)).toBe(false);
    expect(kernel.pendingCount).toBe(1);
    kernel.run();
    expect(kernel.cancel(second)).toBe(false);
    expect(seen).toEqual([2]);
  });

  it('does not take a later event that uses the same slot', () => {
    const { kernel, seen, note } = recorder();
    const old = note.at(1, 1);
    kernel.run();
    note.at(2, 2);
    expect(kernel.cancel(old)).toBe(false);
    kernel.run();
    expect(seen).toEqual([1, 2]);
  });

  it('knows no handle 0, -1 or NaN', () => {
    const { kernel, note } = recorder();
    note.at(1, 1);
    for (const handle of [0, -1, Number.NaN, 2 ** 53, 0.5]) {
      expect(kernel.cancel(handle)).toBe(false);
    }
    expect(kernel.pendingCount).toBe(1);
  });

  it('cancels the running event never, a tie of it always', () => {
    const kernel = createKernel();
    const seen: number[] = [];
    const handles: number[] = [];
    const tie = kernel.event('test/run-tie', PHASE.network, (a) => {
      seen.push(a);
      if (a === 0) seen.push(...handles.map((handle) => Number(kernel.cancel(handle))));
    });
    for (let a = 0; a < 3; a++) handles.push(tie.at(4, a));
    kernel.run();
    expect(seen).toEqual([0, 0, 1, 1]);
  });
});

describe('column phases', () => {
  it('run once per slot, one event each, and schedule the next themselves', () => {
    const kernel = createKernel();
    const seen: number[][] = [];
    kernel.columnPhase(
      'test/run-slot',
      PHASE.physics,
      { startUs: 100, periodUs: 50, count: 4 },
      (index) => seen.push([index, kernel.nowUs, kernel.pendingCount]),
    );
    expect(kernel.pendingCount).toBe(1);
    kernel.run();
    expect(seen).toEqual([
      [0, 100, 1],
      [1, 150, 1],
      [2, 200, 1],
      [3, 250, 0],
    ]);
  });

  it('refuse a period or a count that is none', () => {
    const kernel = createKernel();
    const schedule = (periodUs: number, count: number) => () =>
      kernel.columnPhase('test/run-slot', PHASE.physics, { startUs: 0, periodUs, count }, () => 0);
    expect(schedule(0, 1)).toThrow(
      new RangeError('"periodUs" of test/run-slot expected a positive integer, got 0'),
    );
    expect(schedule(5, -1)).toThrow('"count" of test/run-slot expected an integer >= 0, got -1');
    schedule(5, 0)();
    expect(kernel.pendingCount).toBe(0);
  });
});

describe('scripts', () => {
  it('tell a story at the delays they yield', () => {
    const kernel = createKernel();
    const seen: [string, number][] = [];
    kernel.script(
      'test/tell-story',
      PHASE.agents,
      function* () {
        seen.push(['begin', kernel.nowUs]);
        yield 30;
        seen.push(['middle', kernel.nowUs]);
        yield 0;
        seen.push(['end', kernel.nowUs]);
      },
      12,
    );
    kernel.run();
    expect(seen).toEqual([
      ['begin', 12],
      ['middle', 42],
      ['end', 42],
    ]);
    expect(kernel.pendingCount).toBe(0);
  });

  it('may not go back in time', () => {
    const kernel = createKernel();
    kernel.script(
      'test/go-back',
      PHASE.agents,
      function* () {
        yield -1;
      },
      3,
    );
    expect(violation(() => kernel.run())).toBe(
      'kernel-order: test/go-back scheduled for 2 us, in the past at 3 us',
    );
  });
});

describe('run and stop', () => {
  it('stops the clock at the end it was given and goes on from there', () => {
    const { kernel, seen, note } = recorder();
    for (const timeUs of [5, 10, 11]) note.at(timeUs, timeUs);
    kernel.run(10);
    expect(seen).toEqual([5, 10]);
    expect([kernel.nowUs, kernel.phase]).toEqual([10, PHASE.network]);
    kernel.run(10);
    kernel.run(20);
    expect(seen).toEqual([5, 10, 11]);
    expect([kernel.nowUs, kernel.phase]).toEqual([20, PHASE.physics]);
  });

  it('lets events be put in before a far one after a pause', () => {
    const { kernel, seen, note } = recorder();
    note.at(1_000_000, 3);
    kernel.run(10);
    note.at(20, 1);
    note.at(999_999, 2);
    kernel.run();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('stop ends the run after the current event', () => {
    const kernel = createKernel();
    const seen: number[] = [];
    const halt = kernel.event('test/halt-run', PHASE.network, (a) => {
      seen.push(a);
      kernel.stop();
    });
    halt.at(1, 1);
    halt.at(1, 2);
    kernel.run(100);
    expect([seen, kernel.nowUs]).toEqual([[1], 1]);
    kernel.run();
    expect(seen).toEqual([1, 2]);
  });

  it('refuses to run inside run and can run again after an error', () => {
    const kernel = createKernel();
    const seen: number[] = [];
    const nest = kernel.event('test/nest-run', PHASE.network, (a) => {
      if (a === 1) kernel.run();
      seen.push(a);
    });
    nest.at(1, 1);
    nest.at(2, 2);
    expect(violation(() => kernel.run())).toBe('kernel-run: run inside run at 1 us');
    kernel.run();
    expect(seen).toEqual([2]);
  });
});

describe('limits', () => {
  const endless = (kernel: Kernel) => {
    const tick = kernel.event('test/tick-on', PHASE.network, () => tick.after(1));
    tick.at(0);
  };

  it('eventCountMax ends a run that would not end', () => {
    const kernel = createKernel({ eventCountMax: 50 });
    endless(kernel);
    expect(violation(() => kernel.run())).toBe(
      'kernel-event-count: eventCountMax = 50 events executed and more are due at 49 us',
    );
  });

  it('pendingCountMax bounds the queue, whatever was cancelled before', () => {
    const kernel = createKernel({ pendingCountMax: 3 });
    const wait = kernel.event('test/wait-long', PHASE.network, () => undefined);
    for (let n = 0; n < 1000; n++) kernel.cancel(wait.at(n));
    for (let n = 0; n < 3; n++) wait.at(n);
    expect(violation(() => wait.at(9))).toBe(
      'kernel-pending-count: test/wait-long scheduled while ' +
        'pendingCountMax = 3 events wait, at 0 us',
    );
    kernel.run();
    expect(kernel.eventCount).toBe(3);
  });

  it('horizonUs is where run ends and what no run may pass', () => {
    const kernel = createKernel({ horizonUs: 30 });
    endless(kernel);
    kernel.run();
    expect([kernel.nowUs, kernel.eventCount, kernel.pendingCount]).toEqual([30, 31, 1]);
    expect(violation(() => kernel.run(31))).toBe(
      'kernel-horizon: run until 31 us, which is not an integer ' +
        'from now to horizonUs = 30, at 30 us',
    );
    expect(violation(() => kernel.run(29))).toContain('kernel-horizon');
  });

  it('the number of events scheduled in all is limited by what a handle can hold', () => {
    const kernel = createKernel({ pendingCountMax: 2 ** 22 });
    const wait = kernel.event('test/wait-long', PHASE.network, () => undefined);
    // Scheduling a thousand million events takes minutes, so the counter is set by hand.
    const { queue } = kernel as unknown as { queue: { sequence: number; sequenceMax: number } };
    expect(queue.sequenceMax).toBe(2 ** 30 - 1);
    queue.sequence = queue.sequenceMax;
    const last = wait.at(1);
    expect(Number.isSafeInteger(last)).toBe(true);
    expect(violation(() => wait.at(2))).toBe(
      'kernel-sequence: test/wait-long scheduled after 1073741823 others, ' +
        'as many as pendingCountMax allows, at 0 us',
    );
    expect(kernel.cancel(last)).toBe(true);
  });

  it('the number of event kinds is limited', () => {
    const kernel = createKernel();
    const declare = (n: number) => kernel.event(`test/kind-${n}`, PHASE.network, () => undefined);
    for (let n = 1; n < 4096; n++) declare(n);
    expect(violation(() => declare(4096))).toBe('kernel-kind-count: more than 4095 kinds');
  });

  it('refuses limits that are none', () => {
    expect(() => createKernel({ eventCountMax: 0 })).toThrow(
      new RangeError('"eventCountMax" expected an integer from 1 to 9007199254740991, got 0'),
    );
    expect(() => createKernel({ pendingCountMax: 2 ** 24 })).toThrow('from 1 to 8388608');
    expect(() => createKernel({ horizonUs: 1.5 })).toThrow('"horizonUs"');
  });
});

describe('names', () => {
  it('are folder/verb-noun and unique; scripts and column phases count too', () => {
    const kernel = createKernel();
    kernel.event('chain-2/network/deliver-block', PHASE.network, () => undefined);
    kernel.script('test/tell-story', PHASE.agents, function* () {}, 0);
    expect(() => kernel.event('test/tell-story', PHASE.network, () => undefined)).toThrow(
      new RangeError('"name" expected a new event, got test/tell-story twice'),
    );
    expect(() => kernel.event('deliver', PHASE.network, () => undefined)).toThrow(
      new RangeError('"name" expected folder/verb-noun, got deliver'),
    );
    expect(() => kernel.event('test/no-phase', 9 as Phase, () => undefined)).toThrow(
      new RangeError('"phase" of test/no-phase expected 0 to 8, got 9'),
    );
  });

  it('phases have names', () => {
    expect(phaseName(PHASE.contracts)).toBe('contracts');
    expect(phaseName(12 as Phase)).toBe('12');
  });
});
