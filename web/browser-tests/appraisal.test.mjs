// The yearly appraisal: ranked from the registers, every score opens what it came from, told to the body, appealed.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openOffice, test } from './office.mjs';

let office;
before(async () => { office = await openOffice(); });
after(() => office?.close());

test('the office ranks the townships, opens a score and writes the result down; a township sees only its own', async () => {
  const clerk = await office.visitor().signIn('shian');
  await clerk.press('评议考核');
  await clerk.press('乡镇（街道）评议考核');
  const rows = clerk.page.locator('table.appraisal tbody tr');
  assert.equal(await rows.count(), 30, 'every township');
  const scores = (await rows.locator('td:nth-of-type(2)').allInnerTexts()).filter((text) => text !== '—').map(Number);
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a), 'best first');

  const score = rows.locator('td a.q').first();
  const value = (await score.getAttribute('title')).match(/[\d.]+/)[0];
  await clerk.leaving(score);
  assert.ok((await clerk.page.locator('.val').innerText()).startsWith(value), 'the number behind the score');

  await clerk.go('/appraisals/townships');
  await clerk.press('写入评议考核');
  assert.match(await clerk.page.getByRole('status').innerText(), /新 \d{2,} 条/);
  await clerk.press('写入评议考核');
  assert.match(await clerk.page.getByRole('status').innerText(), /新 0 条，更新 0 条/, 'twice changes nothing');
  await clerk.leaving(rows.locator('a.told').first());
  assert.match(await clerk.page.locator('main').innerText(), /扣 [\d.]+ 分|得满分/);
  await clerk.close();

  const township = await office.visitor({ width: 390, height: 844 }).signIn('minggang');
  await township.go('/appraisals/townships');
  assert.deepEqual(await township.page.locator('table.appraisal th[scope=row]').allInnerTexts(), ['明港镇人民政府']);
  assert.equal(await township.page.getByRole('button', { name: '写入评议考核' }).count(), 0);
  await township.assertOpenToAll('appraisal of one');
  await township.close();
});
