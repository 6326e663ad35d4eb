import { render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { vi } from 'vitest';

import Window from '@/app/App.svelte';
import { MemoryBridge, type MemoryOptions } from '@/bridge/memory';
import { App } from '@/stores/app.svelte';

export interface Opened {
  app: App;
  bridge: MemoryBridge;
  user: UserEvent;
  /** The one element with this handle; fails where there is none or more than one. */
  get: (id: string) => HTMLElement;
  find: (id: string) => Promise<HTMLElement>;
  has: (id: string) => boolean;
  click: (id: string) => Promise<void>;
  type: (id: string, text: string) => Promise<void>;
  /** Waits until there is no element with this handle. */
  gone: (id: string) => Promise<void>;
}

/** The whole window over the bridge in memory, at an address. */
export async function openWindow(hash = '#/catalog', options: Partial<MemoryOptions> = {}): Promise<Opened> {
  location.hash = hash;
  const bridge = new MemoryBridge(options);
  const app = new App(bridge);
  const user = userEvent.setup();
  void app.start();
  const screen = render(Window, { app });
  const get = (id: string) => screen.getByTestId(id);
  const find = (id: string) => screen.findByTestId(id, {}, { timeout: 30_000 });
  const has = (id: string) => screen.queryAllByTestId(id).length > 0;
  return {
    app,
    bridge,
    user,
    get,
    find,
    has,
    click: async (id) => user.click(await find(id)),
    type: async (id, text) => {
      const field = await find(id);
      await user.clear(field);
      await user.click(field);
      await user.paste(text);
    },
    gone: (id) =>
      vi.waitFor(
        () => {
          if (has(id)) throw new Error(`${id} is still there`);
        },
        { timeout: 30_000 },
      ),
  };
}
