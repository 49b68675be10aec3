// What is reported, and what was aimed at on two cores.

/** Of a series of latencies, in ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

export function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export interface Measured {
  readonly command_ack: Spread;
  readonly incident_to_card: Spread;
  readonly click_to_next_step: Spread;
  readonly runs_per_s: number;
  readonly paused_runs: number;
  readonly boot_ms_with_paused: number;
  readonly first_click_ms_after_boot: number;
  readonly rss_mb: number;
  readonly idle_cpu_percent: number;
}

interface Aim {
  readonly aim: string;
  readonly met: boolean;
}

/** A bot that nobody asks anything. */
export interface AtRest {
  readonly boot_ms: number;
  readonly rss_mb: number | null;
  readonly idle_cpu_percent: number | null;
}

export function judge(measured: Measured, withSlack: AtRest): Readonly<Record<string, Aim>> {
  const below = (value: number, limit: number, unit: string): Aim => ({ aim: `< ${limit} ${unit}`, met: value < limit });
  const least = (value: number, limit: number, unit: string): Aim => ({ aim: `>= ${limit} ${unit}`, met: value >= limit });
  return {
    command_ack_p99: below(measured.command_ack.p99, 50, 'ms'),
    incident_to_card_p50: below(measured.incident_to_card.p50, 100, 'ms'),
    click_to_next_step_p50: below(measured.click_to_next_step.p50, 15, 'ms'),
    click_to_next_step_p99: below(measured.click_to_next_step.p99, 75, 'ms'),
    runs_per_s: least(measured.runs_per_s, 60, 'runs/s'),
    runs_per_s_ambition: least(measured.runs_per_s, 150, 'runs/s'),
    paused_runs: least(measured.paused_runs, 10_000, 'runs'),
    boot_ms_with_paused: below(measured.boot_ms_with_paused, 2_000, 'ms'),
    first_click_ms_after_boot: below(measured.first_click_ms_after_boot, 200, 'ms'),
    rss_mb: below(measured.rss_mb, 150, 'MB'),
    idle_cpu_percent: below(measured.idle_cpu_percent, 4, '%'),
    boot_ms_with_slack: below(withSlack.boot_ms, 2_000, 'ms'),
    rss_mb_with_slack: below(withSlack.rss_mb ?? Number.NaN, 150, 'MB'),
    idle_cpu_percent_with_slack: below(withSlack.idle_cpu_percent ?? Number.NaN, 4, '%'),
  };
}
