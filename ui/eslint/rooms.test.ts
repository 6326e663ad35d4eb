import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';

import rooms from './rooms.js';

function problems(filename: string, code: string): string[] {
  const linter = new Linter({ cwd: '/repo' });
  return linter
    .verify(
      code,
      [{ files: ['**/*.ts'], plugins: { berth: { rules: { rooms } } }, rules: { 'berth/rooms': 'error' } }],
      { filename: `/repo/${filename}` },
    )
    .map((problem) => problem.messageId ?? problem.message);
}

describe('the rule of rooms', () => {
  it.each([
    ['src/features/catalog/a.ts', "import '@tauri-apps/api/core'", 'home'],
    ['src/features/catalog/a.ts', "import { Dialog } from 'bits-ui'", 'home'],
    ['src/features/catalog/a.ts', "import x from '@/features/entry/x'", 'feature'],
    ['src/features/catalog/a.ts', "import x from '../entry/x'", 'feature'],
    ['src/features/catalog/a.ts', "const x = import('../entry/x.svelte')", 'feature'],
    ['src/components/a.ts', "import x from '@/stores/jobs.svelte'", 'room'],
    ['src/stores/a.ts', "export { x } from '@/components/x'", 'room'],
    ['src/bridge/a.ts', "import x from '@/stores/jobs.svelte'", 'room'],
    ['src/app/a.ts', "import x from '@/bridge/memory/index'", 'memory'],
  ])('%s: %s is refused', (file, code, messageId) => {
    expect(problems(file, code)).toEqual([messageId]);
  });

  it.each([
    ['src/bridge/tauri.ts', "import '@tauri-apps/api/core'"],
    ['src/components/a.ts', "import { Dialog } from 'bits-ui'"],
    ['src/features/catalog/a.ts', "import x from './x'"],
    ['src/features/catalog/a.ts', "import x from '@/stores/jobs.svelte'"],
    ['src/features/catalog/a.test.ts', "import x from '@/bridge/memory/index'"],
    ['src/app/App.ts', "const x = import('@/features/entry/x.svelte')"],
  ])('%s: %s is allowed', (file, code) => {
    expect(problems(file, code)).toEqual([]);
  });
});
