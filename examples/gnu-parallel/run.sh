#!/bin/sh
# A sweep with GNU parallel: SHARDS shards, JOBS at a time (add --sshlogin for other machines). After
# a failure run it again: it skips complete shards and continues interrupted ones.
#
#   GRID=examples/grid.yaml SHARDS=8 examples/gnu-parallel/run.sh all.ndjson
set -eu
: "${GRID:?the grid to sweep}" "${SHARDS:=4}" "${JOBS:=2}" "${MAPSIM:=mapsim}"
out=${1:?the file to write}
mkdir -p shards
parallel -j"$JOBS" --joblog shards/jobs.log --resume-failed \
  "$MAPSIM sweep $GRID --shard={}/$SHARDS --jobs=1 --resume -o shards/{}.ndjson" \
  ::: $(seq "$SHARDS")
$MAPSIM merge shards/*.ndjson -o "$out"
