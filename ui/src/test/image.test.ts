import { describe, expect, it } from 'vitest';

import type { BuiltFrom, ImageReview } from '@/bridge';

import { openWindow, type Opened } from './app';

const layer = (instruction: string, size: number, base = false) => ({ instruction, size, base });

const from: BuiltFrom = {
  folder: '/home/sam/src/demo',
  dockerfile: 'Dockerfile',
  sent: {
    ignore: null,
    files: 20,
    size: 3_000,
    parts: Array.from({ length: 14 }, (_, index) => ({ name: `part-${index}`, files: 1, size: 100 })),
    base: 'debian:12',
  },
  dependencies: [
    { name: 'rich', imported: true },
    { name: 'numpy', imported: false },
  ],
  unread: null,
};

const review: ImageReview = {
  reference: 'github-mcp:dev',
  id: 'sha256:1',
  size: 180_000_000,
  wanted: 150_000_000,
  created: '2026-01-02T03:04:05Z',
  layers: [
    layer('ADD rootfs', 100_000_000, true),
    layer('CMD sh', 0, true),
    layer('ENV A=b', 0),
    layer('RUN pip install demo', 80_000_000),
  ],
  built_from: from,
  advice: [
    { advice: 'too_large', size: 180_000_000, wanted: 150_000_000 },
    { advice: 'cache_kept', tool: 'pip', instruction: 'RUN pip install demo' },
    { advice: 'runs_apart', count: 3 },
    { advice: 'ignore_missing', path: '/home/sam/src/demo/.dockerignore' },
    { advice: 'seldom_needed', name: '.git', size: 2_000 },
    { advice: 'not_imported', name: 'numpy' },
  ],
};

async function looked(found?: ImageReview): Promise<Opened> {
  const window = await openWindow('#/servers/github', { installed: true });
  if (found) window.bridge.images['github'] = found;
  await window.click('image-look');
  return window;
}

const rows = (element: HTMLElement, of: string) =>
  [...element.querySelectorAll(of)].map((row) => row.textContent.replace(/\s+/gu, ' ').trim());

describe('the image of a server', () => {
  it('is told by its layers, by what its build is given, and by what could make it smaller', async () => {
    const window = await looked(review);
    expect((await window.find('image-bytes')).textContent).toContain('its entry wants less than 150');
    expect(rows(window.get('image-layers'), 'li')).toEqual([
      '100 MB FROM debian:12',
      '80 MB RUN pip install demo',
    ]);
    await window.click('image-all');
    expect(rows(window.get('image-layers'), 'li')).toHaveLength(3);
    expect(window.get('image-sent').querySelectorAll('tbody tr')).toHaveLength(12);
    const panel = window.get('server-image').textContent;
    expect(panel).toContain('2 more');
    expect(panel).toContain('numpy (imported nowhere)');
    const advice = rows(window.get('image-advice'), 'li');
    expect(advice).toHaveLength(review.advice.length);
    expect(advice[0]).toBe('It is 30 MB larger than it should be.');
    expect(advice[1]).toContain('--no-cache-dir');
  });

  it('is a question for Claude, with what was found', async () => {
    const window = await looked(review);
    await window.find('image-advice');
    await window.click('image-ask');
    const text = await navigator.clipboard.readText();
    expect(text).toContain('/home/sam/src/demo');
    expect(text).toContain('- 80 MB: RUN pip install demo');
    expect(text).toContain('numpy');
  });

  it('that was pulled has layers only', async () => {
    const window = await looked({ ...review, wanted: null, built_from: null, advice: [] });
    expect(rows(await window.find('image-layers'), 'li')[0]).toBe('100 MB FROM another image');
    for (const id of ['image-sent', 'image-advice', 'image-well', 'image-ask'])
      expect(window.has(id)).toBe(false);
  });

  it('says what of its folder could not be read', async () => {
    const gone = { code: 'folder_missing' as const, path: '/home/sam/src/demo' };
    const window = await looked({
      ...review,
      advice: [],
      built_from: { ...from, sent: null, dependencies: [], unread: gone },
    });
    expect((await window.find('image-unread')).textContent).toContain('/home/sam/src/demo');
    expect(window.has('image-well')).toBe(false);
  });

  it('says that it is gone, and can be looked at again', async () => {
    const window = await looked();
    await window.find('image-failed');
    window.bridge.images['github'] = { ...review, advice: [] };
    await window.click('image-look');
    await window.find('image-well');
    expect(window.has('image-failed')).toBe(false);
  });
});

describe('a server that runs otherwise', () => {
  it('has no image to look at', async () => {
    const window = await openWindow('#/servers/git', { installed: true });
    await window.find('server-explain');
    expect(window.has('server-image')).toBe(false);
  });
});
