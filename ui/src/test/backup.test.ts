import { describe, expect, it } from 'vitest';

import { openWindow } from './app';

const FILE = '/home/sam/fetch.berth-backup';
const PASSPHRASE = 'correct horse battery';

async function withVolume(holds_keys: boolean) {
  const window = await openWindow('#/catalog', { installed: true });
  const installation = window.bridge.installations.get('fetch');
  if (!installation) throw new Error('it is installed');
  installation.data = [{ kind: 'volume', name: 'berth-fetch-1', holds: 'its signing keys', holds_keys }];
  location.hash = '#/servers/fetch';
  const kept = await window.find('server-kept');
  expect(kept.textContent).toContain('its signing keys');
  return window;
}

describe('what a server keeps', () => {
  it('is backed up into a file, with a passphrase that is typed twice where keys are in it', async () => {
    const window = await withVolume(true);
    window.bridge.picks.push(FILE);
    await window.click('backup');
    await window.click('backup-pick');
    await window.find('plan-step-write_backup');
    expect(window.get('warnings').textContent).toContain('Without its passphrase');
    await window.click('plan-agree');
    expect(window.get('field-backup-passphrase').textContent).toContain('This is needed');
    await window.type('backup-passphrase', 'short');
    expect(window.get('field-backup-passphrase').textContent).toContain('At least 12 characters');
    await window.type('backup-passphrase', PASSPHRASE);
    await window.type('backup-repeat', 'another passphrase');
    await window.click('plan-agree');
    expect(window.get('field-backup-repeat').textContent).toContain('not the same');
    await window.type('backup-repeat', PASSPHRASE);
    await window.click('plan-agree');
    await window.find('job-result');
    expect(window.bridge.passphrases).toEqual([PASSPHRASE]);
  });

  it('needs no passphrase where there are no keys', async () => {
    const window = await withVolume(false);
    await window.click('backup');
    await window.type('backup-file', FILE);
    await window.user.tab();
    await window.find('plan-step-write_backup');
    expect(window.has('backup-passphrase')).toBe(false);
    await window.click('plan-agree');
    await window.find('job-result');
    expect(window.bridge.passphrases).toEqual([null]);
  });

  it('is replaced only after what is replaced was said', async () => {
    const window = await withVolume(true);
    window.bridge.picks.push(FILE);
    await window.click('restore');
    await window.click('backup-pick');
    await window.find('plan-step-restore_volume');
    expect(window.get('warnings').textContent).toContain('is replaced: its signing keys');
    expect(window.has('backup-repeat')).toBe(false);
    await window.type('backup-passphrase', 'any');
    await window.click('plan-agree');
    await window.find('job-result');
    expect(window.bridge.passphrases).toEqual(['any']);
  });

  it('is not spoken of where there is nothing', async () => {
    const window = await openWindow('#/servers/fetch', { installed: true });
    await window.find('server-places');
    expect(window.has('server-kept')).toBe(false);
  });
});
