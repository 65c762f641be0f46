/**
 * The one clock of a run. Everything that happens is an event with a place in one total order
 * (time, phase, sequence), so that the same inputs always give the same history; the trace hash
 * says whether two histories are one. Three ways in: event kinds for what messages cause, column
 * phases for what happens to everyone in every slot, scripts for stories told in order.
 */
import { InvariantViolation } from '../base/errors.ts';
import { PHASE, type Phase, phaseName } from './phase.ts';
import {
  type EventHandle,
  EventQueue,
  KIND_COUNT_MAX,
  orderKey,
  PENDING_COUNT_MAX,
} from './queue.ts';
import { STRIDE, TIME } from './slots.ts';
import { TraceHash } from './trace.ts';

export type { EventHandle, Phase };
export { PHASE };

/** What an event kind does: receives the three numbers it was scheduled with. */
export type EventHandler = (a: number, b: number, c: number) => void;

/** Limits and surroundings of a kernel. */
export interface KernelOptions {
  /** Events executed at most (default 4e9). Reaching it throws `kernel-event-count`. */
  readonly eventCountMax?: number;
  /**
   * Events waiting at most (default 2^20, up to 2^23). Exceeding it throws `kernel-pending-count`.
   * A handle holds slot and sequence in 53 bits, so doubling it halves the events that can be
   * scheduled in all (4.2e9 at the default; then `kernel-sequence`).
   */
  readonly pendingCountMax?: number;
  /** Last instant [µs] of the run, included (default 2^53 - 1); events after it stay pending. */
  readonly horizonUs?: number;
  /** Locked while probes look, so that a probe that draws is caught (see `createRandomSource`). */
  readonly random?: { lock(locked: boolean): void };
}

/** A kind of event as a value. Times are integers [µs]; a, b, c are finite, 0 when omitted. */
export interface EventKind {
  readonly name: string;
  readonly phase: Phase;
  /** Schedules at an instant. @throws {InvariantViolation} in the past or a phase gone by. */
  at(timeUs: number, a?: number, b?: number, c?: number): EventHandle;
  /** Schedules after a delay >= 0. @throws {InvariantViolation} as `at`. */
  after(delayUs: number, a?: number, b?: number, c?: number): EventHandle;
}

/** Observes a run. Called just before an event's handler; it may not change anything. */
export interface Probe {
  onEvent(timeUs: number, phase: Phase, kindName: string, a: number, b: number, c: number): void;
}

/** When a column phase runs: at startUs + index · periodUs for index 0 .. count - 1. */
export interface ColumnSchedule {
  readonly startUs: number;
  readonly periodUs: number;
  readonly count: number;
}

/** The clock, the queue and the order of events of one run. */
export interface Kernel {
  /** The current instant [µs]. */
  readonly nowUs: number;
  /** Phase of the event that runs or ran last at this instant; 0 before any. */
  readonly phase: Phase;
  /** Events executed so far. */
  readonly eventCount: number;
  /** Events waiting (cancelled ones do not count). */
  readonly pendingCount: number;
  /**
   * Declares a kind of event. @param name - `folder/verb-noun`, unique in this kernel.
   * @throws {RangeError} when the name is taken or malformed.
   */
  event(name: string, phase: Phase, handler: EventHandler): EventKind;
  /** Cancels in O(1); false when the event has fired or was cancelled. */
  cancel(handle: EventHandle): boolean;
  /** Runs a handler once per slot, one event each; each slot schedules the next. */
  columnPhase(
    name: string,
    phase: Phase,
    schedule: ColumnSchedule,
    handler: (index: number) => void,
  ): void;
  /** Runs a generator that yields delays [µs]; for low-rate stories, never one per agent. */
  script(
    name: string,
    phase: Phase,
    body: () => Generator<number, void, void>,
    startUs: number,
  ): void;
  /** Adds an observer. While it looks, every call that would change the run throws. */
  probe(probe: Probe): void;
  /**
   * Executes events up to `untilUs` (included), or all up to the horizon. With `untilUs` the clock
   * stands there afterwards; without it, at the last event.
   * @throws {InvariantViolation} at `eventCountMax`, past the horizon, or when called from an
   *   event.
   */
  run(untilUs?: number): void;
  /** Ends `run` after the current event; without effect outside `run`. */
  stop(): void;
  /** Hash of every executed (time, kind, a, b, c) in order, 16 hex digits. */
  readonly traceHash: string;
}

/**
 * Creates a kernel at instant 0 with nothing scheduled.
 * @throws {RangeError} when a limit is not a positive integer or is too large.
 * @example
 * const kernel = createKernel();
 * const ping = kernel.event('network/send-ping', PHASE.network, (n) => n > 0 && ping.after(5, n -
 * 1)); ping.at(0, 3); kernel.run(); kernel.nowUs // 15
 */
export function createKernel(options: KernelOptions = {}): Kernel {
  return new RunningKernel(options);
}

