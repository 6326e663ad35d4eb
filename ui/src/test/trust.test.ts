import { describe, expect, it, vi } from 'vitest';

import { entries } from '@/bridge/memory/entries';

import { openWindow } from './app';

const off = (button: HTMLElement) => (button as HTMLButtonElement).disabled;

/** The entry of GitHub, whose container gets the engine's socket by a switch. */
function withSocket() {
  const run = entries.find(({ id }) => id === 'github')?.variants[0]?.run;
  if (run?.type !== 'image') throw new Error('no container');
  run.mounts = [
    {
      source: { from: 'engine_socket' },
      target: '/var/run/docker.sock',
      when: { input: 'read_only', is: ['yes'] },
    },
  ];
}

describe('a plan that gives control of the computer away', () => {
  it('is agreed to by typing the name, and by nothing else', async () => {
    withSocket();
    const window = await openWindow('#/entry/github');
    await window.click('install-github');
    await window.type('input-token', 'ghp_0123456789012345678901234567890123456789');
    await window.find('plan-steps');
    expect(window.has('trust-name')).toBe(false);
    await window.click('input-read_only');

    const field = await window.find('trust-name');
    expect(field).toHaveProperty('required', true);
    expect(window.get('field-trust').textContent).toContain('Type github to agree to that');
    expect(window.get('warnings').textContent).toContain(
      'whoever controls this server controls this computer',
    );
    expect(window.get('install-sheet').textContent).toContain('Type github above to go on.');
    expect(window.get('install-sheet').textContent).toContain('through the socket of the container engine');
    expect(off(window.get('install-agree'))).toBe(true);

    await window.type('trust-name', 'yes');
    expect(field.getAttribute('aria-invalid')).toBe(null);
    await window.user.tab();
    expect(field.getAttribute('aria-invalid')).toBe('true');
    const described = field.getAttribute('aria-describedby')?.split(' ') ?? [];
    const error = described.map((id) => document.getElementById(id)).find((one) => one?.role === 'status');
    expect(error?.textContent).toBe('That is not github.');
    expect(off(window.get('install-agree'))).toBe(true);
    expect(window.bridge.calls.some((call) => call.name === 'install_start')).toBe(false);

    // Another way needs nothing of it.
    await window.click('input-read_only');
    await window.gone('trust-name');
    await vi.waitFor(() => expect(off(window.get('install-agree'))).toBe(false));
    await window.click('input-read_only');
    await vi.waitFor(() => expect(off(window.get('install-agree'))).toBe(true));

    await window.find('trust-name');
    await window.type('trust-name', 'github');
    await vi.waitFor(() => expect(off(window.get('install-agree'))).toBe(false));
    await window.click('install-agree');
    await window.find('job-result');
    const start = window.bridge.calls.find((call) => call.name === 'install_start');
    expect(start?.request).toMatchObject({ trust: 'github' });
  });
});
