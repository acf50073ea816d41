// Bundles styles, scripts and icons into web/dist, from where the binary serves them.
// Names carry a hash of their content (so they may be cached for a year), each file stands beside its .br and .gz, and
// manifest.json says which name stands for which file. Run through `npm run build`; `--watch` is not needed: it takes 1 s.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const out = new URL('dist/', import.meta.url);
mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) rmSync(new URL(old, out), { recursive: true });

const files = {};
await addBundles();
addIcons();
writeFileSync(new URL('manifest.json', out), JSON.stringify({ files, icons: iconNames() }, null, 1));

/** The three bundles: styles and script of every page, and the chart script that only chart pages ask for. */
async function addBundles() {
  const result = await build({
    entryPoints: ['styles/app.css', 'scripts/app.js', 'scripts/charts.js'],
    absWorkingDir: new URL('.', import.meta.url).pathname,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome96', 'firefox100', 'safari16'],
    legalComments: 'none',
    outdir: 'dist',
    write: false,
  });
  for (const file of result.outputFiles) add(file.path.split('/').pop(), file.contents);
}

/** One sprite of the icons named in icons.txt; a page draws one by `<use href="…#name">`. */
function addIcons() {
  const symbols = iconNames().map((name) => {
    const source = readFileSync(new URL(`node_modules/@tabler/icons/icons/outline/${name}.svg`, import.meta.url), 'utf8');
    const body = source
      .replace(/^[\s\S]*?<svg[^>]*>/, '')
      .replace('</svg>', '')
      .replace(/<path stroke="none"[^>]*\/>/, '')
      .replace(/\n\s*/g, '');
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  add('icons.svg', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`));
}

function iconNames() {
  return readFileSync(new URL('icons.txt', import.meta.url), 'utf8').split('\n').filter(Boolean);
}

function add(name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const hashed = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  files[name] = hashed;
  writeFileSync(new URL(hashed, out), bytes);
  writeFileSync(new URL(`${hashed}.br`, out), brotli);
  writeFileSync(new URL(`${hashed}.gz`, out), gzipSync(bytes, { level: 9 }));
  console.log(`${hashed.padEnd(32)} ${kb(bytes)} KB, brotli ${kb(brotli)} KB`);
}

function kb(bytes) {
  return (bytes.length / 1024).toFixed(1);
}
