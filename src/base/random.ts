/**
 * Random draws. The obvious way, one generator for all, makes a new agent shift everybody's weather
 * and ruins every paired comparison. Here a world draw is addressed, a pure function of (seed,
 * stream, entity, slot, k); only consensus and per-message draws come from sequential streams,
 * whose names begin with `chain/`. `seedrandom` expands seed and stream name into a 128-bit key;
 * the hot generator is sfc32 (C. Doty-Humphrey, PractRand), 10 ns a draw.
 */
import seedrandom from 'seedrandom';
import { InvariantViolation } from './errors.ts';
import { cos, exp, log, PI, sqrt } from './math.ts';

const TWO_PI = 2 * PI;
const INV_2_32 = 2 ** -32;
/** Where the draws of a kind begin at an address, so that no two kinds share bits. */
const EXPONENTIAL_DRAWS = 2 ** 29;
const NORMAL_DRAWS = 2 ** 30;

/**
 * Addressed draws of one stream: pure functions of (entity, slot, k). `entity` and `slot` are
 * integers taken modulo 2^32 (negative ones are fine), `k` in [0, 2^29) is the index of the draw at
 * that address. Draws of different kinds at one address are independent of each other.
 */
export interface AddressedStream {
  /** Uniform on [0, 1), 32 bits. */
  uniform(entity: number, slot: number, k: number): number;
  /** Standard normal (Box-Muller), within ±6.8. */
  normal(entity: number, slot: number, k: number): number;
  /** Exponential with mean 1. */
  exponential(entity: number, slot: number, k: number): number;
}

/** Sequential draws of one stream; the name begins with `chain/`. */
export interface SequentialStream {
  /** Uniform on [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform integer on [0, n), 1 <= n <= 2^32; no modulo bias. @throws {RangeError} else. */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Lognormal with the given median and shape (standard deviation of the logarithm). */
  lognormal(median: number, sigma: number): number;
  /** Shuffles in place (Fisher-Yates). */
  shuffle(values: { length: number; [index: number]: number }): void;
}

/** All streams of one run. */
export interface RandomSource {
  /** Opens an addressed stream. Opening it twice gives the same draws. */
  addressed(stream: string): AddressedStream;
  /** Opens a sequential stream. @throws {RangeError} when the name does not begin with `chain/`. */
  sequential(stream: string): SequentialStream;
}

/** A random source whose sequential streams can be closed for a while. */
export interface LockableRandomSource extends RandomSource {
  /**
   * While locked, a sequential draw throws {@link InvariantViolation} `random-lock`. Observers are
   * run under the lock. Addressed draws stay open, because they use nothing up.
   */
  lock(locked: boolean): void;
}

/** Creates the streams of a run from its seed (any text or number; a replication is part of it). */
export function createRandomSource(seed: string | number): LockableRandomSource {
  const key = (stream: string): Uint32Array => {
    const expand = seedrandom(`peerwatt/1/${seed}/${stream}`);
    return Uint32Array.from({ length: 4 }, () => expand.int32() >>> 0);
  };
  const gate = { locked: false };
  return {
    addressed: (stream) => createAddressed(key(stream)),
    sequential(stream) {
      if (!stream.startsWith('chain/')) {
        throw new RangeError(`"stream" expected a name that begins with chain/, got ${stream}`);
      }
      return createSequential(key(stream), stream, gate);
    },
    lock(locked) {
      gate.locked = locked;
    },
  };
}

function createAddressed(key: Uint32Array): AddressedStream {
  const [k0, k1, k2, k3] = [key[0]!, key[1]!, key[2]!, key[3]!];
  // The address is mixed through the round function of sfc32 with the key as its state, then
  // finished by murmur's 32-bit finaliser: every output bit depends on every input bit (measured in
  // the tests), 12 ns a draw.
  function bits(entity: number, slot: number, k: number): number {
    let a = (k0 ^ Math.imul(entity, 0x9e3779b1)) | 0;
    let b = (k1 ^ Math.imul(slot, 0x85ebca6b)) | 0;
    let c = (k2 ^ Math.imul(k, 0xc2b2ae35)) | 0;
    let counter = k3 | 0;
    let t = 0;
    for (let round = 0; round < 6; round++) {
      t = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t;
      c |= 0;
      a = (a + Math.imul(t, 0x2c1b3c6d)) | 0;
    }
    t = (t ^ a ^ c) | 0;
    t = Math.imul(t ^ (t >>> 16), 0x85ebca6b);
    t = Math.imul(t ^ (t >>> 13), 0xc2b2ae35);
    return (t ^ (t >>> 16)) >>> 0;
  }
  const uniform = (entity: number, slot: number, k: number) => bits(entity, slot, k) * INV_2_32;
  return {
    uniform,
    normal(entity, slot, k) {
      const first = NORMAL_DRAWS + 2 * k;
      const radius = sqrt(-2 * log((bits(entity, slot, first) + 0.5) * INV_2_32));
      return radius * cos(TWO_PI * bits(entity, slot, first + 1) * INV_2_32);
    },
    exponential(entity, slot, k) {
      return -log((bits(entity, slot, EXPONENTIAL_DRAWS + k) + 0.5) * INV_2_32);
    },
  };
}

function createSequential(
  key: Uint32Array,
  stream: string,
  gate: { readonly locked: boolean },
): SequentialStream {
  let [a, b, c, counter] = [key[0]! | 0, key[1]! | 0, key[2]! | 0, key[3]! | 0];
  function next(): number {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }
  for (let round = 0; round < 15; round++) next();
  function bits(): number {
    if (gate.locked) throw new InvariantViolation('random-lock', `${stream} drawn by an observer`);
    return next();
  }
  const uniform = () => bits() * INV_2_32;
  function normal(): number {
    const radius = sqrt(-2 * log((bits() + 0.5) * INV_2_32));
    return radius * cos(TWO_PI * bits() * INV_2_32);
  }
  function integer(n: number): number {
    if (!(n >= 1 && n <= 2 ** 32)) throw new RangeError(`"n" expected 1 to 2^32, got ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = bits();
    while (draw >= limit) draw = bits();
    return draw % n;
  }
  return {
    uniform,
    integer,
    normal,
    exponential: (mean) => -mean * log((bits() + 0.5) * INV_2_32),
    lognormal: (median, sigma) => median * exp(sigma * normal()),
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
      }
    },
  };
}
