/** Says things to people who listen instead of look. One sentence at a time. */
export class Announcer {
  text = $state('');

  say(text: string): void {
    // The same sentence twice in a row must be read twice.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}
