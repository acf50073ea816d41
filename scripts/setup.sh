#!/bin/bash
# Installs what `make run` or `make test` needs and is missing; does nothing, quickly, when all is there.
# Usage: setup.sh run | test
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-test}

say() { printf '%s\n' "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- Debian packages -------------------------------------------------------------------------------------------------
missing=()
have cc || missing+=(build-essential)
have node && have npm || missing+=(nodejs npm)
if [ "$want" = test ]; then
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    have chromium || missing+=(chromium)
    # Papers are set in these; so are the pages in the pictures.
    compgen -G '/usr/share/fonts/opentype/noto/NotoSerifCJK*' >/dev/null || missing+=(fonts-noto-cjk)
    # Read papers back: their text, their looks, their codes.
    have pdftotext || missing+=(poppler-utils)
    have zbarimg || missing+=(zbar-tools)
    # Opens what the office writes: workbooks in calc, papers in writer.
    office=/usr/lib/libreoffice/program
    have soffice && [ -e $office/libsclo.so ] && [ -e $office/libswlo.so ] ||
        missing+=(libreoffice-calc libreoffice-writer)
fi
if [ ${#missing[@]} -gt 0 ]; then
    have apt-get || { say "please install by hand: ${missing[*]}"; exit 1; }
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq </dev/null
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
fi

# --- Rust tools ------------------------------------------------------------------------------------------------------
have cargo || { say "Rust is missing: see https://rustup.rs (1.95 or later)"; exit 1; }
if [ "$want" = test ]; then
    for tool in cargo-nextest cargo-deny; do # built from source in about three minutes each, once per machine
        have "$tool" || [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/$tool" ] ||
            { say "building $tool"; cargo install --locked --quiet "$tool" </dev/null; }
    done
fi

# --- The pages' scripts and styles -----------------------------------------------------------------------------------
# The binary embeds web/dist, so it stands before the build. A stamp remembers what it was made from.
[ -f web/package.json ] || exit 0
lock=$(sha256sum web/package-lock.json | cut -d' ' -f1)
if [ "$(cat web/node_modules/.made-from 2>/dev/null)" != "$lock" ]; then
    say "installing web/node_modules"
    (cd web && npm ci --no-audit --no-fund --loglevel=error </dev/null)
    echo "$lock" >web/node_modules/.made-from
fi
sources=$(find web -type d \( -name node_modules -o -name dist -o -name browser-tests \) -prune -o -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ "$(cat web/node_modules/.dist-made-from 2>/dev/null)" != "$sources" ] || [ ! -d web/dist ]; then
    say "building web/dist"
    (cd web && npm run --silent build </dev/null)
    echo "$sources" >web/node_modules/.dist-made-from
fi
