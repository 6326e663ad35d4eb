import type { ActionRow, Place } from '@/bridge';

/** What lies above the page. At most one thing at a time; the app draws it. */
export type Overlay =
  /** The install sheet: for an entry, or to reconfigure an installation of it, perhaps building anew. */
  | { kind: 'install'; entry: string; reconfigure?: string; noCache?: boolean }
  /** What a removal deletes, before it does. */
  | { kind: 'remove'; name: string }
  /** One more place for an installation, perhaps a certain one, and one fewer. */
  | { kind: 'connect'; name: string; places: readonly Place[]; lasting: boolean; at?: Place }
  | { kind: 'disconnect'; name: string; place: Place }
  /** What an installation keeps, into a file or out of one. */
  | { kind: 'backup'; name: string; restore: boolean }
  /** Something that an installation's entry offers, before it is done. */
  | { kind: 'action'; name: string; action: ActionRow }
  /** An installation in the formats of other programs. */
  | { kind: 'export'; name: string };

export class Overlays {
  current = $state.raw<Overlay | null>(null);
  /** An address to show before the browser opens it; it may lie above a sheet. */
  link = $state<string | null>(null);

  open(overlay: Overlay): void {
    this.current = overlay;
  }

  close(): void {
    this.current = null;
  }
}
