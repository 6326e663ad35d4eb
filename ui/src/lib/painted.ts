/**
 * Marks, once per window, when what `name` stands for is on the screen: the first callback runs
 * before the frame is painted, the second one after it. `cargo xtask bench` reads the mark.
 */
export function markPainted(name: string): void {
  if (performance.getEntriesByName(name).length > 0) return;
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(name)));
}
