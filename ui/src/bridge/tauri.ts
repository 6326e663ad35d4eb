import { Channel, invoke } from '@tauri-apps/api/core';

import {
  type AppEvent,
  asBerthError,
  type Bridge,
  type CallArguments,
  CallFailed,
  type CommandName,
  type Response,
} from './types';

/** The bridge of the real window. */
export const tauriBridge: Bridge = {
  async call<Name extends CommandName>(name: Name, ...args: CallArguments<Name>): Promise<Response<Name>> {
    try {
      // A command without a request takes Rust's `()`, which is null in JSON and not absence.
      return await invoke<Response<Name>>(name, { request: args[0] ?? null });
    } catch (thrown) {
      throw new CallFailed(asBerthError(thrown));
    }
  },

  async subscribe(listener: (event: AppEvent) => void): Promise<() => void> {
    const events = new Channel<AppEvent>();
    events.onmessage = listener;
    await invoke('events_subscribe', { events });
    return () => {
      events.onmessage = () => undefined;
    };
  },
};
