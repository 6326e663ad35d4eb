import { expect, it, vi } from 'vitest';

import { markPainted } from './painted';

it('marks after the next frame is painted, and only once', () => {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  const marks = () => performance.getEntriesByName('it').length;

  markPainted('it');
  expect(marks()).toBe(0);
  frames.shift()?.(0);
  expect(marks()).toBe(0);
  frames.shift()?.(1);
  expect(marks()).toBe(1);

  markPainted('it');
  expect(frames).toHaveLength(0);
});
