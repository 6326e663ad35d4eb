/**
 * Marks the document while the keyboard is used, so that what has the focus can be seen also where a
 * script put it there: WebKit shows no ring around what a dialog gave the focus back to.
 */
export function followKeyboard(): () => void {
  const root = document.documentElement;
  const keys = (event: KeyboardEvent) => {
    if (!['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) root.dataset['by'] = 'keyboard';
  };
  const pointer = () => {
    root.dataset['by'] = 'pointer';
  };
  // While it goes down: what handles the event may move the focus at once.
  window.addEventListener('keydown', keys, true);
  window.addEventListener('pointerdown', pointer, true);
  return () => {
    window.removeEventListener('keydown', keys, true);
    window.removeEventListener('pointerdown', pointer, true);
  };
}
