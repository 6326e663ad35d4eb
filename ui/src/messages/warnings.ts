import type { Warning } from '@/bridge';

import { t } from './index';
import { placeText } from './steps';

/** A warning of a plan, in one sentence. */
export function warningText(warning: Warning): string {
  switch (warning.warning) {
    case 'replaces_foreign':
      return t('warning.replaces_foreign', { place: placeText(warning.place) });
    case 'shadowed':
      return t('warning.shadowed', { place: placeText(warning.place) });
    case 'secret_in_file':
      return t('warning.secret_in_file', { path: warning.path });
    case 'in_place':
      return t('warning.in_place', { folder: warning.folder });
    case 'built_from_copy':
      return t('warning.built_from_copy', { folder: warning.folder });
    case 'opens_port':
      return t(warning.guarded ? 'warning.opens_port.guarded' : 'warning.opens_port');
    case 'asks_for_headers':
      return t('warning.asks_for_headers', { command: warning.command });
    case 'data_leaves':
      return t('warning.data_leaves', { host: warning.host });
    case 'replaces_data':
      return t('warning.replaces_data', {
        when: warning.created_at.slice(0, 10),
        what: warning.holds.join(', '),
      });
    case 'changes':
      return t('warning.changes', { what: warning.what });
    case 'runs_as_you':
      return t('warning.runs_as_you', { program: warning.program, folder: warning.folder });
    case 'controls_computer': {
      const text = t(warning.root ? 'warning.controls_computer.root' : 'warning.controls_computer');
      return warning.service === null ? text : t('warning.service', { service: warning.service, text });
    }
    case 'gives_away':
      return t(warning.writable ? 'warning.gives_away.writable' : 'warning.gives_away', {
        path: warning.path,
      });
    case 'follows':
      return t('warning.follows', { input: warning.input, note: warning.note });
    case 'grants':
      return t('warning.grants', { paths: warning.paths.join(', ') });
    default:
      return t(`warning.${warning.warning}`);
  }
}
