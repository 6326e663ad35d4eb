import {
  asBerthError,
  type BerthError,
  type Bridge,
  type CatalogCard,
  type CatalogFilter,
  type CatalogPage,
  type CatalogQuery,
  type CatalogSort,
  type Facets,
} from '@/bridge';

/** Cards per request: a screenful and a bit, so that the first one is there at once. */
export const PAGE = 60;

const EVERYTHING: CatalogFilter = {
  categories: [],
  trust: [],
  runs_in: [],
  needs_secrets: null,
  installed: null,
};

/**
 * The catalog as it is searched, filtered and scrolled. Cards come in pages, as they are looked at:
 * 25,000 entries never cross the bridge at once.
 */
export class CatalogStore {
  text = $state('');
  filter = $state.raw<CatalogFilter>(EVERYTHING);
  sort = $state<CatalogSort>('relevance');

  /** Card by index; a gap has not been loaded. */
  cards = $state.raw<readonly (CatalogCard | undefined)[]>([]);
  total = $state(0);
  /** How many entries there are without search and filter; `null` until that is known. */
  size = $state<number | null>(null);
  facets = $state.raw<Facets | null>(null);
  error = $state.raw<BerthError | null>(null);
  /** The first answer is there. */
  loaded = $state(false);
  /** Resolves with the first answer, or the first failure. */
  readonly answered: Promise<void>;

  /** Where the grid stood, for coming back from an entry. */
  scrollTop = 0;
  active = $state(0);
  /** Counts how often the search field handed the keyboard to the grid. */
  handovers = $state(0);
  /** Counts searches and changes of filters: each starts at the top. */
  searches = $state(0);

  readonly #bridge: Bridge;
  /** Counts searches: an answer to an older one is dropped. */
  #search = 0;
  #asking = false;
  #again = false;
  #pages = new Set<number>();
  #seen: [first: number, last: number] = [0, PAGE - 1];

  #answer: () => void = () => undefined;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.answered = new Promise((done) => (this.#answer = done));
  }

  get filtered(): boolean {
    const { categories, trust, runs_in, needs_secrets, installed } = this.filter;
    return (
      categories.length + trust.length + runs_in.length > 0 || needs_secrets !== null || installed !== null
    );
  }

  /** Types into the search. */
  find(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#restart();
  }

  narrow(change: Partial<CatalogFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.#restart();
  }

  order(sort: CatalogSort): void {
    this.sort = sort;
    this.#restart();
  }

  /** Takes search and filters back. */
  showAll(): void {
    this.text = '';
    this.filter = EVERYTHING;
    this.#restart();
  }

  #restart(): void {
    this.searches++;
    this.scrollTop = 0;
    this.active = 0;
    this.#seen = [0, PAGE - 1];
    void this.load();
  }

  /**
   * Asks for the first page again. While one request is under way the next one waits, so that fast
   * typing asks for what stands there at last and not for every letter.
   */
  async load(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    do {
      this.#again = false;
      const turn = ++this.#search;
      try {
        const page = await this.#ask(0);
        if (this.#again) continue;
        const cards = new Array<CatalogCard | undefined>(page.total);
        page.cards.forEach((card, index) => (cards[index] = card));
        this.#pages = new Set([0]);
        this.cards = cards;
        this.#take(page);
        const [first, last] = this.#seen;
        if (turn === this.#search && last >= PAGE) this.see(first, last);
      } catch (thrown) {
        this.error = asBerthError(thrown);
      }
      this.#answer();
    } while (this.#again);
    this.#asking = false;
  }

  /** Tells which cards are in sight; those that are missing are asked for. */
  see(first: number, last: number): void {
    this.#seen = [first, last];
    for (let page = Math.floor(first / PAGE); page * PAGE <= Math.min(last, this.total - 1); page++) {
      if (!this.#pages.has(page)) void this.#fill(page);
    }
  }

  async #fill(number: number): Promise<void> {
    this.#pages.add(number);
    const turn = this.#search;
    try {
      const page = await this.#ask(number * PAGE);
      if (turn !== this.#search) return;
      const cards = this.cards.slice();
      page.cards.forEach((card, index) => (cards[number * PAGE + index] = card));
      this.cards = cards;
      this.#take(page);
    } catch (thrown) {
      if (turn !== this.#search) return;
      this.#pages.delete(number);
      this.error = asBerthError(thrown);
    }
  }

  #ask(offset: number): Promise<CatalogPage> {
    const query: CatalogQuery = {
      text: this.text.trim(),
      filter: this.filter,
      sort: this.sort,
      offset,
      limit: PAGE,
    };
    return this.#bridge.call('catalog_list', query);
  }

  #take(page: CatalogPage): void {
    this.total = page.total;
    this.size = page.size;
    this.facets = page.facets;
    this.error = null;
    this.loaded = true;
  }
}