const NAME = /^[a-z][a-z0-9-]*(?:\/[A-Za-z0-9][\w.:-]*)+$/;

class RunningKernel implements Kernel {
  nowUs = 0;
  phase: Phase = PHASE.physics;
  eventCount = 0;
  private readonly queue: EventQueue;
  private readonly trace = new TraceHash();
  private readonly handlers: EventHandler[] = [() => undefined];
  private readonly phases: Phase[] = [PHASE.physics];
  private readonly names: string[] = [''];
  private readonly known = new Set<string>();
  private readonly probes: Probe[] = [];
  private readonly eventCountMax: number;
  private readonly horizonUs: number;
  private readonly random: { lock(locked: boolean): void } | undefined;
  private running = false;
  private stopping = false;
  private probing = false;

  constructor(options: KernelOptions) {
    this.eventCountMax = limit('eventCountMax', options.eventCountMax ?? 4e9, 2 ** 53 - 1);
    this.horizonUs = limit('horizonUs', options.horizonUs ?? 2 ** 53 - 1, 2 ** 53 - 1);
    const pendingCountMax = options.pendingCountMax ?? 2 ** 20;
    this.queue = new EventQueue({
      pendingCountMax: limit('pendingCountMax', pendingCountMax, PENDING_COUNT_MAX),
    });
    this.random = options.random;
  }

  get pendingCount(): number {
    return this.queue.liveCount;
  }

  get traceHash(): string {
    return this.trace.hex(this.eventCount);
  }

  event(name: string, phase: Phase, handler: EventHandler): EventKind {
    if (this.probing) this.refuseProbe('declares an event kind');
    if (!NAME.test(name)) throw new RangeError(`"name" expected folder/verb-noun, got ${name}`);
    if (this.known.has(name))
      throw new RangeError(`"name" expected a new event, got ${name} twice`);
    if (!(Number.isInteger(phase) && phase >= PHASE.physics && phase <= PHASE.report)) {
      throw new RangeError(`"phase" of ${name} expected 0 to ${PHASE.report}, got ${phase}`);
    }
    const kind = this.handlers.length;
    if (kind >= KIND_COUNT_MAX) {
      throw new InvariantViolation('kernel-kind-count', `more than ${KIND_COUNT_MAX - 1} kinds`);
    }
    this.known.add(name);
    this.handlers.push(handler);
    this.phases.push(phase);
    this.names.push(name);
    return new KernelEventKind(this, name, phase, orderKey(phase, kind));
  }

  /** Checks the order and the payload, then queues. */
  schedule(
    kind: EventKind,
    keyBase: number,
    timeUs: number,
    a: number,
    b: number,
    c: number,
  ): EventHandle {
    // One comparison each on the way through: NaN fails the first, a fraction the second.
    if (!(timeUs > this.nowUs)) this.checkNow(kind, timeUs);
    if (Math.floor(timeUs) !== timeUs || timeUs > Number.MAX_SAFE_INTEGER) {
      this.refuseTime(kind, timeUs);
    }
    if (this.probing) this.refuseProbe(`schedules ${kind.name}`);
    const sum = a + b + c;
    if (sum - sum !== 0) this.refusePayload(kind, a, b, c);
    const queue = this.queue;
    if (queue.full) this.refuseFull(kind);
    return queue.push(timeUs, keyBase, a, b, c);
  }

  cancel(handle: EventHandle): boolean {
    if (this.probing) this.refuseProbe('cancels an event');
    return this.queue.cancel(handle);
  }

