// People at their main job, as they would click it: each sees and may do his own, and no more.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openOffice, test } from './office.mjs';

let office;
before(async () => { office = await openOffice(); });
after(() => office?.close());

test('the leader sees what is late, whose it is, and opens the rows behind a number', async () => {
  const visitor = await office.visitor().signIn('quzhang');
  assert.equal(await visitor.heading(), '驾驶舱');
  assert.equal(await visitor.page.locator('.tile').count(), 32, 'all measures of the plan');
  await visitor.leaving(visitor.page.locator('a.tgt').first());
  assert.match(visitor.page.url(), /\/indicators\//);
  assert.ok(await visitor.page.getByRole('heading', { name: /谁还没有/ }).isVisible());
  await visitor.go('/registers/food_business');
  assert.equal(await visitor.page.getByRole('link', { name: '登记', exact: true }).count(), 0, 'a leader registers nothing');
  assert.equal(await visitor.go('/registers/food_business/new'), 403);
  await visitor.close();
});

test('a measure shows the document beside what was read from it', async () => {
  const visitor = await office.visitor().signIn('shian');
  await visitor.press('要点与责任');
  await visitor.leaving(visitor.page.locator('main').getByRole('link', { name: /校园食品安全守护/ }));
  const document = await visitor.page.locator('.doc').innerText();
  assert.match(document, /学校食堂抽检覆盖率达到 ?90%/);
  assert.ok((await visitor.page.locator('.doc mark').count()) >= 2, 'targets are marked');
  assert.ok((await visitor.page.locator('.doc .duty').count()) >= 1, 'the duty is marked');
  assert.ok((await visitor.page.locator('#duties tbody tr').count()) >= 3, 'who owes what stands beside it');
  await visitor.close();
});

test('a bureau reports its progress from its desk; the office returns it with a reason; the bureau sees why', async () => {
  const bureau = await office.visitor().signIn('nongye');
  await bureau.press('我的工作');
  await bureau.press('报送');
  await bureau.press('报送');
  assert.match(await bureau.page.title(), /^错误：/, 'an empty report comes back');
  await bureau.page.getByLabel('进展情况').fill('已完成春季种子、化肥检查 32 家次。');
  await bureau.page.getByLabel('完成比例').fill('75');
  await bureau.page.getByLabel('报送日期').fill('2023-09-15');
  await bureau.assertOpenToAll('progress form');
  await bureau.press('报送');
  assert.match(await bureau.page.locator('.head .tag').innerText(), /已报送/);
  const address = new URL(bureau.page.url()).pathname;

  const clerk = await office.visitor().signIn('shian');
  await clerk.go(address);
  await clerk.press('退回');
  await clerk.page.getByLabel('原因').fill('请补充农资打假的数字');
  await clerk.press('退回');
  assert.match(await clerk.page.locator('.head .tag').innerText(), /已退回/);

  await bureau.go(address);
  assert.match(await bureau.page.locator('#history').innerText(), /请补充农资打假的数字/);
  assert.match(await bureau.page.locator('#history').innerText(), /示例周主任/);
  await bureau.close();
  await clerk.close();
});

test('an inspector works in his township and does not see another', async () => {
  const visitor = await office.visitor({ width: 390, height: 844 }).signIn('jiancha');
  await visitor.go('/registers/food_business');
  const mine = await visitor.page.locator('tbody tr').count();
  assert.ok(mine > 0, 'businesses of his township');
  const address = await visitor.openFirst();
  const other = await office.visitor().signIn('yangshan');
  assert.equal(await other.go(address), 404, 'another township reads like nothing there');
  assert.match(await other.page.locator('main').innerText(), /没有这条记录，或者您不能看/);
  await visitor.close();
  await other.close();
});

test('a business sees its own file and no register it has no part in', async () => {
  const visitor = await office.visitor().signIn('qiye');
  await visitor.go('/registers/food_business');
  assert.equal(await visitor.page.locator('tbody tr').count(), 1);
  assert.equal(await visitor.go('/admin/users'), 404);
  await visitor.close();
});

test('the three administrators: one opens accounts, one grants, one reads, none does another one\'s', async () => {
  const system = await office.visitor().signIn('xitong');
  await system.go('/admin/users');
  await system.page.getByText('新建账号').click();
  await system.page.getByLabel('账号', { exact: true }).fill('xinren');
  await system.page.getByLabel('姓名').fill('示例新人');
  await system.page.getByLabel('初始密码').fill('short');
  await system.press('建账号');
  assert.match(await system.page.getByRole('alert').innerText(), /密码/, 'a weak password is refused');
  await system.page.getByLabel('初始密码').fill('Tianqing-2023!');
  await system.press('建账号');
  assert.equal(await system.page.getByRole('button', { name: '授予' }).count(), 0, 'the system administrator grants nothing');
  assert.equal(await system.go('/admin/audit'), 404);

  const security = await office.visitor().signIn('anquan');
  await security.go('/admin/users');
  const row = security.page.locator('tr').filter({ hasText: 'xinren' });
  await row.getByText('授予角色').click();
  await row.getByLabel('角色').fill('leader');
  await security.press('授予', row);
  assert.match(await security.page.locator('tr').filter({ hasText: 'xinren' }).innerText(), /领导/);
  assert.equal(await security.go('/admin/pack'), 404);

  const audit = await office.visitor().signIn('shenji');
  await audit.go('/admin/audit');
  const log = await audit.page.locator('main').innerText();
  assert.match(log, /新建账号/);
  assert.match(log, /授予角色/);
  await audit.assertOpenToAll('audit');
  const refused = await audit.context.request.post('/admin/users/xinren/close', { headers: { 'sec-fetch-site': 'same-origin' }, form: { roles: '' }, maxRedirects: 0 });
  assert.equal(refused.status(), 403, 'the audit administrator closes nothing');
  for (const visitor of [system, security, audit]) await visitor.close();
});
