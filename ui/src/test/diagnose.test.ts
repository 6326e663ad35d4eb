import { describe, expect, it, vi } from 'vitest';

import { openWindow, type Opened } from './app';

/** A busy machine draws slowly. */
const patience = { timeout: 30_000 };

async function details(prepare: (window: Opened) => void = () => undefined): Promise<Opened> {
  const window = await openWindow('#/servers', { installed: true });
  prepare(window);
  await window.click('menu-git');
  await window.click('menu-git-details');
  await window.click('diagnose');
  return window;
}

const calls = (window: Opened) => window.bridge.calls.map(({ name }) => name);

describe('the diagnosis of a server', () => {
  it('shows every step of the way in its order, and says that all is well', async () => {
    const window = await details();
    const verdict = await window.find('diagnosis-verdict');
    expect(verdict.getAttribute('role')).toBe('status');
    await vi.waitFor(() => expect(verdict.textContent).toBe('Nothing on the way is broken.'), patience);
    const steps = [...window.get('diagnosis').querySelectorAll('ol > li')];
    const ids = steps.map((step) => step.getAttribute('data-testid')?.replace('diagnosis-', ''));
    expect(ids.slice(0, 4)).toEqual(['config', 'registration', 'launcher', 'record']);
    expect(ids.slice(-2)).toEqual(['handshake', 'client']);
    // Not by colour alone.
    for (const step of steps) expect(step.textContent).toContain('In order');
    expect(window.get('diagnosis-hand').textContent).toContain('berth run git');
    expect(window.get('diagnosis').parentElement).toBe(document.activeElement);
  });

  it('offers to register it where it is registered no more', async () => {
    const window = await details(({ bridge }) => bridge.unregistered.add('git'));
    const step = await window.find('diagnosis-registration');
    expect(step.getAttribute('data-status')).toBe('bad');
    expect(window.get('diagnosis-error-registration').textContent).toContain('git');
    expect(window.get('diagnosis-client').textContent).toContain('Something before it');
    expect(window.get('diagnosis-verdict').textContent).toBe('1 step needs attention.');
    await window.click('fix-register');
    expect(window.app.overlays.current).toMatchObject({ kind: 'connect', name: 'git' });
    await window.find('connect-dialog');
  });

  it('can be cancelled and made again', async () => {
    const window = await details(({ bridge }) => (bridge.slow = true));
    expect((await window.find('diagnosis-verdict')).textContent).toContain('Looking along');
    await window.click('diagnosis-stop');
    await vi.waitFor(
      () => expect(window.get('diagnosis-verdict').textContent).toBe('The diagnosis was cancelled.'),
      patience,
    );
    window.bridge.slow = false;
    await window.click('diagnosis-again');
    await window.find('diagnosis-handshake');
    await window.click('diagnosis-close');
    await window.gone('diagnosis');
    expect(window.get('diagnose')).toHaveProperty('disabled', false);
  });

  /** Of those that were begun. */
  const made = (window: Opened) => calls(window).filter((name) => name === 'server_diagnose').length;

  async function change(window: Opened): Promise<void> {
    await window.click('reconfigure');
    await window.click('install-agree');
    await window.find('job-done');
  }

  it('is made again once the server was changed', async () => {
    const window = await details();
    await window.find('diagnosis-handshake');
    expect(made(window)).toBe(1);
    await change(window);
    await vi.waitFor(() => expect(made(window)).toBe(2), patience);
    await window.click('sheet-close');
    await window.find('diagnosis-handshake');
    expect(made(window)).toBe(2);
  });

  it('is made again where the server was changed meanwhile', async () => {
    const window = await details(({ bridge }) => (bridge.slow = true));
    await change(window);
    expect(made(window)).toBe(1);
    window.bridge.slow = false;
    window.bridge.stopDiagnosis();
    await window.find('diagnosis-handshake');
    expect(made(window)).toBe(2);
  });

  it('stops when its page is left', async () => {
    const window = await details(({ bridge }) => (bridge.slow = true));
    await window.find('diagnosis-stop');
    await window.click('back');
    await vi.waitFor(() => expect(calls(window)).toContain('server_diagnose_stop'), patience);
  });

  it('says what went wrong with itself', async () => {
    const window = await details();
    await window.find('diagnosis-handshake');
    window.bridge.installations.delete('git');
    await window.click('diagnosis-again');
    expect((await window.find('diagnosis-failed')).textContent).toContain('git');
  });
});
