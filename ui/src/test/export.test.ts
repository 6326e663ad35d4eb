import { describe, expect, it } from 'vitest';

import { openWindow } from './app';

/** The dialog for an installed server. */
async function dialog(name: string) {
  const window = await openWindow('#/servers', { installed: true });
  await window.click(`menu-${name}`);
  await window.click(`menu-${name}-export`);
  await window.find('export-text');
  return window;
}

describe('an export', () => {
  it('is offered in the formats that fit, each with what to know about it', async () => {
    const window = await dialog('fetch');
    const formats = [...window.get('export-format').querySelectorAll('option')];
    expect(formats.map((option) => option.value)).toEqual(['mcp_json', 'mcp_json_absolute']);
    expect(window.get('export-text').textContent).toContain('"command": "berth"');
    expect(window.get('export-notes').textContent).toContain('whoever uses it needs Berth');
    expect(window.get('export-notes').textContent).not.toContain('paths of this computer');
  });

  it('says where it was saved, and nothing when the dialog was closed', async () => {
    const window = await dialog('fetch');
    window.bridge.picks = [null, '/home/sam/site/.mcp.json'];
    await window.click('export-save');
    expect(window.get('export-saved').textContent).toBe('');
    await window.click('export-save');
    await expect
      .poll(() => window.get('export-saved').textContent)
      .toBe('Saved as /home/sam/site/.mcp.json.');
  });
});
