import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, type ContextOptions, chromium, type Page } from './playwright.js';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function executable(): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const files = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return (
    files.find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

/** Why there is no browser to look with; null = there is one. */
export const noBrowser: string | null = executable() === null ? 'no Chromium is installed' : null;

export async function openBrowser(): Promise<Browser> {
  const executablePath = executable();
  if (executablePath === null) throw new Error('no Chromium');
  // Whoever runs specs as root, or in a container, has no sandbox for it.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page, and what the browser complained of. */
export class Screen {
  /** What its policy refused, and what scripts failed with. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(browser: Browser, options: ContextOptions = {}): Promise<Screen> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const screen = new Screen(await context.newPage());
    const { page } = screen;
    page.on('pageerror', (error) => screen.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // A server that is gone, or refuses: the page says so itself.
      if (!/Failed to load resource|net::ERR_/.test(message.text())) screen.complaints.push(message.text());
    });
    await page.exposeFunction('tellOfPolicy', (what: string) => screen.complaints.push(what));
    await page.addInitScript({
      content: `document.addEventListener('securitypolicyviolation', (event) =>
        tellOfPolicy(event.violatedDirective + ' ' + event.blockedURI))`,
    });
    return screen;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Goes to another place without loading anew. */
  async show(hash: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  }

  /** Faults that axe-core finds and calls serious or critical: `rule: element`. */
  async faults(): Promise<readonly string[]> {
    await this.page.evaluate(axe());
    const found = await this.page.evaluate(`axe
      .run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
    return found as readonly string[];
  }
}

let axeText = '';

function axe(): string {
  if (axeText === '') {
    const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    // What it evaluates to cannot be told to us.
    axeText = `${readFileSync(file, 'utf8')}; undefined`;
  }
  return axeText;
}
