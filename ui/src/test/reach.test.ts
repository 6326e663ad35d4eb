import { describe, expect, it } from 'vitest';

import { openWindow } from './app';

const TOKEN = 'ghp_0123456789abcdefghij0123456789abcdef';

describe('how Claude Code reaches a server elsewhere', () => {
  it('is through Berth, unless its address is chosen', async () => {
    const window = await openWindow('#/catalog');
    await window.click('install-github');
    await window.click('variant-remote');
    await window.type('input-token', TOKEN);
    const berth = await window.find('reach-berth');
    expect(berth.getAttribute('data-state')).toBe('checked');
    await expect.poll(() => window.get('install-sheet').textContent).toContain('"command":"/usr/bin/berth"');
    await window.click('reach-direct');
    await expect
      .poll(() => window.get('install-sheet').textContent)
      .toContain('"headersHelper":"/usr/bin/berth headers github"');
    expect(window.get('warnings').textContent).toContain('asks Berth for its token');
    await window.click('install-agree');
    await window.find('job-result');
    await window.click('sheet-close');
    await window.gone('install-sheet');
    location.hash = '#/servers/github';
    const given = await window.find('direct-0');
    expect(given.textContent).toContain('It has the address itself: https://api.githubcopilot.com/mcp/');
    expect(window.get('reconfigure').closest('body')?.textContent).toContain('What Claude Code has');
    await window.click('reconfigure');
    const direct = await window.find('reach-direct');
    expect(direct.getAttribute('data-state')).toBe('checked');
  });

  it('is not asked of a server without an address, or for Claude Desktop', async () => {
    const window = await openWindow('#/catalog');
    await window.click('install-github');
    await window.click('variant-image');
    expect(window.has('reach-berth')).toBe(false);
    await window.click('variant-remote');
    await window.find('reach-berth');
    await window.click('scope-desktop');
    await expect.poll(() => window.has('reach-berth')).toBe(false);
  });
});
