#!/bin/bash
# Lets Schemathesis ask the REST API of an office with demo data whatever its description allows and forbids, as the office, as the
# least privileged role and as the system administrator: a few registers in depth, every operation in breadth.
# Usage: schemathesis.sh SHIAN PACK
set -euo pipefail
shian=$1 pack=$2
tools=$(dirname "$(dirname "$shian")")/tools
st=$tools/schemathesis/bin/st
if [ ! -x "$st" ]; then
    python3 -m venv "$tools/schemathesis"
    "$tools/schemathesis/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/shian-api.XXXXXX")
server=
end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$place"
}
trap end EXIT
trap 'exit 130' INT TERM
"$(dirname "$0")/demo.sh" "$shian" "$pack" "$place/data" >/dev/null
printf '\n[api]\nper_minute = 0\n' >>"$place/data/shian.toml"
"$shian" serve --data "$place/data" --listen 127.0.0.1:0 >"$place/address" 2>"$place/log" &
server=$!
for _ in $(seq 600); do # a busy machine takes its time
    grep -q http "$place/address" && break
    sleep 0.1
done
url=$(tail -1 "$place/address")

# What the description cannot say: that a name is taken, a date in the future, a record somebody else's.
failed=0
ask() { # login phases examples seconds paths
    local token
    token=$("$shian" token add "$1" --write --data "$place/data")
    echo "--- Schemathesis as $1: $2, $3 examples each"
    (cd "$place" && "$st" run "$url/api/openapi.json" -H "Authorization: Bearer $token" --phases="$2" -n "$3" \
        --max-time "$4" --seed 7 --no-shrink --warnings off --include-path-regex "$5" \
        --exclude-checks positive_data_acceptance --request-timeout 30) >"$place/told" 2>&1 || failed=1
    [ "$failed" = 0 ] || sed 's/^/    /' "$place/told" | tail -120
    tail -40 "$place/told" | grep -E 'Tested:|generated|in [0-9.]+s' || true
    [ "$failed" = 0 ] || exit 1
}
deep='^/(me|registers|indicators|measures|changes|files|jobs|webhooks|records/(food_business|inspection|complaint))(/|$)'
ask shian examples,coverage,fuzzing 3 70 "$deep"
ask shian fuzzing 1 60 '^/records/'
ask qiye examples,coverage,fuzzing 2 40 '.'
ask xitong examples,coverage,fuzzing 2 30 '^/(me|registers|jobs|changes|webhooks)(/|$)'
