/** The logs that servers keep. */
import type { LogPage } from '../types';

export const logPage = (pages: readonly LogPage[], id: string): LogPage | null =>
  pages.find(({ log }) => log.id === id) ?? null;
