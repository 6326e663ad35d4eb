import { getContext, setContext } from 'svelte';

/** Shows an address and, once the person agrees, opens it in the browser. */
export type OpenLink = (url: string) => void;

const KEY = Symbol('open-link');

/** Set once by the app; components below it use {@link useOpenLink}. */
export function provideOpenLink(open: OpenLink): void {
  setContext(KEY, open);
}

export function useOpenLink(): OpenLink {
  return getContext<OpenLink | undefined>(KEY) ?? (() => undefined);
}
