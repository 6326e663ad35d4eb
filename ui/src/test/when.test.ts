import { describe, expect, it } from 'vitest';

import type { InputSpec, InputValue } from '@/bridge';
import { input } from '@/bridge/memory/entries';
import { isAsked } from '@/lib/variant';

import { openWindow } from './app';

const PASSWORD = 'input-proxy_password';

describe('an input that depends on another one', () => {
  it('is asked for as soon as that one has a value, and no longer than that', async () => {
    const window = await openWindow('#/catalog');
    await window.click('install-fetch');
    await window.find('plan-steps');
    expect(window.has(PASSWORD)).toBe(false);
    await window.type('input-proxy_url', 'http://proxy.example.org:3128');
    await window.type(PASSWORD, 'never-stored');
    await window.find('plan-step-store_secret');
    await window.user.clear(window.get('input-proxy_url'));
    await expect.poll(() => window.has('plan-step-store_secret')).toBe(false);
    expect(window.has(PASSWORD)).toBe(false);
    await window.click('install-agree');
    await window.find('job-result');
    expect([...window.bridge.keychain.keys()]).toEqual([]);
  });

  it.each<[string[], InputValue | undefined, boolean]>([
    [[], { type: 'text', value: 'jwt' }, true],
    [['jwt'], { type: 'text', value: 'jwt' }, true],
    [['jwt'], { type: 'text', value: 'none' }, false],
    [['yes'], { type: 'boolean', value: true }, true],
    [['yes'], { type: 'boolean', value: false }, false],
    [['4'], { type: 'number', value: 4 }, true],
    [[], { type: 'paths', value: [] }, false],
    [[], undefined, false],
  ])('is: %j, with %j: %s', (is, value, asked) => {
    const spec: InputSpec = input({
      key: 'token',
      title: 'Token',
      when: { input: 'auth', is },
      kind: { type: 'boolean', default: false },
    });
    expect(isAsked(spec, value ? { auth: value } : {})).toBe(asked);
    expect(isAsked({ ...spec, when: null }, {})).toBe(true);
  });
});