  columnPhase(
    name: string,
    phase: Phase,
    schedule: ColumnSchedule,
    handler: (index: number) => void,
  ): void {
    const { startUs, periodUs, count } = schedule;
    if (!(Number.isSafeInteger(periodUs) && periodUs > 0)) {
      throw new RangeError(`"periodUs" of ${name} expected a positive integer, got ${periodUs}`);
    }
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`"count" of ${name} expected an integer >= 0, got ${count}`);
    }
    const kind = this.event(name, phase, (index) => {
      if (index + 1 < count) kind.at(startUs + (index + 1) * periodUs, index + 1);
      handler(index);
    });
    if (count > 0) kind.at(startUs, 0);
  }

  script(
    name: string,
    phase: Phase,
    body: () => Generator<number, void, void>,
    startUs: number,
  ): void {
    let story: Generator<number, void, void> | undefined;
    const kind = this.event(name, phase, (step) => {
      story ??= body();
      const next = story.next();
      if (next.done !== true) kind.after(next.value, step + 1);
    });
    kind.at(startUs, 0);
  }

  probe(probe: Probe): void {
    if (this.probing) this.refuseProbe('adds a probe');
    this.probes.push(probe);
  }

  run(untilUs?: number): void {
    if (this.probing) this.refuseProbe('runs the kernel');
    if (this.running) throw new InvariantViolation('kernel-run', 'run inside run', this.nowUs);
    const endUs = untilUs ?? this.horizonUs;
    if (!(Number.isInteger(endUs) && endUs >= this.nowUs && endUs <= this.horizonUs)) {
      throw new InvariantViolation(
        'kernel-horizon',
        `run until ${endUs} us, which is not an integer from now to horizonUs = ${this.horizonUs},`,
        this.nowUs,
      );
    }
    this.running = true;
    this.stopping = false;
    try {
      this.loop(endUs);
    } finally {
      this.running = false;
    }
    if (untilUs !== undefined && !this.stopping && untilUs > this.nowUs) {
      this.nowUs = untilUs;
      this.phase = PHASE.physics;
    }
  }

  stop(): void {
    if (this.probing) this.refuseProbe('stops the kernel');
    this.stopping = true;
  }

  private loop(endUs: number): void {
    const { queue, handlers, phases, probes, trace } = this;
    while (!this.stopping) {
      const slot = queue.take(endUs);
      if (slot < 0) return;
      if (this.eventCount >= this.eventCountMax) this.refuseEventCount();
      const { record, words } = queue.slots;
      const base = STRIDE * slot;
      const a = record[base]!;
      const b = record[base + 1]!;
      const c = record[base + 2]!;
      const timeUs = record[base + TIME]!;
      const kind = queue.takenKind;
      trace.add(timeUs, kind, words, 2 * base);
      this.nowUs = timeUs;
      this.phase = phases[kind]!;
      this.eventCount++;
      if (probes.length > 0) this.show(kind, a, b, c);
      handlers[kind]!(a, b, c);
    }
  }

  private show(kind: number, a: number, b: number, c: number): void {
    const { nowUs, phase } = this;
    const name = this.names[kind]!;
    this.probing = true;
    this.random?.lock(true);
    try {
      for (const probe of this.probes) probe.onEvent(nowUs, phase, name, a, b, c);
    } finally {
      this.probing = false;
      this.random?.lock(false);
    }
  }

  private checkNow(kind: EventKind, timeUs: number): void {
    if (timeUs === this.nowUs && kind.phase >= this.phase) return;
    if (timeUs === this.nowUs) {
      throw new InvariantViolation(
        'kernel-order',
        `${kind.name} in phase ${phaseName(kind.phase)} scheduled for this instant from phase ` +
          phaseName(this.phase),
        this.nowUs,
      );
    }
    if (!Number.isFinite(timeUs)) this.refuseTime(kind, timeUs);
    throw new InvariantViolation(
      'kernel-order',
      `${kind.name} scheduled for ${timeUs} us, in the past`,
      this.nowUs,
    );
  }

  private refuseTime(kind: EventKind, timeUs: number): never {
    throw new InvariantViolation(
      'kernel-time',
      `${kind.name} expected an instant in integer us below 2^53, got ${timeUs}`,
      this.nowUs,
    );
  }

  private refusePayload(kind: EventKind, a: number, b: number, c: number): never {
    throw new InvariantViolation(
      'kernel-payload',
      `${kind.name} expected three finite numbers, got ${a}, ${b}, ${c}`,
      this.nowUs,
    );
  }

  private refuseFull(kind: EventKind): never {
    const { liveCount, pendingCountMax, sequenceMax } = this.queue;
    if (liveCount >= pendingCountMax) {
      throw new InvariantViolation(
        'kernel-pending-count',
        `${kind.name} scheduled while pendingCountMax = ${pendingCountMax} events wait,`,
        this.nowUs,
      );
    }
    throw new InvariantViolation(
      'kernel-sequence',
      `${kind.name} scheduled after ${sequenceMax} others, as many as pendingCountMax allows,`,
      this.nowUs,
    );
  }

  private refuseProbe(what: string): never {
    throw new InvariantViolation('kernel-probe', `a probe ${what}`, this.nowUs);
  }

  private refuseEventCount(): never {
    throw new InvariantViolation(
      'kernel-event-count',
      `eventCountMax = ${this.eventCountMax} events executed and more are due`,
      this.nowUs,
    );
  }
}

class KernelEventKind implements EventKind {
  readonly name: string;
  readonly phase: Phase;
  private readonly kernel: RunningKernel;
  private readonly keyBase: number;

  constructor(kernel: RunningKernel, name: string, phase: Phase, keyBase: number) {
    this.kernel = kernel;
    this.name = name;
    this.phase = phase;
    this.keyBase = keyBase;
  }

  at(timeUs: number, a = 0, b = 0, c = 0): EventHandle {
    return this.kernel.schedule(this, this.keyBase, timeUs, a, b, c);
  }

  after(delayUs: number, a = 0, b = 0, c = 0): EventHandle {
    const kernel = this.kernel;
    return kernel.schedule(this, this.keyBase, kernel.nowUs + delayUs, a, b, c);
  }
}

function limit(label: string, value: number, max: number): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  throw new RangeError(`"${label}" expected an integer from 1 to ${max}, got ${value}`);
}
