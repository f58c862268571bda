/** The median of several measurements, with the extremes. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The straight line that lies closest to the points (least squares). */
export function fitLine(points: readonly Point[]): { slope: number; intercept: number } {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = covariance / variance;
  return { slope, intercept: meanY - slope * meanX };
}

/** The exponent k of y ~ x^k: 1 is linear growth, 0 none. Points must be positive. */
export function growthExponent(points: readonly Point[]): number {
  return fitLine(points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }))).slope;
}

/** The largest number of moments within a window of this length; all in milliseconds. */
export function peakWithin(moments: readonly number[], windowMs: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let peak = 0;
  let oldest = 0;
  sorted.forEach((moment, index) => {
    while (moment - (sorted[oldest] ?? 0) >= windowMs) oldest++;
    peak = Math.max(peak, index - oldest + 1);
  });
  return peak;
}
