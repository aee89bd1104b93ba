/** How maglevd is, part by part. */
export interface HealthReport {
  readonly ok: boolean;
  readonly parts: readonly HealthPart[];
}

export interface HealthPart {
  readonly name: string;
  readonly ok: boolean;
  /** Why, or what is so; without a full stop. */
  readonly says: string;
}

export function healthReport(parts: readonly HealthPart[]): HealthReport {
  return { ok: parts.every(({ ok }) => ok), parts };
}

/** `ok`, or what is not well; verbose: all parts, each on a line. */
export function reportText({ ok, parts }: HealthReport, verbose: boolean): string {
  const shown = verbose ? parts : parts.filter((part) => !part.ok);
  const lines = shown.map((part) => `${part.ok ? '[+]' : '[-]'} ${part.name}: ${part.says}\n`);
  return `${lines.join('')}${verbose || ok ? `${ok ? 'ok' : 'not ok'}\n` : ''}`;
}
