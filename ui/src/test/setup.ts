import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeEach } from 'vitest';

beforeEach(() => {
  localStorage.clear();
  location.hash = '';
  document.documentElement.removeAttribute('data-theme');
});

afterEach(() => cleanup());
