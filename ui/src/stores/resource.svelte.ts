import { asBerthError, type BerthError } from '@/bridge';

/**
 * Something that is asked for and shown: not there yet, there, or failed. Asking again keeps the old
 * value in sight until the new one arrives; an answer that was overtaken is dropped.
 */
export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<BerthError | null>(null);
  loading = $state(false);

  #asked = 0;
  readonly #ask: () => Promise<T>;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  async load(): Promise<void> {
    const turn = ++this.#asked;
    this.loading = true;
    try {
      const value = await this.#ask();
      if (turn !== this.#asked) return;
      this.value = value;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#asked) return;
      this.error = asBerthError(thrown);
    } finally {
      if (turn === this.#asked) this.loading = false;
    }
  }
}
