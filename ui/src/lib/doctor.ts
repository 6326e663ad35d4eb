import type { BerthError, CheckId } from '@/bridge';

/** The doctor's page that helps with an error; `null` where none does. */
export function topicOf(error: BerthError): CheckId | null {
  switch (error.code) {
    case 'engine_missing':
    case 'engine_stopped':
    case 'engine_denied':
    case 'engine_too_old':
    case 'engine_failed':
      return 'engine';
    case 'keychain_missing':
    case 'keychain_locked':
    case 'keychain_timeout':
    case 'keychain_failed':
    case 'passphrase_needed':
    case 'passphrase_wrong':
      return 'vault';
    case 'claude_missing':
    case 'claude_failed':
    case 'client_config_invalid':
      return 'claude';
    case 'launcher_not_on_path':
      return 'launcher';
    case 'python_missing':
      return 'python';
    case 'node_missing':
      return 'node';
    default:
      return null;
  }
}
