/**
 * How the time of a backtracking match grows with the length of the text, at worst: as length ^ degree; null =
 * possibly without such a bound. Every place where the matcher can choose (a quantifier, an alternative, the place
 * where the match begins) or must compare at length (a back reference) counts one. A group that can be repeated may
 * choose again in every round, which is what makes a match take for ever: for those there is no bound.
 */
export function matchDegree(source: string): number | null {
  let degree = 1;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === '\\') {
      i++;
      if (!inClass && /[1-9k]/.test(source[i] ?? '')) degree++;
    } else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '|') degree++;
    else if (character === '(' && source[i + 1] === '?') i++;
    else if (character !== undefined && '*+?{'.includes(character)) {
      if (source[i - 1] === ')' && !isEscaped(source, i - 1) && character !== '?') return null;
      degree++;
      i = quantifierEnd(source, i);
    }
  }
  return degree;
}

/** The index of the last character of the quantifier that begins at `start`, its `?` for lazy included. */
function quantifierEnd(source: string, start: number): number {
  const end = source[start] === '{' ? source.indexOf('}', start) : start;
  if (end < 0) return start;
  return source[end + 1] === '?' ? end + 1 : end;
}

/** Is the character at `index` behind an odd number of backslashes? */
function isEscaped(source: string, index: number): boolean {
  let backslashes = 0;
  while (source[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
