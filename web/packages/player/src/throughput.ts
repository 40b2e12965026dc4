/**
 * Throughput: what the network gave lately.
 *
 * Two pure values. A `Meter` turns overlapping transfers into samples of bytes over busy time, so that audio
 * and video on one link are counted together. A `Throughput` smooths samples by two exponentially weighted
 * averages and answers with the lower one: quick to fall, slow to rise. Reads no clock; times are arguments.
 */

/**
 * Half-lives in seconds of transfer time. The fast one sees a drop within a segment, the slow one damps
 * bursts.
 */
const FAST_HALF_LIFE_S = 2;
const SLOW_HALF_LIFE_S = 8;
/** Below this a transfer measures latency rather than bandwidth. */
export const MIN_SAMPLE_BYTES = 16 * 1024;
/** A transfer still running reports itself this often, so that a drop is seen before its end. */
const MAX_SAMPLE_S = 1;

interface Average {
  readonly sum: number;
  readonly weight: number;
}

export interface Throughput {
  readonly fast: Average;
  readonly slow: Average;
}

export interface Sample {
  readonly bytes: number;
  readonly seconds: number;
}

export const UNKNOWN: Throughput = { fast: { sum: 0, weight: 0 }, slow: { sum: 0, weight: 0 } };

export function observe(throughput: Throughput, sample: Sample): Throughput {
  const bps = (sample.bytes * 8) / sample.seconds;
  return {
    fast: blend(throughput.fast, bps, sample.seconds, FAST_HALF_LIFE_S),
    slow: blend(throughput.slow, bps, sample.seconds, SLOW_HALF_LIFE_S),
  };
}

/** Bits per second, or `undefined` before the first sample. */
export function estimateBps({ fast, slow }: Throughput): number | undefined {
  return fast.weight > 0 ? Math.min(fast.sum / fast.weight, slow.sum / slow.weight) : undefined;
}

/** `sum / weight` is the average: the weight grows to 1, which corrects the start's pull towards zero. */
function blend({ sum, weight }: Average, bps: number, seconds: number, halfLifeS: number): Average {
  const keep = 0.5 ** (seconds / halfLifeS);
  return { sum: keep * sum + (1 - keep) * bps, weight: keep * weight + (1 - keep) };
}

export interface Meter {
  readonly active: number;
  readonly bytes: number;
  /** Busy milliseconds before `sinceMs`. */
  readonly busyMs: number;
  readonly sinceMs: number;
}

export interface Reading {
  readonly meter: Meter;
  readonly sample?: Sample;
}

export const IDLE: Meter = { active: 0, bytes: 0, busyMs: 0, sinceMs: 0 };

export function transferStarted(meter: Meter, nowMs: number): Meter {
  return { ...advance(meter, nowMs), active: meter.active + 1 };
}

export function bytesArrived(meter: Meter, bytes: number, nowMs: number): Reading {
  const next = advance({ ...meter, bytes: meter.bytes + bytes }, nowMs);
  return next.busyMs >= MAX_SAMPLE_S * 1000 ? drain(next) : { meter: next };
}

export function transferEnded(meter: Meter, nowMs: number): Reading {
  return drain({ ...advance(meter, nowMs), active: meter.active - 1 });
}

function advance(meter: Meter, nowMs: number): Meter {
  return { ...meter, busyMs: meter.busyMs + (meter.active > 0 ? nowMs - meter.sinceMs : 0), sinceMs: nowMs };
}

/** Too few bytes stay in the meter and count towards the next sample. */
function drain(meter: Meter): Reading {
  if (meter.bytes < MIN_SAMPLE_BYTES || meter.busyMs <= 0) return { meter };
  return {
    meter: { ...meter, bytes: 0, busyMs: 0 },
    sample: { bytes: meter.bytes, seconds: meter.busyMs / 1000 },
  };
}
