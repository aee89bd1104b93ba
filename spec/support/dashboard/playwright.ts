import { createRequire } from 'node:module';

/**
 * The part of playwright-core that specs use. Its own types want those of a browser for the whole project, in which nothing
 * but the page runs in one; so scripts for the browser are texts here.
 */
export interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

export interface Browser {
  newContext(options: ContextOptions): Promise<Context>;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly viewport?: Size;
  readonly colorScheme?: 'light' | 'dark';
  readonly httpCredentials?: { readonly username: string; readonly password: string };
  readonly reducedMotion?: 'reduce';
  readonly timezoneId?: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Context {
  newPage(): Promise<Page>;
  newCDPSession(page: Page): Promise<{
    send(method: string): Promise<unknown>;
  }>;
  close(): Promise<void>;
}

type Name = string | RegExp;

interface ByRole {
  readonly name?: Name;
  readonly exact?: boolean;
}

/** Where something may be looked for: a page, or a part of it. */
interface Place {
  locator(selector: string, options?: { readonly hasText?: Name }): Locator;
  getByRole(role: string, options?: ByRole): Locator;
  getByText(text: Name, options?: { readonly exact?: boolean }): Locator;
  getByLabel(text: Name): Locator;
}

export interface Locator extends Place {
  first(): Locator;
  nth(index: number): Locator;
  waitFor(options?: {
    readonly state?: 'visible' | 'attached' | 'detached' | 'hidden';
    readonly timeout?: number;
  }): Promise<void>;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  focus(): Promise<void>;
  count(): Promise<number>;
  textContent(): Promise<string | null>;
  allTextContents(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
}

export interface Page extends Place {
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  readonly mouse: { move(x: number, y: number): Promise<void> };
  goto(url: string): Promise<unknown>;
  url(): string;
  context(): Context;
  /** The value of the expression, when it is a promise: that of its end. */
  evaluate(script: string): Promise<unknown>;
  addInitScript(script: { readonly content: string }): Promise<void>;
  exposeFunction(name: string, called: (text: string) => void): Promise<void>;
  setViewportSize(size: Size): Promise<void>;
  emulateMedia(media: { readonly colorScheme: 'light' | 'dark' }): Promise<void>;
  screenshot(options: { readonly path?: string; readonly fullPage?: boolean }): Promise<Buffer>;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
}

export const { chromium } = createRequire(import.meta.url)('playwright-core') as Playwright;
