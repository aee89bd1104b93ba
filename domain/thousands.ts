/** `1234567` as `1,234,567`. */
export function thousands(count: bigint | number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
