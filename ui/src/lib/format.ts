import { t } from '@/messages';

/** How long ago a moment was, in words; `null` is "Never". `at` is RFC 3339. */
export function ago(at: string | null | undefined, now: number = Date.now()): string {
  const then = at ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(then)) return t('time.never');
  const minutes = Math.floor(Math.max(0, now - then) / 60_000);
  if (minutes < 1) return t('time.now');
  if (minutes < 60) return t('time.minutes', { count: minutes });
  if (minutes < 60 * 24) return t('time.hours', { count: Math.floor(minutes / 60) });
  return t('time.days', { count: Math.floor(minutes / (60 * 24)) });
}

const moments = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** The moment itself, for a title beside {@link ago}. */
export function moment(at: string | null | undefined): string {
  const then = at ? Date.parse(at) : Number.NaN;
  return Number.isNaN(then) ? '' : moments.format(then);
}

/** How long something took. */
export function lasted(from: string, to: string | null | undefined): string {
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 1000));
  if (Number.isNaN(seconds)) return '';
  return seconds < 60
    ? t('time.seconds', { count: seconds })
    : t('time.minutes.seconds', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** Bytes in the unit that people read; thousands are 1000, as download sizes have it. */
export function size(bytes: number): string {
  if (bytes < 1000) return t('size.bytes', { n: bytes });
  if (bytes < 999_500) return t('size.kb', { n: Math.round(bytes / 1000) });
  if (bytes < 999_500_000) return t('size.mb', { n: Math.round(bytes / 100_000) / 10 });
  return t('size.gb', { n: Math.round(bytes / 10_000_000) / 100 });
}

/** Memory, as engines count it: 1 GB is 1024 MiB. */
export function memory(mib: number): string {
  return mib < 1024 ? t('size.mb', { n: mib }) : t('size.gb', { n: Math.round((mib / 1024) * 10) / 10 });
}

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return t('common.list.and', {
    first: parts.slice(0, -1).join(', '),
    last: parts[parts.length - 1] ?? '',
  });
}

/** An image of this computer: its size, and how old it is where that is known. */
export function imageText(
  image: { reference: string; size: number; created: string | null },
  key: 'preview.image' | 'install.variant.image',
): string {
  const params = { reference: image.reference, size: size(image.size) };
  if (!image.created)
    return key === 'preview.image'
      ? t('preview.image.undated', params)
      : t('install.variant.image.undated', params);
  const dated = { ...params, ago: ago(image.created) };
  return key === 'preview.image' ? t('preview.image.value', dated) : t('install.variant.image', dated);
}
