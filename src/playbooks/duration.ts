// Durations as people write them: `30s 5m 4h 2d`. One number, one unit.

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const DURATION_HINT = 'write a whole number and s, m, h or d, e.g. 30s, 5m, 4h, 2d';
export const DURATION_PATTERN = /^([1-9]\d{0,5})([smhd])$/;

/** A year: what is longer is a mistake. */
export const MAX_DURATION_MS = 365 * UNITS.d;

/** Milliseconds, or null when it is not a duration or longer than a year. */
export function parseDuration(text: string): number | null {
  const match = DURATION_PATTERN.exec(text.trim());
  const unit = match?.[2];
  if (match === null || !isUnit(unit)) return null;
  const ms = Number(match[1]) * UNITS[unit];
  return ms <= MAX_DURATION_MS ? ms : null;
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}
