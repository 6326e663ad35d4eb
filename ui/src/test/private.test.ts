import { describe, expect, it, vi } from 'vitest';

import { openWindow } from './app';

const off = (button: HTMLElement) => (button as HTMLButtonElement).disabled;

describe('a folder that is more than work', () => {
  it('is given by typing the name', async () => {
    const window = await openWindow('#/entry/filesystem');
    await window.click('install-filesystem');
    await window.type('type-input-folders', '/home/sam/.ssh');
    await window.user.keyboard('{Enter}');
    await window.find('path-input-folders-0');
    await window.find('trust-name');
    expect(window.get('warnings').textContent).toContain('/home/sam/.ssh is more than a folder of work');
    expect(off(window.get('install-agree'))).toBe(true);
    await window.type('trust-name', 'filesystem');
    await vi.waitFor(() => expect(off(window.get('install-agree'))).toBe(false));
    await window.click('install-agree');
    await window.find('job-result');
    const start = window.bridge.calls.find((call) => call.name === 'install_start');
    expect(start?.request).toMatchObject({ trust: 'filesystem' });
  });
});
