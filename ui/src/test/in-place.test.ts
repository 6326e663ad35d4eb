import { describe, expect, it } from 'vitest';

import { goodMachine } from '@/bridge/memory/facts';

import { openWindow } from './app';

const TOKEN = 'kaiten-token-of-24-letters';

/** The sheet of an entry that is installed from its source folder, filled in. */
async function sheet(gone: readonly string[] = []) {
  const window = await openWindow('#/catalog', { machine: { ...goodMachine, gone } });
  await window.click('install-kaiten');
  await window.click('variant-python');
  await window.type('input-token', TOKEN);
  await window.click('pick-input-source');
  const step = await window.find('plan-step-install_in_place');
  return { window, step };
}

describe('a server that is installed in place', () => {
  it('says where it runs from, what may write there, and that it may change it', async () => {
    const { window, step } = await sheet();
    expect(step.textContent).toMatch(/Install \/home\/sam\/\S+ in place/);
    expect(step.textContent).toContain('-e /home/sam/');
    const said = document.body.textContent;
    expect(said).toContain('changes of the code there count at its next start');
    expect(window.get('touch-files').textContent).toMatch(/\/home\/sam\/\S+ \(Read and write\)/);
  });

  it('mentions the environment that the project has', async () => {
    const { window } = await sheet();
    expect(window.get('environment-python').textContent).toMatch(
      /Existing environment found: \/home\/sam\/\S+\/\.venv\/bin\/kaiten-mcp\. Berth makes its own\./,
    );
    expect(window.has('environment-dev')).toBe(false);
  });

  it('says in its row that the folder is gone, and lets it be chosen again', async () => {
    const first = await sheet();
    const folder = /Install (\/home\/sam\/\S+) in place/.exec(first.step.textContent)?.[1] ?? '';
    first.window.bridge.machine.gone = [folder];
    await first.window.click('install-agree');
    await first.window.find('job-result');
    await first.window.click('install-done');
    location.hash = '#/servers';
    expect((await first.window.find('path-missing')).textContent).toContain(`${folder} is no longer there.`);
    await first.window.click('fix-path');
    await first.window.find('plan-step-install_in_place');
  });
});
