/** How many colours there are (tokens.css, `--mono-0` …). */
export const MONOGRAM_COLOURS = 12;

/** A stable colour per identifier: the same on every machine and in every version (FNV-1a). */
export function monogramColour(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash ^= id.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % MONOGRAM_COLOURS;
}

/** One or two letters for a title: initials of two words, else its first two letters. */
export function monogramText(title: string): string {
  const words = title.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = '', second] = words;
  const letters = second
    ? (Array.from(first)[0] ?? '') + (Array.from(second)[0] ?? '')
    : Array.from(first).slice(0, 2).join('');
  return letters.toLocaleUpperCase('en') || '?';
}
