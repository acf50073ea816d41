// A real office for the browser tests: the binary, a small demo in a folder of its own, a free port, a browser.
// Nothing is stubbed. `SHIAN` names the binary (default ../target/debug/shian), `CHROMIUM` the browser; `SHOTS=1` keeps
// screenshots in docs/screenshots.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test as everyTest } from 'node:test';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.SHIAN ?? join(root, 'target/debug/shian');
const pack = process.env.PACK ?? join(root, 'packs/pingqiao-2023');
const shots = join(root, 'docs/screenshots');
const PASSWORD = 'Shipin-2023';

/** A test that needs an office with demo data; skipped, and said to be, with a binary that cannot make any. */
export const test = makesDemo() ? everyTest : (name, body) => everyTest(name, { skip: 'this shian has no `demo`' }, body);

function makesDemo() {
  if (process.env.DATA) return true;
  return spawnSync(binary, ['demo', '--help'], { stdio: 'ignore' }).status === 0;
}

/** Opens an office with demo data, and a browser. Call `close` when done. */
export async function openOffice() {
  if (!makesDemo()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'shian-pages-'));
  const data = join(folder, 'data');
  if (process.env.DATA) {
    execFileSync('cp', ['-a', process.env.DATA, data]);
  } else {
    execFileSync(binary, ['pack', 'apply', pack, '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync(binary, ['demo', '--scale', 'small', '--seed', '1', '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const server = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await addressOf(server);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--lang=zh-CN'],
  });
  return {
    address,
    browser,
    visitor: (options) => new Visitor(browser, address, options),
    async close() {
      await browser.close();
      server.kill('SIGTERM');
      await new Promise((done) => server.once('exit', done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first address the server prints. */
async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const found = line.match(/https?:\/\/[^\s]+/);
    if (found) {
      server.stdout.resume();
      return found[0].replace(/\/$/, '').replace('0.0.0.0', '127.0.0.1');
    }
  }
  throw new Error('the server ended before it served');
}

/** Somebody before a screen. */
export class Visitor {
  constructor(browser, address, { width = 1440, height = 900, javascript = true } = {}) {
    this.browser = browser;
    this.address = address;
    this.options = { viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', javaScriptEnabled: javascript };
    this.complaints = [];
  }

  async open() {
    this.context = await this.browser.newContext({ ...this.options, baseURL: this.address });
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(15_000);
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('console', (message) => {
      const expected = /status of (4\d\d)/.test(message.text());
      if (message.type() === 'error' && !expected) this.complaints.push(message.text());
    });
    return this;
  }

  async signIn(account, password = PASSWORD) {
    if (!this.page) await this.open();
    await this.page.goto('/signin');
    await this.page.getByLabel('账号').fill(account);
    await this.page.getByLabel('密码').fill(password);
    await this.leaving(this.page.getByRole('button', { name: '登录' }));
    return this;
  }

  async go(path) {
    const answer = await this.page.goto(path);
    return answer.status();
  }

  heading() {
    return this.page.getByRole('heading', { level: 1 }).first().innerText();
  }

  /** Clicks a link or button that begins with these words, and waits for the page it leads to. */
  async press(words, within = this.page) {
    const name = new RegExp(`^\\s*${words}(\\s|$)`);
    const target = within.getByRole('button', { name }).or(within.getByRole('link', { name }));
    await this.leaving(target.first());
  }

  /** Clicks and waits until that has led to another page, or to the same one drawn again. */
  async leaving(target) {
    await Promise.all([this.page.waitForNavigation(), target.click()]);
  }

  /** Opens the first record of the list that is shown, and tells its address. */
  async openFirst() {
    await this.leaving(this.page.locator('td a.name').first());
    return new URL(this.page.url()).pathname;
  }

  /** What axe finds that is serious: WCAG 2, A and AA. */
  async barriers() {
    const found = await new AxeBuilder({ page: this.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 4).join(', ')}`);
  }

  async assertOpenToAll(what) {
    assert.deepEqual(await this.barriers(), [], `${what}: axe`);
    const [wide, window] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `${what}: scrolls sideways, ${wide} > ${window}`);
    assert.deepEqual(this.complaints, [], `${what}: the browser complains`);
  }

  /** Keeps a picture of the page when pictures are asked for. */
  async picture(name) {
    if (!process.env.SHOTS) return;
    mkdirSync(shots, { recursive: true });
    const width = this.options.viewport.width;
    const file = join(shots, `${name}-${width}.jpg`);
    const tall = await this.page.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width, height: Math.min(tall, 1600) };
    await this.page.screenshot({ path: file, type: 'jpeg', quality: 60, fullPage: true, clip });
  }

  async close() {
    await this.context?.close();
  }
}
