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

/** The number of moments in each second, counted from the first moment. */
export function perSecond(moments: readonly number[]): number[] {
  if (moments.length === 0) return [];
  const first = Math.min(...moments);
  const last = Math.max(...moments);
  const counts = Array.from({ length: Math.floor((last - first) / 1000) + 1 }, () => 0);
  for (const moment of moments) {
    const second = Math.floor((moment - first) / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

const BARS = '▁▂▃▄▅▆▇█';

/** A histogram in one line. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? '·' : BARS[Math.ceil((count / most) * BARS.length) - 1]))
    .join('');
}
