/** Titles of steps and names of places: small sentences that several pages share. */
import type { Act, Place, PreviewLine, Step, StepPreview } from '@/bridge';

import { en } from './en';
import { fill } from './format';
import { t } from './index';

/** The kinds of an action's steps. */
type ActKind = `act_${Act['kind']}`;
/** A folder that is installed in place is told apart from packages, and so is Claude Desktop. */
type StepKey =
  `step.${Exclude<Step['step'], 'act'> | ActKind | 'install_in_place' | 'register_desktop' | 'unregister_desktop'}`;
/** Complete by type: a new kind of step needs a title. */
const titles: Pick<typeof en, StepKey> = en;

/** The title of a step, from its preview. A kind that this window does not know is shown as it is. */
export function stepTitle(preview: StepPreview): string {
  const key = `step.${preview.kind}`;
  return key in titles
    ? fill(titles[key as StepKey], { subject: preview.subject })
    : `${preview.kind} ${preview.subject}`.trim();
}

/** Where a registration stands, in words. */
export function placeText(place: Place): string {
  if (place.client === 'claude_desktop') return t('place.desktop');
  if (place.scope === 'user') return t('place.user');
  return t(`place.${place.scope}`, { project: place.project ?? '' });
}

/** The same with the client. */
export function registeredText(place: Place): string {
  return place.client === 'claude_desktop'
    ? t('place.desktop')
    : t('servers.client', { place: placeText(place) });
}

/** The word before a line of a preview, and the line. */
export function previewLine(line: Exclude<PreviewLine, { line: 'image' }>): { label: string; text: string } {
  switch (line.line) {
    case 'command':
      return { label: t('preview.runs'), text: line.text };
    case 'undo':
      return { label: t('preview.undo'), text: line.text };
    case 'writes':
      return { label: t('preview.writes'), text: line.path };
    case 'deletes':
      return { label: t('preview.deletes'), text: line.path };
    case 'keychain':
      return { label: t('preview.keychain'), text: t('preview.keychain.value', { item: line.item }) };
    case 'flag':
      return { label: t('preview.flag'), text: line.text };
    case 'mount':
      return {
        label: t('preview.mount'),
        text: `${t('preview.mount.value', { source: line.source, target: line.target })} (${t(
          line.read_only ? 'preview.read_only' : 'preview.read_write',
        )})`,
      };
    case 'network':
      return { label: t('preview.network'), text: line.text };
    case 'text':
      return { label: '', text: line.text };
  }
}
