/** Numbers as people read them. */

/** `7:05` or `1:02:09`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** `1 hour 2 minutes`, for ears and for cards. */
export function spoken(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    count(Math.floor(whole / 3600), "hour"),
    count(Math.floor(whole / 60) % 60, "minute"),
    count(whole % 60, "second"),
  ];
  return (
    parts
      .filter((part) => part !== "")
      .slice(0, 2)
      .join(" ") || "0 seconds"
  );
}

/** `2 h 5 min`, `3 min`, `30 s`. */
export function runtime(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `4.2 Mb/s`, `640 kb/s`. */
export function bitrate(bps: number): string {
  if (bps < 1e6) return `${Math.round(bps / 1e3)} kb/s`;
  return `${(bps / 1e6).toFixed(bps < 1e7 ? 1 : 0)} Mb/s`;
}

const count = (n: number, noun: string): string => (n === 0 ? "" : `${n} ${noun}${n === 1 ? "" : "s"}`);
