/** What the status bar says of each fact. Nothing is claimed before a probe has answered. */
import type { Facts } from '@/bridge';
import { t } from '@/messages';

export interface Status {
  tone: 'ok' | 'bad' | 'off';
  text: string;
}

const looking = (): Status => ({ tone: 'off', text: t('status.looking') });
const bad = (text: string): Status => ({ tone: 'bad', text });

export function engineStatus(fact: Facts['engine']): Status {
  if (fact.state === 'unknown') return looking();
  if (fact.state === 'found') {
    const { product, version, remote } = fact.value;
    return {
      tone: 'ok',
      text: t(remote ? 'status.engine.remote' : 'status.engine.found', { product, version }),
    };
  }
  switch (fact.error.code) {
    case 'engine_missing':
      return bad(t('status.engine.missing'));
    case 'engine_stopped':
      return bad(t('status.engine.stopped'));
    case 'engine_denied':
      return bad(t('status.engine.denied'));
    default:
      return bad(t('status.engine.problem'));
  }
}

export function vaultStatus(fact: Facts['vault']): Status {
  if (fact.state === 'unknown') return looking();
  if (fact.state === 'found') {
    const { kind, product } = fact.value;
    return {
      tone: 'ok',
      text: kind === 'passphrase' ? t('status.vault.passphrase') : t('status.vault.found', { product }),
    };
  }
  switch (fact.error.code) {
    case 'keychain_missing':
      return bad(t('status.vault.missing'));
    case 'keychain_locked':
    case 'keychain_timeout':
    case 'passphrase_needed':
      return bad(t('status.vault.locked'));
    default:
      return bad(t('status.vault.problem'));
  }
}

export function claudeStatus(fact: Facts['claude']): Status {
  if (fact.state === 'unknown') return looking();
  if (fact.state === 'found')
    return { tone: 'ok', text: t('status.claude.found', { version: fact.value.version }) };
  return bad(t(fact.error.code === 'claude_missing' ? 'status.claude.missing' : 'status.claude.problem'));
}
