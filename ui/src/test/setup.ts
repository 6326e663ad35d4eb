import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeEach } from 'vitest';

// Nothing is laid out in happy-dom; the virtual grid needs a window with a height to draw its rows.
const sizes = { offsetWidth: 1024, clientWidth: 1024, offsetHeight: 800, clientHeight: 800 } as const;
for (const [name, pixels] of Object.entries(sizes)) {
  Object.defineProperty(HTMLElement.prototype, name, {
    configurable: true,
    get(this: HTMLElement) {
      return name.endsWith('Height') && this.dataset['index'] !== undefined ? 162 : pixels;
    },
  });
}

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  document.documentElement.removeAttribute('data-theme');
});

afterEach(() => cleanup());
