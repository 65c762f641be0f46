/** Small dense linear algebra for Gaussian models: a factor and two solves, no matrix library. */
import { sqrt } from './math.ts';

/**
 * Cholesky factor of a symmetric positive definite matrix.
 *
 * @param matrix - n·n entries in row order; only the lower triangle is read.
 * @returns Lower factor L with L·Lᵀ = matrix, n·n in row order, zero above the diagonal.
 * @throws {RangeError} when the matrix is not positive definite. Cost: n³/6.
 */
export function cholesky(matrix: ArrayLike<number>, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[i * n + i] = sqrt(sum);
      else throw new RangeError(`"matrix" expected positive definite, got pivot ${sum} at ${i}`);
    }
  }
  return factor;
}

/** Solves L·Lᵀ·x = b for the factor of {@link cholesky}; `b` has n entries. */
export function choleskySolve(factor: Float64Array, b: ArrayLike<number>, n: number): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * x[k]!;
    x[i] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * x[k]!;
    x[i] = sum / factor[i * n + i]!;
  }
  return x;
}
