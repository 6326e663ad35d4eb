/** An image that was looked at, in rows and sentences. */
import type { ImageAdvice, ImageLayer, ImageReview } from '@/bridge';
import { size } from '@/lib/format';
import { t } from '@/messages';

/** Most things of a folder that are listed, the largest. */
export const PARTS = 12;

export interface LayerRow {
  instruction: string;
  size: number;
  /** How much of the image it is, from 0 to 1. */
  share: number;
}

/** The image that it began with as one row, then what was added, the first first. */
export function layerRows({ layers, built_from }: ImageReview, all: boolean): LayerRow[] {
  const base = layers.filter((layer) => layer.base);
  const sum = (some: readonly ImageLayer[]) => some.reduce((bytes, layer) => bytes + layer.size, 0);
  const whole = sum(layers) || 1;
  const row = (instruction: string, bytes: number) => ({ instruction, size: bytes, share: bytes / whole });
  const name = built_from?.sent?.base ?? t('image.layers.other');
  return [
    ...(base.length ? [row(t('image.layers.base', { name }), sum(base))] : []),
    ...layers
      .filter((layer) => !layer.base && (all || layer.size > 0))
      .map((layer) => row(layer.instruction, layer.size)),
  ];
}

export function adviceText(advice: ImageAdvice): string {
  switch (advice.advice) {
    case 'too_large':
      return t('image.advice.too_large', { more: size(advice.size - advice.wanted) });
    case 'ignore_missing':
      return t('image.advice.ignore_missing', { path: advice.path });
    case 'seldom_needed':
      return t('image.advice.seldom_needed', { name: advice.name, size: size(advice.size) });
    case 'cache_kept':
      return t(`image.advice.cache_kept.${advice.tool}`, { instruction: advice.instruction });
    case 'runs_apart':
      return t('image.advice.runs_apart', { count: advice.count });
    case 'not_imported':
      return t('image.advice.not_imported', { name: advice.name });
  }
}

/** A question for Claude, with what was found. */
export function question(review: ImageReview): string | null {
  const from = review.built_from;
  if (!from) return null;
  const asked = t('image.ask', {
    name: review.reference,
    folder: from.folder,
    dockerfile: from.dockerfile,
  });
  const found = review.advice.map((advice) => `- ${adviceText(advice)}`);
  const layers = layerRows(review, false).map((layer) => `- ${size(layer.size)}: ${layer.instruction}`);
  return [asked, [t('image.found', { size: size(review.size) }), ...layers].join('\n'), found.join('\n')]
    .filter(Boolean)
    .join('\n\n');
}
