import type { Note } from '@/bridge';

import { t } from './index';

/** What whoever uses an export should know, in one sentence. */
export function exportNote(note: Note): string {
  switch (note.note) {
    case 'secrets_as_variables':
      return t('export.note.secrets_as_variables', { names: note.names.join(', ') });
    case 'secrets_in_docker':
      return t('export.note.secrets_in_docker', { names: note.names.join(', ') });
    case 'built_here':
      return t('export.note.built_here', { folder: note.folder });
    default:
      return t(`export.note.${note.note}`);
  }
}
