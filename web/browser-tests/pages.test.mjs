// Every page, at a desk and on a phone, light, dark and in large type: drawn without a complaint of the browser, open to
// people who read with a screen reader, never scrolling sideways.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openOffice, test } from './office.mjs';

let office;
before(async () => { office = await openOffice(); });
after(() => office?.close());

/** Pages of the food-safety office; a function finds a page whose address the demo decides. */
const PAGES = [
  ['cockpit', '/'],
  ['desk', '/desk'],
  ['measures', '/measures'],
  ['measure', '/measures/3/11'],
  ['indicators', '/indicators'],
  ['appraisal', '/appraisals'],
  ['indicator', (page) => href(page, '/indicators', 'main a[href^="/indicators/"]')],
  ['businesses', '/registers/food_business'],
  ['record', (page) => href(page, '/registers/food_business', 'td a[href^="/records/"]')],
  ['form', '/registers/food_business/new'],
  ['search', '/search?q=示例'],
  ['refused', '/records/food_business/999999999'],
];

async function href(page, from, selector) {
  await page.goto(from);
  return page.locator(selector).first().getAttribute('href');
}

for (const width of [1440, 390]) {
  test(`every page is open to all at ${width} px`, async (t) => {
    const visitor = await office.visitor({ width, height: width === 390 ? 844 : 900 }).open();
    await visitor.go('/signin');
    await visitor.assertOpenToAll('signin');
    await visitor.picture('signin');
    await visitor.signIn('shian');
    for (const [name, where] of PAGES) {
      await t.test(name, async () => {
        await visitor.go(typeof where === 'string' ? where : await where(visitor.page));
        await visitor.assertOpenToAll(name);
        await visitor.picture(name);
      });
    }
    await visitor.close();
  });
}

test('dark and large type are as open as the plain page', async () => {
  const visitor = await office.visitor().signIn('shian');
  await visitor.press('深色');
  for (const path of ['/', '/desk', '/measures/3/11', '/registers/food_business']) {
    await visitor.go(path);
    assert.equal(await visitor.page.getAttribute('html', 'data-theme'), 'dark');
    await visitor.assertOpenToAll(`${path} dark`);
  }
  await visitor.go('/');
  await visitor.picture('cockpit-dark');
  await visitor.press('浅色');
  await visitor.press('大字版');
  for (const path of ['/', '/desk', '/registers/food_business']) {
    await visitor.go(path);
    assert.equal(await visitor.page.getAttribute('html', 'data-view'), 'elder');
    await visitor.assertOpenToAll(`${path} in large type`);
  }
  await visitor.go('/desk');
  await visitor.picture('desk-elder');
  await visitor.close();
});

test('the first page is small, and its files are kept by the browser', async () => {
  const visitor = await office.visitor().signIn('shian');
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await visitor.page.goto('/', { waitUntil: 'networkidle' });
  assert.ok(bytes > 0 && bytes < 300_000, `${bytes} bytes over the wire`);
  const style = await visitor.page.locator('link[rel=stylesheet]').getAttribute('href');
  const answer = await visitor.context.request.get(style);
  assert.match(answer.headers()['cache-control'], /immutable/);
  await visitor.close();
});

test('the pages keep to a strict policy', async () => {
  const answer = await (await office.visitor().open()).context.request.get(`${office.address}/signin`);
  const headers = answer.headers();
  assert.match(headers['content-security-policy'], /default-src 'none'; script-src 'nonce-[A-Za-z0-9]{22}'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'no-store');
});
