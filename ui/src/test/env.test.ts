import { describe, expect, it, vi } from 'vitest';

import type { Choices, EnvFound } from '@/bridge';

import { openWindow } from './app';

const TOKEN = 'kaiten-token-of-24-letters';
const FOLDER = '/home/sam/src/kaiten-mcp';

const file = (more: Partial<EnvFound> = {}): EnvFound => ({
  path: `${FOLDER}/.env`,
  values: [
    { input: 'token', variable: 'KAITEN_TOKEN', value: null, problem: null },
    {
      input: 'subdomain',
      variable: 'KAITEN_SUBDOMAIN',
      value: { type: 'text', value: 'acme' },
      problem: null,
    },
  ],
  ignored: 0,
  ...more,
});

async function sheet(env: EnvFound | null, more: Record<string, EnvFound> = {}) {
  const window = await openWindow();
  if (env) window.bridge.env = { [FOLDER]: env, ...more };
  window.bridge.envSecrets = { token: TOKEN };
  await window.click('install-kaiten');
  await window.find('path-input-source-0');
  const asked = () =>
    window.bridge.calls
      .filter((call) => call.name === 'plan_preview')
      .map((call) => call.request as Choices)
      .at(-1);
  const text = (id: string) => (window.get(id) as HTMLInputElement).value;
  return { window, asked, text };
}

describe('the .env file of the source folder', () => {
  it('fills in values, and has its secret taken without it ever being here', async () => {
    const { window, asked, text } = await sheet(file({ ignored: 2 }));
    await vi.waitFor(() => expect(text('input-subdomain')).toBe('acme'));
    expect(window.get('field-input-subdomain').textContent).toContain('From KAITEN_SUBDOMAIN');
    expect(window.get('env-file').textContent).toContain(`Read from ${FOLDER}/.env`);
    expect(window.get('env-file').textContent).toContain('2 of its lines could not be read.');
    expect(window.get('field-input-token').textContent).toContain('Use KAITEN_TOKEN of the .env file');
    expect(text('input-token')).toBe('');
    await vi.waitFor(() => expect(asked()).toMatchObject({ from_env: ['token'], secrets: {} }));
    await vi.waitFor(() => expect(window.get('warnings').textContent).toContain('stay in that file'));
    await window.click('install-agree');
    await window.find('job-result');
    expect(window.bridge.keychain.get('kaiten/token')).toBe(TOKEN);
    expect(JSON.stringify(window.bridge.calls)).not.toContain(TOKEN);
  });

  it('gives way to a secret that is typed', async () => {
    const { window, asked } = await sheet(file());
    await window.find('env-token');
    await window.type('input-token', 'another-token-of-24-letters');
    expect(window.has('env-token')).toBe(false);
    await vi.waitFor(() =>
      expect(asked()).toMatchObject({ from_env: [], secrets: { token: 'another-token-of-24-letters' } }),
    );
  });

  it('need not be used', async () => {
    const { window, asked } = await sheet(file());
    await window.click('env-token');
    await vi.waitFor(() => expect(asked()).toMatchObject({ from_env: [], secrets: {} }));
    await window.find('plan-incomplete');
  });

  it('does not replace what was typed, and what it filled in goes with its folder', async () => {
    const other = '/home/sam/src/website';
    const { window, text } = await sheet(file(), {
      [other]: file({
        path: `${other}/.env`,
        values: [
          {
            input: 'subdomain',
            variable: 'KAITEN_DOMAIN',
            value: { type: 'text', value: 'other' },
            problem: null,
          },
        ],
      }),
    });
    await vi.waitFor(() => expect(text('input-subdomain')).toBe('acme'));
    await window.click('pick-input-source');
    await vi.waitFor(() => expect(text('input-subdomain')).toBe('other'));
    expect(window.has('env-token')).toBe(false);
    await window.type('input-subdomain', 'mine');
    expect(window.get('field-input-subdomain').textContent).not.toContain('.env');
    await window.click('found-source-0');
    await window.find('env-token');
    expect(text('input-subdomain')).toBe('mine');
  });

  it('is said to have a value that cannot be used', async () => {
    const { window, asked } = await sheet(
      file({
        values: [
          {
            input: 'token',
            variable: 'KAITEN_TOKEN',
            value: null,
            problem: { problem: 'too_short', min: 20 },
          },
        ],
      }),
    );
    await vi.waitFor(() =>
      expect(window.get('field-input-token').textContent).toContain(
        'KAITEN_TOKEN in the .env file cannot be used.',
      ),
    );
    expect(window.has('env-token')).toBe(false);
    await vi.waitFor(() => expect(asked()).toMatchObject({ from_env: [] }));
  });

  it('is not taken in place of a secret that is kept, unless that is asked for', async () => {
    const { window, asked } = await sheet(file());
    await window.find('plan-step-build_image');
    await window.click('install-agree');
    await window.find('job-result');
    await window.click('install-done');
    location.hash = '#/servers/kaiten';
    await window.click('remedy-reconfigure');
    await window.find('env-token');
    await vi.waitFor(() => expect(asked()).toMatchObject({ replace: true, from_env: [] }));
    await window.click('env-token');
    await vi.waitFor(() => expect(asked()).toMatchObject({ replace: true, from_env: ['token'] }));
  });
});
