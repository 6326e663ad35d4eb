/** Lines of a server's log, for people. */
import type { LogEntry } from '@/bridge';

/** The lines that have all of these words, whatever their case. */
export function matching(lines: readonly LogEntry[], filter: string): readonly LogEntry[] {
  const words = filter.toLowerCase().split(/\s+/u).filter(Boolean);
  if (!words.length) return lines;
  return lines.filter(({ text }) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** A line of JSON over several lines; any other as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
