#!/bin/bash
# Makes a data folder with a pack and small demo data, whole or not at all.
# Usage: demo.sh SHIAN PACK DATA
set -euo pipefail
shian=$1 pack=$2 data=$3
making=$data.making
rm -rf "$making"
"$shian" pack apply "$pack" --data "$making"
"$shian" demo --scale small --data "$making"
mv "$making" "$data"
