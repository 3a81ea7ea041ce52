/**
 * Factorises a symmetric positive definite matrix [n, n] (row-major; its lower triangle is read) in double precision.
 *
 * @returns the lower triangular L with L Lᵀ = A, zeros above the diagonal
 * @throws RangeError naming the row where the matrix is found not to be positive definite.
 */
export function hostCholesky(a: ArrayLike<number>, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j]!;
      for (let k = 0; k < j; k++) sum -= l[row + k]! * l[other + k]!;
      if (i !== j) l[row + j] = sum / l[other + j]!;
      else if (sum > 0) l[row + j] = Math.sqrt(sum);
      else {throw new RangeError(
          `cholesky: expected a positive definite matrix, found pivot ${sum} in row ${i}`,
        );}
    }
  }
  return l;
}

/** Solves L x = b for a lower triangular L [n, n]. */
export function solveLower(l: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  return x;
}
