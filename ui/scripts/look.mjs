/**
 * Looks at every screen in a real browser, over the bridge's twin in memory and under the window's own
 * content security policy: screenshots in both themes and at 200 % zoom, and a report of what is wrong
 * (axe, policy violations, console errors, anything that is wider than the window).
 *
 *   npm run build:memory && npm run look [name …]      pictures go to look/
 *
 * CHROMIUM names the browser (default: chromium on the PATH).
 */
import { mkdirSync, readFileSync } from 'node:fs';

import { chromium } from 'playwright-core';
import { preview } from 'vite';

import { scenes } from './scenes.mjs';

const wanted = process.argv.slice(2);
const axeSource = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const server = await preview({
  mode: 'memory',
  build: { outDir: 'dist-memory' },
  preview: { port: 4173, open: false },
});
const base = server.resolvedUrls?.local[0] ?? 'http://localhost:4173/';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});
mkdirSync('look', { recursive: true });

const sizes = {
  '': { width: 1280, height: 800, scale: 1 },
  // What 200 % zoom leaves of 1280 x 800.
  '-zoom': { width: 640, height: 400, scale: 2 },
};
let wrong = 0;
const complain = (/** @type {string} */ scene, /** @type {string} */ what) => {
  wrong += 1;
  console.log(`${scene}: ${what}`);
};

for (const scene of scenes) {
  if (wanted.length && !wanted.some((name) => scene.name.startsWith(name))) continue;
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const [suffix, size] of Object.entries(sizes)) {
      const name = `${scene.name}-${theme}${suffix}`;
      const context = await browser.newContext({
        viewport: { width: size.width, height: size.height },
        deviceScaleFactor: size.scale,
        colorScheme: theme,
        reducedMotion: 'reduce',
        bypassCSP: false,
      });
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complain(name, message.text());
      });
      page.on('pageerror', (error) => complain(name, `${error.message}\n${error.stack ?? ''}`));
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
        });
      });
      try {
        await page.goto(`${base}?${scene.query ?? ''}#/${scene.hash ?? 'catalog'}`);
        await page.waitForSelector('main h1');
        await page.waitForTimeout(250);
        for (const act of scene.acts ?? []) await act(page);
        await page.waitForTimeout(150);
        await page.screenshot({ path: `look/${name}.png` });
        const wide = await page.evaluate(() => {
          const main = document.querySelector('main');
          const boxes = [document.documentElement, main, document.querySelector('[role=dialog]')];
          return boxes.some((box) => box && box.scrollWidth > box.clientWidth + 1);
        });
        if (wide) complain(name, 'something is wider than the window');
        await page.evaluate(axeSource);
        const found = await page.evaluate(async () => {
          const axe = /** @type {any} */ (window).axe;
          const result = await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          });
          return result.violations.map(
            (/** @type {any} */ v) =>
              `${v.id}: ${v.nodes.map((/** @type {any} */ n) => `${n.target.join(' ')} ${n.failureSummary}`).join('; ')}`,
          );
        });
        for (const violation of found) complain(name, `axe ${violation}`);
      } catch (error) {
        complain(name, String(error));
        await page.screenshot({ path: `look/${name}.png` }).catch(() => undefined);
      }
      await context.close();
    }
  }
}
await browser.close();
server.httpServer.close();
console.log(wrong ? `${wrong} complaints` : 'nothing is wrong');
process.exit(wrong ? 1 : 0);
