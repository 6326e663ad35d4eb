import { href, parse, type Route } from '@/lib/routes';

/** Where the window is. The address is the truth, so that back and forward work. */
export class Router {
  route = $state.raw<Route>({ page: 'catalog' });

  start(): () => void {
    const read = () => (this.route = parse(location.hash));
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  go(route: Route): void {
    location.hash = href(route);
    // The event comes later; whoever asks right now should see the new page already.
    this.route = route;
  }
}
