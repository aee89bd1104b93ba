/** What may be at most, and whether it is: `at most 1.5: met`. */
export function judged(value: number, limit: number, unit = ''): string {
  return `at most ${limit}${unit}: ${value <= limit ? 'met' : 'MISSED'}`;
}
