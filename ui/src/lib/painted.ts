/**
 * Marks, once per window, when what `name` stands for is on the screen: the first callback runs
 * before the frame is painted, the second one after it. `cargo xtask bench` reads the mark.
 */
export function markPainted(name: string): void {
  if (performance.getEntriesByName(name).length > 0) return;
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(name)));
}

/** Milliseconds after which nobody waits for a frame any more: a window that is hidden draws none. */
const NO_FRAME = 500;

/** Resolves when what stands there now is on the screen. */
export function onScreen(): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, NO_FRAME);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(timer);
        done();
      }),
    );
  });
}
