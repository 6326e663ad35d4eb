import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

/** What the real window enforces (tauri.conf.json), so that a preview in a browser shows violations too. */
const csp = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/** Tells whether a module is reached from main.ts without an `import()`. */
function firstFrame(): (id: string, modules: Modules) => boolean {
  let reached: Set<string> | null = null;
  return (id, modules) => {
    if (!reached) {
      reached = new Set([fileURLToPath(new URL('./src/main.ts', import.meta.url))]);
      // A set gives what is added to it while it is walked, too.
      for (const known of reached)
        for (const next of modules.getModuleInfo(known)?.importedIds ?? []) reached.add(next);
    }
    return reached.has(id);
  };
}

const neededAtStart = firstFrame();

export default defineConfig(({ mode }) => ({
  plugins: [tailwindcss(), svelte()],
  clearScreen: false,
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
    // Components are tested in a DOM: without this the server build of Svelte would be chosen.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  // The in-memory twin of the bridge exists for tests and for looking at the screens in a browser.
  // In a production build the constant is false and the twin's code is not even in the output.
  define: { __BERTH_MEMORY_TWIN__: JSON.stringify(mode !== 'production') },
  server: { port: 1420, strictPort: true },
  preview: { port: 4173, headers: { 'Content-Security-Policy': csp } },
  build: {
    target: ['safari16.4', 'chrome111'],
    // Inlined assets would be data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the first frame needs comes in one file: every request costs the start some time.
            {
              name: (id, modules) => (neededAtStart(id, modules) ? 'start' : null),
              debugName: 'start',
            },
            { name: 'widgets', test: /node_modules/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['./src/test/setup.ts'],
    include: ['src/**/*.test.ts', 'eslint/**/*.test.ts'],
    restoreMocks: true,
    // Nothing else runs then; one processor less is what is used otherwise.
    maxWorkers: '100%',
    // Whole flows through the window, on a busy machine.
    testTimeout: 60_000,
  },
}));
