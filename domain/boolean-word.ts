/** The words that Go takes for a boolean, whose flags ours are like; null for any other. */
export function parseBoolean(word: string): boolean | null {
  if (/^(1|t|true)$/i.test(word)) return true;
  if (/^(0|f|false)$/i.test(word)) return false;
  return null;
}
