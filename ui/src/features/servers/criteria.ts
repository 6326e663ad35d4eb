/** What was looked at of a server beside its handshake, in words. */
import type { Finding } from '@/bridge';
import { ago, moment } from '@/lib/format';
import { t } from '@/messages';

const octal = (mode: number) => mode.toString(8).padStart(4, '0');

export const when = (at: string) => `${ago(at)} (${moment(at)})`;

/** What was seen. */
export function seen(finding: Finding): string {
  switch (finding.kind) {
    case 'writable': {
      const { looked_at: path, user, owner, mode } = finding;
      return user !== null && owner !== null && mode !== null
        ? t('criteria.seen.owner', { path, owner, mode: octal(mode), user })
        : t('criteria.seen.tried', { path });
    }
    case 'mode': {
      const wrong = finding.wrong[0];
      return wrong
        ? t('criteria.seen.mode', { path: wrong.path, mode: octal(wrong.mode) })
        : t('criteria.seen.files', { count: finding.files, path: finding.path });
    }
    case 'log': {
      const path = finding.path ?? t('criteria.printed');
      return finding.last === null
        ? t('criteria.seen.lines', { count: finding.lines, path })
        : t('criteria.seen.line', { path, line: finding.last });
    }
    case 'command': {
      const { command, exit, said } = finding;
      if (said !== null) return t('criteria.seen.line', { path: command, line: said });
      return exit === null
        ? t('criteria.seen.late', { command })
        : t('criteria.seen.exit', { command, exit: String(exit) });
    }
    case 'nothing':
      return t('criteria.unknown');
  }
}

/** What should have been seen. */
export function expected(finding: Finding): string {
  switch (finding.kind) {
    case 'writable':
      return t('criteria.expected.writable', { path: finding.path });
    case 'mode':
      return t('criteria.expected.mode', { mode: octal(finding.at_most), path: finding.path });
    case 'log':
      return t('criteria.expected.log', { pattern: finding.pattern });
    case 'command':
      return t('criteria.expected.command');
    case 'nothing':
      return '';
  }
}
