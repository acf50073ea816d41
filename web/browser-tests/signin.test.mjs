// The door: who is let in, who is not, what a session is.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openOffice, test } from './office.mjs';

let office;
before(async () => { office = await openOffice(); });
after(() => office?.close());

test('one signs in, lands where one wanted to go, and signs out', async () => {
  const visitor = await office.visitor().open();
  await visitor.go('/measures/3/11');
  assert.match(visitor.page.url(), /\/signin\?next=/);
  await visitor.page.getByLabel('账号').fill('shian');
  await visitor.page.getByLabel('密码').fill('Shipin-2023');
  await visitor.press('登录');
  assert.match(visitor.page.url(), /\/measures\/3\/11$/);
  const cookie = (await visitor.context.cookies()).find(({ name }) => name === 'shian');
  assert.ok(cookie.httpOnly, 'no script reads the session');
  assert.equal(cookie.sameSite, 'Lax');
  await visitor.page.locator('details.me summary').click();
  await visitor.press('退出');
  await visitor.go('/desk');
  assert.match(visitor.page.url(), /\/signin/);
  const stolen = await visitor.context.request.get('/desk', { headers: { cookie: `shian=${cookie.value}` }, maxRedirects: 0 });
  assert.equal(stolen.status(), 303, 'the session ended at the server, not only in the browser');
  await visitor.close();
});

test('a wrong password is told at once, and the fifth locks the account with the time it takes', async () => {
  const visitor = await office.visitor().open();
  for (let tries = 1; tries <= 5; tries += 1) await visitor.signIn('liangshi', 'wrong');
  const alert = await visitor.page.getByRole('alert').innerText();
  assert.match(alert, /锁定/);
  assert.match(alert, /分钟/);
  assert.equal(await visitor.page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', 'the error takes the focus');
  await visitor.signIn('liangshi');
  assert.match(await visitor.page.getByRole('alert').innerText(), /锁定/, 'the right password does not open a locked account');
  await visitor.close();
});

test('a page of another site cannot act for me', async () => {
  const visitor = await office.visitor().signIn('shian');
  const forged = await visitor.context.request.post('/signout', { headers: { 'sec-fetch-site': 'cross-site' }, maxRedirects: 0 });
  assert.equal(forged.status(), 403);
  assert.equal(await visitor.go('/desk'), 200, 'still signed in');
  await visitor.close();
});

test('signing in works without JavaScript', async () => {
  const visitor = await office.visitor({ javascript: false }).signIn('shian');
  assert.equal(await visitor.heading(), '驾驶舱');
  await visitor.close();
});
