import { expect, it } from 'vitest';

import { followKeyboard } from './keyboard';

it('knows what was used last', () => {
  const stop = followKeyboard();
  const by = () => document.documentElement.dataset['by'];
  const press = (key: string) => window.dispatchEvent(new KeyboardEvent('keydown', { key }));
  press('Tab');
  expect(by()).toBe('keyboard');
  window.dispatchEvent(new Event('pointerdown'));
  expect(by()).toBe('pointer');
  press('Shift');
  expect(by()).toBe('pointer');
  press('Escape');
  expect(by()).toBe('keyboard');
  stop();
  window.dispatchEvent(new Event('pointerdown'));
  expect(by()).toBe('keyboard');
});
