import { describe, expect, it, vi } from 'vitest';

import type { FoundSource, SourcesFound } from '@/bridge';

import { openWindow } from './app';

const found = (path: string, more: Partial<FoundSource> = {}): FoundSource => ({
  path,
  version: null,
  used_before: false,
  ...more,
});

async function sheet(sources: FoundSource[]) {
  const window = await openWindow();
  window.bridge.found = sources;
  await window.click('install-kaiten');
  await window.find('input-token');
  return window;
}

describe('the source folder', () => {
  it('is filled in where only one was found, and can be another', async () => {
    const window = await sheet([found('/home/sam/src/kaiten-mcp', { used_before: true })]);
    expect((await window.find('path-input-source-0')).textContent).toContain('/home/sam/src/kaiten-mcp');
    expect(window.get('found-source').textContent).toContain('Found on this computer, and used before.');
    await window.click('pick-input-source');
    await vi.waitFor(() =>
      expect(window.get('path-input-source-0').textContent).toContain('/home/sam/src/website'),
    );
    // The other one stays a click away.
    expect(window.get('found-source').textContent).toContain('Also found:');
    await window.click('found-source-0');
    await vi.waitFor(() =>
      expect(window.get('path-input-source-0').textContent).toContain('/home/sam/src/kaiten-mcp'),
    );
  });

  it('is chosen with one click where several were found', async () => {
    const window = await sheet([
      found('/home/sam/src/kaiten-mcp', { used_before: true, version: '0.1.0' }),
      found('/home/sam/old/kaiten-mcp'),
    ]);
    const first = await window.find('found-source-0');
    expect(first.textContent).toMatch(/\/home\/sam\/src\/kaiten-mcp.*0\.1\.0.*Used before/);
    expect(window.get('found-source-1').textContent).not.toContain('Used before');
    expect(window.has('path-input-source-0')).toBe(false);
    await window.click('found-source-1');
    expect((await window.find('path-input-source-0')).textContent).toContain('/home/sam/old/kaiten-mcp');
  });

  it('is asked for where none was found', async () => {
    const window = await sheet([]);
    await vi.waitFor(() =>
      expect(window.get('found-source').textContent).toContain('Not found in the usual places.'),
    );
    expect(window.has('path-input-source-0')).toBe(false);
    expect(window.get('pick-input-source')).toBeTruthy();
  });

  it('does not wait for the search, and nothing that was chosen is replaced by it', async () => {
    const window = await openWindow();
    const answer: ((found: SourcesFound) => void)[] = [];
    window.bridge.search = new Promise((resolve) => answer.push(resolve));
    await window.click('install-kaiten');
    await window.type('input-token', 'kaiten-token-of-24-letters');
    expect(window.get('found-source').textContent).toContain('Looking in the usual places…');
    await window.click('pick-input-source');
    await window.find('plan-step-build_image');
    answer[0]?.({ sources: [found('/home/sam/src/kaiten-mcp')], complete: true });
    await window.find('found-source-0');
    expect(window.get('path-input-source-0').textContent).toContain('/home/sam/src/website');
  });

  it('is no longer looked for once the sheet is closed', async () => {
    const window = await openWindow();
    window.bridge.search = new Promise(() => undefined);
    await window.click('install-kaiten');
    await window.find('found-source');
    await window.click('install-cancel');
    await vi.waitFor(() => expect(window.bridge.calls.map((call) => call.name)).toContain('source_stop'));
  });

  it('stays what it is when the server is reconfigured', async () => {
    const window = await sheet([found('/home/sam/src/kaiten-mcp')]);
    await window.type('input-token', 'kaiten-token-of-24-letters');
    await window.find('plan-step-build_image');
    await window.click('install-agree');
    await window.find('job-result');
    await window.click('install-done');
    window.bridge.found = [found('/home/sam/other/kaiten-mcp')];
    location.hash = '#/servers/kaiten';
    await window.click('remedy-reconfigure');
    expect((await window.find('found-source-0')).textContent).toContain('/home/sam/other/kaiten-mcp');
    expect(window.get('path-input-source-0').textContent).toContain('/home/sam/src/kaiten-mcp');
  });
});
