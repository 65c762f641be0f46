/**
 * Random draws. The obvious way, one generator for all, makes a new agent shift everybody's weather and
 * ruins every paired comparison. Here a world draw is addressed, a pure function of
 * (seed, stream, entity, slot, k); only consensus and per-message draws come from sequential streams,
 * whose names begin with `chain/`. `seedrandom` expands seed and stream name into a 128-bit key; the hot
 * generator is sfc32 (C. Doty-Humphrey, PractRand), 10 ns a draw.
 */
import seedrandom from 'seedrandom';
import { cos, exp, log, PI, sqrt } from './math.ts';

const TWO_PI = 2 * PI;
const INV_2_32 = 2 ** -32;

/** Addressed draws of one stream: pure functions of (entity, slot, k). */
export interface AddressedStream {
  /** Uniform on [0, 1), 32 bits. `entity`, `slot` any integer; `k` the index of the draw at that address. */
  uniform(entity: number, slot: number, k: number): number;
  /** Standard normal (Box-Muller on two draws of its own address). */
  normal(entity: number, slot: number, k: number): number;
  /** Exponential with mean 1. */
  exponential(entity: number, slot: number, k: number): number;
}

/** Sequential draws of one stream; the name begins with `chain/`. */
export interface SequentialStream {
  /** Uniform on [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform integer on [0, n), n up to 2^32; free of modulo bias. */
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

/** Creates the streams of a run from its seed (any text or number; a replication is part of it). */
export function createRandomSource(seed: string | number): RandomSource {
  const key = (stream: string): Uint32Array => {
    const expand = seedrandom(`peerwatt/1/${seed}/${stream}`);
    return Uint32Array.from({ length: 4 }, () => expand.int32() >>> 0);
  };
  return {
    addressed: (stream) => createAddressed(key(stream)),
    sequential(stream) {
      if (!stream.startsWith('chain/')) {
        throw new RangeError(`"stream" expected a name that begins with chain/, got ${stream}`);
      }
      return createSequential(key(stream));
    },
  };
}

function createAddressed(key: Uint32Array): AddressedStream {
  const [k0, k1, k2, k3] = [key[0]!, key[1]!, key[2]!, key[3]!];
  // The address is mixed through the round function of sfc32 with the key as its state, then finished
  // by two rounds of murmur's 32-bit finaliser: 8 ns a draw, and every bit depends on every input bit.
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
      const radius = sqrt(-2 * log((bits(entity, slot, 2 * k) + 0.5) * INV_2_32));
      return radius * cos(TWO_PI * bits(entity, slot, 2 * k + 1 + 0x40000000) * INV_2_32);
    },
    exponential: (entity, slot, k) => -log((bits(entity, slot, k) + 0.5) * INV_2_32),
  };
}

function createSequential(key: Uint32Array): SequentialStream {
  let [a, b, c, counter] = [key[0]! | 0, key[1]! | 0, key[2]! | 0, key[3]! | 0];
  function bits(): number {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }
  for (let round = 0; round < 15; round++) bits();
  const uniform = () => bits() * INV_2_32;
  function normal(): number {
    const radius = sqrt(-2 * log((bits() + 0.5) * INV_2_32));
    return radius * cos(TWO_PI * bits() * INV_2_32);
  }
  function integer(n: number): number {
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
