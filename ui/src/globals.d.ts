/// <reference types="svelte" />

/** Whether the in-memory twin of the bridge may be used (see vite.config.ts): never in production. */
declare const __BERTH_MEMORY_TWIN__: boolean;
