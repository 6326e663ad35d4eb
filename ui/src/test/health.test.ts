import { describe, expect, it } from 'vitest';

import type { Health } from '@/bridge';

import { openWindow } from './app';

async function shown(health: Health | undefined) {
  const window = await openWindow('#/catalog', { installed: true });
  const fetch = window.bridge.installations.get('fetch');
  if (!fetch) throw new Error('it is installed');
  window.bridge.installations.set('fetch', health ? { ...fetch, health } : fetch);
  location.hash = '#/servers/fetch';
  await window.find('reconfigure');
  return window;
}

describe('what a server says of itself', () => {
  it('is told path by path, with its numbers, and said to decide nothing', async () => {
    const number = { name: 'calls_total', labels: 'tool="echo"', value: '7', help: 'Calls until now.' };
    const window = await shown({
      asked_at: '2026-01-01T10:00:00Z',
      live: { path: '/livez', status: null },
      ready: { path: '/readyz', status: 503 },
      metrics: { path: '/metrics', status: 200 },
      numbers: [number],
      left_out: 3,
    });
    expect(window.get('health-live').textContent).toContain('/livez did not answer.');
    expect(window.get('health-ready').textContent).toContain('No: /readyz answered with status 503.');
    expect(window.get('health-metrics').textContent).toContain('Yes: /metrics answered with status 200.');
    const panel = window.get('server-health').textContent;
    expect(panel).toContain('decided by the handshake alone');
    expect(window.get('health-numbers').textContent).toContain('calls_total {tool="echo"}');
    expect(panel).toContain('and 3 more');
  });

  it('is not spoken of where it has no paths for that', async () => {
    const window = await shown(undefined);
    expect(window.has('server-health')).toBe(false);
  });
});
