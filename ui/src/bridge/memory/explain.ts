/** What a pasted error shows, as the core finds it: in short. */
import type { Entry, Explained } from '../types';

export function explained(entry: Entry, variant: string | null, text: string): Explained {
  const lines = text.split('\n');
  const troubles = entry.troubles.flatMap((trouble) => {
    if (variant !== null && trouble.variants.length && !trouble.variants.includes(variant)) return [];
    const line = lines.findLast((one) => trouble.signs.some((sign) => new RegExp(sign, 'u').test(one)));
    return line === undefined ? [] : [{ trouble, line }];
  });
  const locked = lines.findLast((one) => one.includes('The keychain is locked.'));
  const errors: Explained['errors'] =
    locked === undefined ? [] : [{ error: { code: 'keychain_locked' }, line: locked }];
  return { troubles, errors, cut: false };
}
