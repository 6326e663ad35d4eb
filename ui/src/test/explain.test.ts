import { describe, expect, it } from 'vitest';

import { openWindow, type Opened } from './app';

async function details(): Promise<Opened> {
  const window = await openWindow('#/servers', { installed: true });
  const installation = window.bridge.installations.get('git');
  if (!installation) throw new Error('git is installed');
  // The entry that has troubles, under a name that is there.
  window.bridge.installations.set('git', { ...installation, entry: 'kaiten', variant: 'baked' });
  await window.click('menu-git');
  await window.click('menu-git-details');
  return window;
}

describe('an error that is pasted', () => {
  it('is looked up in what the entry knows, with the line and what helps', async () => {
    const window = await details();
    expect(window.get('explain-look')).toHaveProperty('disabled', true);
    await window.type('explain-text', 'a line\nERROR: no matching version of x\nthe end');
    await window.click('explain-look');
    const found = await window.find('explain-troubles');
    expect(found.textContent).toContain('The build fails');
    expect(found.textContent).toContain('ERROR: no matching version of x');
    await window.click('remedy-rebuild_without_cache');
    expect(window.app.overlays.current).toMatchObject({
      kind: 'install',
      reconfigure: 'git',
      noCache: true,
    });
  });

  it('is known again where Berth itself said it', async () => {
    const window = await details();
    await window.type('explain-text', 'berth: The keychain is locked.');
    await window.click('explain-look');
    const error = await window.find('explain-error');
    expect(error.textContent).toContain('The keychain is locked.');
    expect(error.querySelector('a')?.getAttribute('href')).toBe('#/doctor/vault');
  });

  it('that nobody knows leads to a verification and to the doctor', async () => {
    const window = await details();
    await window.type('explain-text', 'something else');
    await window.click('explain-look');
    expect((await window.find('explain-none')).textContent).toContain('Nothing in it is known here');
    expect(window.get('explain-doctor').getAttribute('href')).toBe('#/doctor/engine');
    await window.click('explain-verify');
    await window.find('job-steps');
  });

  it('can be pasted where nothing is installed, and offers no button then', async () => {
    const window = await openWindow('#/entry/kaiten');
    await window.type('explain-text', 'no matching version');
    await window.click('explain-look');
    const found = await window.find('explain-troubles');
    expect(found.querySelector('button')).toBeNull();
    expect(found.textContent).toContain('Build without the cache');
  });
});
