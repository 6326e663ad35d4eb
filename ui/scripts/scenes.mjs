/**
 * The screens that look.mjs visits: an address of the twin, and what is done there.
 *
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{ name: string, query?: string, hash?: string, acts?: ((page: Page) => Promise<unknown>)[] }} Scene
 */

/** @param {string} id @returns {(page: Page) => Promise<void>} */
const click = (id) => (page) => page.getByTestId(id).first().click();
/** @param {string} id @param {string} text @returns {(page: Page) => Promise<void>} */
const fill = (id, text) => (page) => page.getByTestId(id).first().fill(text);
/** @param {string} id @returns {(page: Page) => Promise<unknown>} */
const see = (id) => (page) => page.getByTestId(id).first().waitFor();
/** @param {number} ms @returns {(page: Page) => Promise<void>} */
const wait = (ms) => (page) => page.waitForTimeout(ms);
/** @param {string} id @returns {(page: Page) => Promise<void>} */
const scrollTo = (id) => (page) => page.getByTestId(id).first().scrollIntoViewIfNeeded();

const TOKEN = 'ghp_0123456789abcdefghijklmnop';

/** @type {Scene[]} */
export const scenes = [
  { name: 'catalog' },
  { name: 'catalog-installed', query: 'installed' },
  { name: 'catalog-many', query: 'entries=25000', acts: [(page) => page.keyboard.press('Control+k')] },
  {
    name: 'catalog-many-scrolled',
    query: 'entries=25000',
    acts: [(page) => page.getByTestId('open-time').focus(), (page) => page.keyboard.press('End'), wait(400)],
  },
  { name: 'catalog-search', acts: [fill('search', 'time')] },
  { name: 'catalog-nothing', acts: [fill('search', 'zzzz')] },
  { name: 'catalog-trust', acts: [click('trust-verified'), see('trust-explanation')] },
  { name: 'catalog-loading', query: 'silent' },
  { name: 'catalog-empty', query: 'empty' },
  { name: 'catalog-failed', query: 'broken' },
  {
    name: 'catalog-busy',
    query: 'step=4000',
    acts: [
      click('install-time'),
      see('plan-steps'),
      click('install-agree'),
      see('job-running'),
      wait(3000),
      click('install-hide'),
    ],
  },
  { name: 'entry', hash: 'entry/time' },
  { name: 'entry-planned', hash: 'entry/dot-ai' },
  { name: 'entry-github', query: 'installed', hash: 'entry/github' },
  { name: 'entry-unknown', hash: 'entry/nothing' },
  { name: 'entry-link', hash: 'entry/time', acts: [click('source-link'), see('link-dialog')] },
  { name: 'install', acts: [click('install-time'), see('plan-steps')] },
  { name: 'install-plan', acts: [click('install-time'), see('plan-steps'), scrollTo('plan-step-verify')] },
  {
    name: 'install-github',
    acts: [click('install-github'), see('install-agree'), click('install-agree'), wait(300)],
  },
  {
    name: 'install-github-filled',
    acts: [
      click('install-github'),
      fill('input-token', TOKEN),
      see('plan-steps'),
      scrollTo('plan-step-store_secret'),
    ],
  },
  {
    name: 'install-folders',
    acts: [
      click('install-filesystem'),
      click('pick-input-folders'),
      click('scope-project'),
      click('pick-project'),
      see('plan-steps'),
    ],
  },
  {
    name: 'install-engine-stopped',
    query: 'engine=stopped',
    acts: [click('install-github'), fill('input-token', TOKEN), see('plan-problem')],
  },
  {
    name: 'install-conflict',
    query: 'installed',
    hash: 'entry/memory',
    acts: [click('entry-reconfigure'), see('plan-steps')],
  },
  {
    name: 'install-running',
    query: 'step=3000',
    acts: [
      click('install-time'),
      click('variant-image'),
      see('plan-step-pull_image'),
      wait(400),
      click('install-agree'),
      see('job-running'),
      wait(1500),
    ],
  },
  {
    name: 'install-done',
    query: 'step=0',
    acts: [click('install-time'), see('plan-steps'), click('install-agree'), see('job-result')],
  },
  {
    name: 'install-failed',
    query: 'step=0&fail=install_python',
    acts: [click('install-time'), see('plan-steps'), click('install-agree'), see('job-failure')],
  },
  { name: 'servers', query: 'installed', hash: 'servers' },
  { name: 'servers-empty', hash: 'servers' },
  { name: 'servers-menu', query: 'installed', hash: 'servers', acts: [click('menu-memory')] },
  { name: 'server', query: 'installed', hash: 'servers/github' },
  {
    name: 'remove',
    query: 'installed',
    hash: 'servers',
    acts: [
      click('menu-memory'),
      click('menu-memory-remove'),
      see('plan-steps'),
      click('remove-data'),
      wait(200),
    ],
  },
  { name: 'secrets', query: 'installed', hash: 'secrets' },
  {
    name: 'secrets-replace',
    query: 'installed',
    hash: 'secrets',
    acts: [click('replace-github-token'), see('replace-dialog')],
  },
  {
    name: 'secrets-delete',
    query: 'installed',
    hash: 'secrets',
    acts: [click('delete-github-token'), see('delete-secret-dialog')],
  },
  { name: 'secrets-locked', query: 'installed&vault=locked', hash: 'secrets' },
  { name: 'secrets-empty', hash: 'secrets' },
  { name: 'clients', query: 'installed', hash: 'clients' },
  { name: 'clients-missing', query: 'claude=missing', hash: 'clients' },
  { name: 'activity-empty', hash: 'activity' },
  {
    name: 'activity',
    query: 'installed&step=2500',
    hash: 'servers',
    acts: [click('verify-all'), click('nav-activity'), wait(600)],
  },
  {
    name: 'activity-job-failed',
    query: 'step=0&fail=install_python',
    acts: [
      click('install-time'),
      see('plan-steps'),
      click('install-agree'),
      see('job-failure'),
      click('sheet-close'),
      click('nav-activity'),
      (page) => page.locator('[data-testid=jobs-past] a').first().click(),
      see('job-failure'),
    ],
  },
  { name: 'settings', hash: 'settings' },
  { name: 'doctor', hash: 'doctor/engine' },
  { name: 'doctor-engine-missing', query: 'engine=missing', hash: 'doctor/engine' },
  { name: 'doctor-engine-stopped', query: 'engine=stopped', hash: 'doctor/engine' },
  { name: 'doctor-engine-denied', query: 'engine=denied', hash: 'doctor/engine' },
  { name: 'doctor-claude-missing', query: 'claude=missing', hash: 'doctor/claude' },
  {
    name: 'doctor-vault-missing',
    query: 'vault=missing',
    hash: 'doctor/vault',
    acts: [click('create_vault'), click('passphrase-submit')],
  },
  { name: 'doctor-vault-sealed', query: 'vault=sealed', hash: 'doctor/vault' },
  { name: 'doctor-launcher', hash: 'doctor/launcher' },
  { name: 'doctor-starting', query: 'engine=unknown&vault=unknown&claude=unknown', hash: 'doctor/engine' },
];
