/**
 * Whether this computer has a network, as the web view knows it. It is no promise that anything
 * can be reached, so the window says "seems" and stops nobody: what is needed may be in a cache.
 */
export class NetworkStore {
  offline = $state(!navigator.onLine);

  /** Follows the changes. */
  start(): () => void {
    const look = () => {
      this.offline = !navigator.onLine;
    };
    look();
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }
}
