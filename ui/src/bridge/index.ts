/** The bridge to Rust: the only importer of `@tauri-apps`, and the home of its in-memory twin. */
import { isTauri } from '@tauri-apps/api/core';

import { tauriBridge } from './tauri';
import type { Bridge } from './types';

export type * from './types';
export { asBerthError, CallFailed } from './types';

/**
 * Chooses the twin: the real one in a Tauri window, the one in memory in a browser (`npm run dev`).
 * In a production build the constant is false, and the twin in memory is not in the output at all.
 */
export async function connect(): Promise<Bridge> {
  if (__BERTH_MEMORY_TWIN__ && !isTauri()) {
    const { memoryBridge } = await import('./memory');
    return memoryBridge(new URLSearchParams(location.search));
  }
  return tauriBridge;
}
