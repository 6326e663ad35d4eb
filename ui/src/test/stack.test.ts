import { describe, expect, it, vi } from 'vitest';

import type { Stack } from '@/bridge';

import { openWindow } from './app';

/** A window on the page of an installed server that has become a stack. */
async function details() {
  const window = await openWindow();
  await window.click('install-time');
  await window.click('variant-image');
  await window.find('plan-step-pull_image');
  await window.click('install-agree');
  await window.find('job-result');
  const installation = window.bridge.installations.get('time');
  if (installation?.launch.kind !== 'container') throw new Error('a container');
  const stack: Stack = {
    project: 'berth-time-1',
    network: 'berth-time-1',
    internal: false,
    services: [
      {
        name: 'store',
        after: [],
        health: null,
        launch: { ...installation.launch, image: 'store:1' },
      },
    ],
  };
  window.bridge.installations.set('time', {
    ...installation,
    launch: { ...installation.launch, stack },
  });
  await window.click('sheet-close');
  await window.click('nav-servers');
  await window.click('menu-time');
  await window.click('menu-time-details');
  await window.find('services');
  return window;
}

describe('the services of a stack', () => {
  it('are shown, stopped and started', async () => {
    const window = await details();
    expect(window.get('service-store').textContent).toContain('store:1');
    expect(window.get('service-state-store').textContent).toBe('Well');
    await window.click('services-stop');
    await vi.waitFor(() => expect(window.get('service-state-store').textContent).toBe('Stopped'));
    await window.click('services-start');
    await vi.waitFor(() => expect(window.get('service-state-store').textContent).toBe('Well'));
  });

  it('tell what they write', async () => {
    const window = await details();
    await window.click('log-store');
    expect((await window.find('service-log')).textContent).toBe('store is up');
  });
});
