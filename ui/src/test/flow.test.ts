import { describe, expect, it, vi } from 'vitest';

import { openWindow } from './app';

const TOKEN = 'ghp_0123456789abcdefghijklmnop';

describe('a server from the catalog to Claude Code and away again', () => {
  it('is found, looked at, agreed to, installed, and removed', async () => {
    const window = await openWindow();
    const { bridge } = window;
    await window.find('card-time');

    await window.type('search', 'time');
    await vi.waitFor(() => expect(window.has('card-fetch')).toBe(false));
    await window.click('install-time');

    // Nothing runs before the person agrees.
    const steps = await window.find('plan-steps');
    expect(steps.textContent).toContain('mcp-server-time==2026.10.19');
    expect(steps.textContent).toContain('claude mcp add-json -s user time');
    expect(bridge.calls.some((call) => call.name === 'install_start')).toBe(false);

    await window.click('install-agree');
    const result = await window.find('job-result');
    expect(result.textContent).toContain('It offers 2 tools');
    expect(window.get('first-prompt').textContent).toBe('What time is it in Tokyo right now?');
    expect(window.get('restart-hint').textContent).toContain('Restart Claude Code');
    expect([...bridge.installations.keys()]).toEqual(['time']);

    await window.click('install-done');
    await window.find('installed-time');
    await vi.waitFor(() =>
      expect(window.get('announcer').textContent).toBe('time is installed and verified.'),
    );

    await window.click('nav-servers');
    expect((await window.find('server-time')).textContent).toContain('Claude Code · all projects');
    await window.click('menu-time');
    await window.click('menu-time-remove');
    const lost = await window.find('plan-steps');
    expect(lost.textContent).toContain('claude mcp remove -s user time');
    expect(lost.textContent).toContain('/home/sam/.local/share/berth/servers/time/01K');
    await window.click('remove-agree');
    await window.find('servers-empty');
    expect(bridge.installations.size).toBe(0);
  });

  it('puts a secret into the keychain and nowhere else', async () => {
    const window = await openWindow('#/entry/github');
    const { bridge } = window;
    await window.click('install-github');
    await window.find('input-token');
    expect(window.get('input-token').getAttribute('type')).toBe('password');
    expect(window.has('plan-steps')).toBe(false);

    await window.click('install-agree');
    expect(window.get('field-input-token').textContent).toContain('This is needed.');
    await window.type('input-token', 'short');
    expect(window.get('field-input-token').textContent).toContain('At least 20 characters');
    await window.type('input-token', TOKEN);
    const steps = await window.find('plan-steps');
    expect(steps.textContent).toContain('••••••••');
    await window.click('install-agree');
    await window.find('job-result');

    expect(bridge.keychain.get('github/token')).toBe(TOKEN);
    expect(document.documentElement.outerHTML).not.toContain(TOKEN);
    expect(JSON.stringify([...bridge.installations.values()])).not.toContain(TOKEN);
    expect(JSON.stringify({ ...localStorage })).not.toContain(TOKEN);
  });

  it('offers a folder only with the access that the variant can keep', async () => {
    const window = await openWindow();
    const asked = () =>
      window.bridge.calls
        .filter((call) => call.name === 'plan_preview')
        .map((call) => (call.request as { choices: unknown }).choices ?? call.request)
        .at(-1);
    await window.click('install-filesystem');
    await window.click('variant-image');
    await window.click('pick-input-folders');
    const given = (variant: string, access: string) => ({
      variant,
      inputs: { folders: { type: 'paths', value: [{ path: '/home/sam/src/website', access }] } },
    });
    await vi.waitFor(() => expect(asked()).toMatchObject(given('image', 'read_only')));
    await window.click('variant-node');
    await vi.waitFor(() => expect(asked()).toMatchObject(given('node', 'read_write')));
    expect(window.get('access-input-folders-0').textContent).toBe('Read and write');
    expect(window.get('field-input-folders').textContent).toContain('cannot be kept to reading');
    await window.find('plan-steps');
    // What was chosen for the container is still there.
    await window.click('variant-image');
    await vi.waitFor(() => expect(asked()).toMatchObject(given('image', 'read_only')));
  });

  it('takes a path that is typed, and says what is wrong with one that is not whole', async () => {
    const window = await openWindow();
    await window.click('install-filesystem');
    await window.type('type-input-folders', 'src/website');
    await window.user.keyboard('{Enter}');
    expect(window.has('path-input-folders-0')).toBe(false);
    expect(window.get('field-input-folders').textContent).toContain('Give the whole path');
    await window.type('type-input-folders', ' /home/sam/src/website ');
    await window.user.keyboard('{Enter}');
    expect((await window.find('path-input-folders-0')).textContent).toContain('/home/sam/src/website');
    expect((window.get('type-input-folders') as HTMLInputElement).value).toBe('');
    // The same again is no second one, and leaving the field takes it over as well.
    await window.type('type-input-folders', '/home/sam/src/website');
    await window.user.tab();
    expect(window.has('path-input-folders-1')).toBe(false);
    await window.find('plan-steps');
  });

  it('offers to reconfigure what is there, and changes nothing on cancel', async () => {
    const window = await openWindow('#/catalog', {
      machine: {
        engine: 'found',
        vault: 'found',
        claude: 'found',
        desktop: true,
        foreign: [
          {
            name: 'time',
            place: { client: 'claude_code', scope: 'user', project: null },
            transport: 'stdio',
            target: 'uvx',
            is_berths: false,
          },
        ],
        gone: [],
      },
    });
    await window.click('install-time');
    const note = await window.find('conflict');
    expect(note.textContent).toContain('Claude Code already has a server named “time”');
    expect(note.textContent).toContain('starts uvx');
    expect((window.get('install-agree') as HTMLButtonElement).disabled).toBe(true);
    await window.click('conflict-cancel');
    await window.gone('install-sheet');
    expect(window.bridge.installations.size).toBe(0);

    await window.click('install-time');
    await window.click('conflict-reconfigure');
    await window.find('plan-steps');
    await window.click('install-agree');
    await window.find('job-result');
    const start = window.bridge.calls.find((call) => call.name === 'install_start');
    expect(start?.request).toMatchObject({ choices: { replace: true } });
  });

  it('says what failed and what to do, undoes, and can be tried again', async () => {
    const window = await openWindow('#/catalog', { fail: 'install_python' });
    await window.click('install-time');
    await window.find('plan-steps');
    await window.click('install-agree');
    const failure = await window.find('job-failure');
    expect(failure.textContent).toContain('uv could not install the package (exit code 1).');
    expect(failure.textContent).toContain('no matching version');
    expect(failure.textContent).toContain('What was begun has been undone.');
    expect(window.get('job-step-create_folder').dataset['state']).toBe('undone');
    expect(window.bridge.installations.size).toBe(0);

    delete window.bridge.options.fail;
    await window.click('install-again');
    await window.find('plan-steps');
    await vi.waitFor(() => expect((window.get('install-agree') as HTMLButtonElement).disabled).toBe(false));
    await window.click('install-agree');
    await window.find('job-result');
  });

  it('can be cancelled while it runs', async () => {
    const window = await openWindow('#/catalog', { stepMs: 400 });
    await window.click('install-time');
    await window.find('plan-steps');
    await window.click('install-agree');
    await window.click('job-cancel');
    await window.find('job-cancelled');
    expect(window.bridge.installations.size).toBe(0);
  });

  it('goes on when the sheet is closed, and says so when it is done', async () => {
    const window = await openWindow('#/catalog', { stepMs: 120 });
    await window.click('install-time');
    await window.find('plan-steps');
    await window.click('install-agree');
    await window.click('install-hide');
    await window.gone('install-sheet');
    expect((await window.find('busy-time')).textContent).toMatch(/Installing \d+ %|Starting…|Finishing…/);
    expect((await window.find('notice')).textContent).toContain('time is installed and verified.');
    await window.find('installed-time');
  });

  it('says that there is no network, and stops nobody', async () => {
    const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    const window = await openWindow();
    await window.find('status-offline');
    await window.click('install-time');
    expect((await window.find('offline')).textContent).toContain('seems to have no network');
    await vi.waitFor(() => expect((window.get('install-agree') as HTMLButtonElement).disabled).toBe(false));
    online.mockReturnValue(true);
    globalThis.dispatchEvent(new Event('online'));
    await window.gone('offline');
    await window.gone('status-offline');
    online.mockRestore();
  });

  it('asks again when the plan is no longer the one that was shown', async () => {
    const window = await openWindow();
    await window.click('install-time');
    await window.find('plan-steps');
    const entries = window.bridge;
    const call = entries.call.bind(entries);
    let refused = false;
    vi.spyOn(entries, 'call').mockImplementation((name, ...args) => {
      if (name !== 'install_start' || refused) return call(name, ...args);
      refused = true;
      return Promise.reject({ code: 'plan_changed' } as unknown as Error);
    });
    await window.click('install-agree');
    expect((await window.find('plan-problem')).textContent).toContain('no longer the one that you agreed to');
  });
});
