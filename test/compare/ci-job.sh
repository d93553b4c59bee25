#!/bin/sh
# A CI job as docs/ci.md describes it, from baseline to red: prints what each step ended with.
#
#   ci-job.sh DIRECTORY    which is to be writable and has to hold storm.yaml; MAPSIM is the command
set -u
: "${MAPSIM:=mapsim}"
cd "$1" || exit 3
fail=0

# step NAME EXPECTED-CODE COMMAND…
step() {
  name=$1 expected=$2
  shift 2
  "$@" >"$name.out" 2>"$name.err"
  code=$?
  echo "$name: $code"
  if [ "$code" -ne "$expected" ]; then
    echo "$name: expected $expected" >&2
    cat "$name.err" >&2
    fail=1
  fi
}

run='--strategies=mmap-lock,rcu-retry3 --seeds=12'

# The baseline, kept with the sources or as an artifact. A healthy threshold holds.
step baseline 0 $MAPSIM compare storm.yaml $run -o baseline.json --fail-on 'falseGaps>0'
# Nothing has changed: no difference is shown, and the saved results are the same bytes.
step unchanged 0 $MAPSIM compare storm.yaml $run -o again.json --fail-on 'falseGaps>0'
step same-bytes 0 cmp baseline.json again.json
step no-difference 0 $MAPSIM compare baseline.json again.json --exit-code
# A change: writers that come ten times as often.
sed 's/think: 20us/think: 2us/' storm.yaml >changed.yaml
mkdir -p new && mv changed.yaml new/storm.yaml
step changed 0 $MAPSIM compare new/storm.yaml $run -o new.json
step difference 1 $MAPSIM compare baseline.json new.json --exit-code
# The same change on so few seeds that no difference could be shown is no pass, however quiet.
few='--strategies=mmap-lock,rcu-retry3 --seeds=3 -q'
step few-before 0 $MAPSIM compare storm.yaml $few -o few-before.json
step few-after 0 $MAPSIM compare new/storm.yaml $few -o few-after.json
step cannot-judge 4 $MAPSIM compare few-before.json few-after.json --exit-code -q
# How often a read() ends up under mmap_lock is a gate that holds before and fails after.
step gate-holds 0 $MAPSIM compare storm.yaml $run --fail-on 'rcu-retry3:fallbackReads/reads>50%'
step gate-fails 1 $MAPSIM compare new/storm.yaml $run --fail-on 'rcu-retry3:fallbackReads/reads>50%'
# A threshold that the change breaks, against the baseline and by itself.
step worse 1 $MAPSIM compare baseline.json new.json \
  --fail-on 'new.json:rcu-retry3:retries>baseline.json:rcu-retry3:retries'
step threshold 1 $MAPSIM compare new/storm.yaml $run --fail-on 'rcu-retry3:retries/lines>1%' \
  --format=junit --annotate
# A misspelt metric must never pass for one that held.
step misspelt 2 $MAPSIM compare storm.yaml $run --fail-on 'tornPases>0'
# A limit that was reached before an answer.
step limit 4 $MAPSIM compare storm.yaml $run --max-events=500 --format=tap
exit $fail
