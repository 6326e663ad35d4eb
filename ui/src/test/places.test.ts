import { describe, expect, it } from 'vitest';

import { goodMachine } from '@/bridge/memory/facts';

import { openWindow } from './app';

const DESKTOP = { client: 'claude_desktop', scope: 'user', project: null };

describe('where a server is registered', () => {
  it('can be one more client, after what would be done was shown', async () => {
    const window = await openWindow('#/servers/fetch', { installed: true });
    await window.click('connect');
    await window.find('plan-step-register_desktop');
    await window.click('plan-agree');
    await window.find('job-result');
    expect(window.get('restart-hint').textContent).toContain('Open Claude Desktop again');
    expect(window.bridge.installations.get('fetch')?.places).toContainEqual(DESKTOP);
    location.hash = '#/servers/fetch';
    const places = await window.find('server-places');
    expect(places.textContent).toContain('Claude Desktop');
  });

  it('is taken away at one place, and the server stays', async () => {
    const window = await openWindow('#/servers/fetch', { installed: true });
    await window.click('disconnect-0');
    await window.find('plan-step-unregister');
    await window.click('plan-agree');
    await expect.poll(() => window.bridge.installations.get('fetch')?.places).toEqual([]);
    location.hash = '#/servers/fetch';
    expect((await window.find('server-places')).textContent).toContain('no client starts it');
  });

  it('says what is wrong with a place that has it already', async () => {
    const window = await openWindow('#/servers/fetch', { installed: true });
    await window.click('connect');
    await window.click('scope-user');
    await expect
      .poll(() => window.get('connect-dialog').textContent)
      .toContain('Claude Code already has a server named “fetch” (All my projects)');
    // It is this very server: there is nothing to replace.
    expect(window.has('connect-replace')).toBe(false);
  });

  it('is Claude Desktop where that is the only client', async () => {
    const machine = { ...goodMachine, claude: 'missing' as const };
    const window = await openWindow('#/catalog', { machine });
    await window.click('install-time');
    await window.find('plan-step-register_desktop');
    expect(window.get('install-agree').textContent).toContain('Install for Claude Desktop');
  });

  it('is not offered in a client that is not there', async () => {
    const window = await openWindow('#/catalog', { machine: { ...goodMachine, desktop: false } });
    await window.click('install-time');
    await window.find('scope-user');
    expect(window.has('scope-desktop')).toBe(false);
  });
});
