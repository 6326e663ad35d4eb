import { asBerthError, type BerthError, type Bridge, type Settings, type Theme } from '@/bridge';

const REMEMBERED = 'berth.theme';

/** The theme that was last in force, for the very first frame; the settings arrive after it. */
export function rememberedTheme(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Puts a theme in force on the document. */
export function applyTheme(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

/** The settings, and the window's theme that follows from them. */
export class SettingsStore {
  value = $state.raw<Settings | null>(null);
  error = $state.raw<BerthError | null>(null);

  constructor(private readonly bridge: Bridge) {}

  get theme(): Theme {
    return this.value?.theme ?? rememberedTheme();
  }

  async load(): Promise<void> {
    try {
      this.take(await this.bridge.call('settings_get'));
    } catch (thrown) {
      this.error = asBerthError(thrown);
    }
  }

  take(settings: Settings): void {
    this.value = settings;
    this.error = null;
    localStorage.setItem(REMEMBERED, settings.theme);
    applyTheme(settings.theme);
  }

  /** Writes a change; the old settings come back when it is refused. */
  async change(change: Partial<Settings>): Promise<boolean> {
    const before = this.value;
    if (!before) return false;
    try {
      this.take(await this.bridge.call('settings_set', { ...before, ...change }));
      return true;
    } catch (thrown) {
      this.take(before);
      this.error = asBerthError(thrown);
      return false;
    }
  }

  /** Follows the system while the theme is "system". */
  followSystem(): () => void {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => applyTheme(this.theme);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }
}
