import { describe, expect, it, vi } from 'vitest';

import { openWindow } from './app';

const TOKEN = 'kaiten-token-of-24-letters';

/** The sheet of an entry that is built, filled in. */
async function sheet() {
  const window = await openWindow();
  await window.click('install-kaiten');
  await window.type('input-token', TOKEN);
  await window.click('pick-input-source');
  const asked = () =>
    window.bridge.calls
      .filter((call) => call.name === 'plan_preview')
      .map((call) => call.request)
      .at(-1);
  return { window, asked };
}

describe('a server that is built from a folder', () => {
  it('shows the image that is here, and the build with everything it is told', async () => {
    const { window } = await sheet();
    expect((await window.find('image-dev')).textContent).toMatch(
      /Existing image: kaiten-mcp:dev, 121.4 MB, made/,
    );
    expect(window.has('image-baked')).toBe(false);
    const step = await window.find('plan-step-build_image');
    expect(step.textContent).toContain('Build the image kaiten-mcp:dev');
    expect(step.textContent).toContain('docker build --tag kaiten-mcp:dev --target deps /home/sam/');
    expect(step.textContent).toContain('there now');
    // The code that is mounted is only read.
    expect(window.get('touch-files').textContent).toMatch(/\/src \(Read only\)/);
  });

  it('can be built without the cache, or not at all where an image is here', async () => {
    const { window, asked } = await sheet();
    await window.click('no-cache');
    await vi.waitFor(() => expect(asked()).toMatchObject({ no_cache: true, use_image: false }));
    await vi.waitFor(() => expect(window.get('plan-step-build_image').textContent).toContain('--no-cache'));
    await window.click('use-image');
    await vi.waitFor(() => expect(asked()).toMatchObject({ no_cache: false, use_image: true }));
    await window.find('plan-step-use_image');
    expect(window.has('no-cache')).toBe(false);
    // No image has the other variant's name: there is nothing to use, and the folder is not seen.
    await window.click('variant-baked');
    await vi.waitFor(() => expect(asked()).toMatchObject({ variant: 'baked', use_image: false }));
    await window.find('plan-step-build_image');
    expect(window.has('use-image')).toBe(false);
    expect(window.get('touch-files').textContent).not.toContain('/home/sam');
  });

  it('tells the size of the image, and of the one before', async () => {
    const { window } = await sheet();
    await window.find('plan-step-build_image');
    await window.click('install-agree');
    await window.find('job-result');
    expect(window.get('image-size').textContent).toContain('kaiten-mcp:dev has 118.9 MB.');
    expect(window.get('image-size').textContent).toContain('The one before has 121.4 MB.');
  });

  it('says after a failure what may be behind it, and offers what helps', async () => {
    const window = await openWindow('#/catalog', { fail: 'build_image' });
    await window.click('install-kaiten');
    await window.type('input-token', TOKEN);
    await window.click('pick-input-source');
    await window.find('plan-step-build_image');
    await window.click('install-agree');
    const troubles = await window.find('job-troubles');
    expect(troubles.textContent).toContain('The build fails');
    expect(troubles.textContent).toContain('The network failed, or the cache is stale.');
  });

  it('says what to do after a change, and does it', async () => {
    const { window } = await sheet();
    await window.find('plan-step-build_image');
    await window.click('install-agree');
    await window.find('job-result');
    await window.click('install-done');
    location.hash = '#/servers/kaiten';
    const updates = await window.find('server-updates');
    // Of the two for code only the one for this variant.
    expect(updates.querySelectorAll('li')).toHaveLength(2);
    expect(window.get('remedy-restart').tagName).toBe('SPAN');
    await window.click('remedy-reconfigure');
    await window.find('plan-step-build_image');
  });
});
