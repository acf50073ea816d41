// Records: lists that filter, forms that come back, drafts that stay, two people at one record.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openOffice, test } from './office.mjs';

let office;
before(async () => { office = await openOffice(); });
after(() => office?.close());

test('a list filters, sorts, pages and exports the same rows', async () => {
  const visitor = await office.visitor().signIn('shian');
  await visitor.go('/registers/food_business');
  const first = await visitor.page.locator('td a.name').first().innerText();
  await visitor.page.getByRole('link', { name: '下一页' }).click();
  await visitor.page.waitForURL(/after=/);
  await visitor.page.waitForFunction((old) => document.querySelector('td a.name')?.innerText !== old, first);
  assert.equal(await visitor.page.locator('nav.side').count(), 1, 'htmx changed the main column alone');
  await visitor.page.goBack();
  await visitor.page.getByLabel('名称或编号').fill(first.slice(0, 6));
  await visitor.page.getByRole('button', { name: '查询' }).click();
  await visitor.page.waitForURL(/search=/);
  assert.ok((await visitor.page.locator('td a.name').allInnerTexts()).every((name) => name.includes(first.slice(0, 2))));
  const link = await visitor.page.getByRole('link', { name: '导出' }).getAttribute('href');
  const csv = await (await visitor.context.request.get(link)).text();
  assert.ok(csv.includes(first), 'the export holds what the list shows');
  await visitor.close();
});

test('a form comes back with every mistake named, links to each, and keeps what was typed', async () => {
  const visitor = await office.visitor().signIn('shian');
  await visitor.go('/registers/food_business/new');
  await visitor.page.getByLabel('名称', { exact: true }).fill('示例新开食品店');
  await visitor.press('登记');
  const summary = visitor.page.getByRole('alert');
  assert.ok((await summary.getByRole('link').count()) >= 2, 'all mistakes at once');
  assert.equal(await visitor.page.getByLabel('名称', { exact: true }).inputValue(), '示例新开食品店');
  await summary.getByRole('link').first().click();
  const focused = await visitor.page.evaluate(() => document.activeElement.id);
  assert.match(focused, /-i$/, 'the link leads into the field');
  await visitor.assertOpenToAll('form with errors');
  await visitor.picture('form-errors');
  await visitor.close();
});

test('what was typed and not sent is offered again', async () => {
  const visitor = await office.visitor().signIn('shian');
  visitor.page.on('dialog', (dialog) => dialog.accept());
  await visitor.go('/registers/food_business/new');
  await visitor.page.getByLabel('名称', { exact: true }).fill('示例没交的店');
  await visitor.go('/desk');
  await visitor.go('/registers/food_business/new');
  await visitor.page.getByRole('button', { name: '接着填' }).click();
  assert.equal(await visitor.page.getByLabel('名称', { exact: true }).inputValue(), '示例没交的店');
  await visitor.close();
});

test('the second of two people at one record sees both versions and loses nothing', async () => {
  const [one, two] = [await office.visitor().signIn('shian'), await office.visitor().signIn('ban')];
  await one.go('/registers/food_business');
  const address = await one.openFirst();
  for (const visitor of [one, two]) await visitor.go(`${address}/edit`);
  await one.page.getByLabel('名称', { exact: true }).fill('示例甲改的名');
  await one.press('保存修改');
  await two.page.getByLabel('名称', { exact: true }).fill('示例乙改的名');
  await two.press('保存修改');
  const page = await two.page.locator('main').innerText();
  assert.match(page, /示例甲改的名/);
  assert.match(page, /示例乙改的名/);
  assert.match(page, /示例周主任/);
  await two.assertOpenToAll('stale');
  await one.go(address);
  assert.equal(await one.heading(), '示例甲改的名');
  assert.match(await one.page.locator('#history').innerText(), /名称 从 .+ 到 示例甲改的名/);
  for (const visitor of [one, two]) await visitor.close();
});

test('search finds over all registers one may see', async () => {
  const visitor = await office.visitor().signIn('shian');
  await visitor.page.keyboard.press('/');
  await visitor.page.keyboard.insertText('示例');
  await visitor.page.keyboard.press('Enter');
  await visitor.page.waitForURL(/\/search\?q=/);
  assert.ok((await visitor.page.locator('main td a').count()) > 0);
  await visitor.close();
});
