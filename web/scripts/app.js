// What every page may use. Everything here only eases a page that works without it.
import 'htmx.org';

document.addEventListener('keydown', focusSearch);
document.addEventListener('input', rememberUnsaved);
document.addEventListener('input', offerRecords);
document.addEventListener('submit', forgetUnsaved);
document.addEventListener('click', actOnClick);
document.addEventListener('change', actOnChange);
addEventListener('beforeunload', warnUnsaved);
document.querySelector('[data-focus]')?.focus();
for (const form of document.querySelectorAll('form[data-draft]')) restoreDraft(form);

let unsaved = false;

/** `/` puts the cursor into the search field, unless one is typing. */
function focusSearch(event) {
  if (event.key !== '/' || event.target.closest('input, textarea, select')) return;
  event.preventDefault();
  document.querySelector('.find input')?.focus();
}

/** A form under `data-draft` is kept in this browser while it is filled, and said to be unsaved until it is sent. */
function rememberUnsaved(event) {
  const form = event.target.closest('form[data-draft]');
  if (!form) return;
  unsaved = true;
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === 'string');
  localStorage.setItem(form.dataset.draft, JSON.stringify(fields));
  const note = form.querySelector('[data-draft-note]');
  if (note) note.hidden = false;
}

function forgetUnsaved(event) {
  if (event.target.matches('form[data-draft]')) unsaved = false;
}

function warnUnsaved(event) {
  if (unsaved) event.preventDefault();
}

/** Offers what was typed before and never sent; a form that came back with errors already holds it. */
function restoreDraft(form) {
  const kept = localStorage.getItem(form.dataset.draft);
  if (!kept || form.dataset.filled !== undefined) return;
  const offer = form.querySelector('[data-draft-offer]');
  if (!offer) return;
  offer.hidden = false;
  offer.querySelector('[data-draft-take]').addEventListener('click', () => {
    for (const [name, value] of JSON.parse(kept)) setField(form, name, value);
    offer.hidden = true;
    unsaved = true;
  });
  offer.querySelector('[data-draft-drop]').addEventListener('click', () => {
    localStorage.removeItem(form.dataset.draft);
    offer.hidden = true;
  });
}

function setField(form, name, value) {
  const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  for (const field of fields) {
    if (field.type === 'checkbox' || field.type === 'radio') field.checked ||= field.value === value;
    else if (field.type !== 'file') field.value = value;
  }
}

function actOnClick(event) {
  if (event.target.closest('[data-print]')) print();
  const adder = event.target.closest('[data-add-row]');
  if (adder) addRow(adder);
  const remover = event.target.closest('[data-drop-row]');
  if (remover) remover.closest('tr').remove();
  for (const menu of document.querySelectorAll('details.me[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

/** A sub-table gets one more row: a copy of its last one, emptied, under the next number. */
function addRow(adder) {
  const body = adder.closest('[data-rows]').querySelector('tbody');
  const row = body.lastElementChild.cloneNode(true);
  const number = Number(body.dataset.next ?? body.children.length);
  body.dataset.next = number + 1;
  for (const field of row.querySelectorAll('[name]')) {
    field.name = field.name.replace(/\.\d+\./, `.${number}.`);
    field.removeAttribute('id');
    field.value = '';
  }
  body.append(row);
  row.querySelector('[name]')?.focus();
}

function actOnChange(event) {
  if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
}

let asking;

/** While one types into a lookup, its list offers what the service finds; without a script the typed name is sent as it is. */
function offerRecords(event) {
  const field = event.target;
  if (!field.dataset.lookup || /#\d+$/.test(field.value)) return;
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch(`${field.dataset.lookup}?q=${encodeURIComponent(field.value)}`);
    if (!answer.ok) return;
    const options = (await answer.json()).map(({ code, title }) => new Option('', `${title} #${code}`));
    field.list.replaceChildren(...options);
  }, 200);
}
