/**
 * Abandonment: whether a running video transfer is given up for a lower rung.
 *
 * Owns that one question. The network may collapse in the middle of a segment chosen under better weather;
 * waiting for it would stall playback although a smaller one could still arrive.
 */

/** Before this a transfer has told nothing yet. */
const MIN_ELAPSED_S = 0.5;
/** A replacement must arrive in this share of the time that the running transfer still needs. */
const MIN_GAIN = 0.5;

export interface Transfer {
  readonly level: number;
  readonly elapsedS: number;
  readonly receivedBytes: number;
  /** Bytes of this segment at each level. */
  readonly segmentBytes: readonly number[];
  /** Seconds that can be played meanwhile. */
  readonly bufferS: number;
}

/** The level to fetch instead, or `undefined` to carry on. */
export function abandonFor(transfer: Transfer): number | undefined {
  const { level, elapsedS, receivedBytes, segmentBytes, bufferS } = transfer;
  if (level === 0 || elapsedS < MIN_ELAPSED_S || receivedBytes === 0) return undefined;
  const arrivalS = (bytes: number): number => (bytes * elapsedS) / receivedBytes;
  const remainingS = arrivalS((segmentBytes[level] ?? 0) - receivedBytes);
  if (remainingS <= bufferS) return undefined;
  const lower = segmentBytes.slice(0, level);
  const inTime = lower.findLastIndex((bytes) => arrivalS(bytes) <= bufferS);
  if (inTime >= 0) return inTime;
  return arrivalS(segmentBytes[0] ?? Infinity) <= MIN_GAIN * remainingS ? 0 : undefined;
}
