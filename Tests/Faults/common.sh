# shellcheck shell=bash
# What the fault tests of whole jobs share: a small run, its reference, and the count of trials.

# The program and a place to work, which goes away at the end.
begin() {
  DISTTRAIN=${DISTTRAIN:-$PWD/.build/release/disttrain}
  LAUNCH=$(dirname "$DISTTRAIN")/disttrain-launch
  [[ -x $DISTTRAIN && -x $LAUNCH ]] || { echo "FAIL $DISTTRAIN and disttrain-launch are not built" >&2; exit 1; }
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  unset DISTTRAIN_ISA
  place=$(mktemp -d)
  trap 'clean_up; rm -rf "$place"' EXIT
  survived=0 trials=0 failures=0
}

# configure STEPS: a run of that many steps, a few milliseconds each, with a checkpoint every 20.
configure() {
  cat >"$place/run.yaml" <<YAML
name: run
seed: 7
data: {source: synthetic, synthetic: {count: 48}, image: {size: 32}, cache: off}
model: {generator: {width: 8}, discriminator: {width: 8}}
train: {batch: 16, shards: 8, steps: $1}
output: {samples: {every: 100000, count: 8}, checkpoints: {every: 20}, log: {every: 1}, tensorboard: false, onnx: never}
threads: 1
YAML
}

# tensors OUT STEP: the hash of the tensors in a checkpoint.
tensors() {
  "$DISTTRAIN" checkpoint "$place/$1/run/checkpoints/$(printf %06d "$2").safetensors" | sed -n 's/^tensor hash: //p'
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# lines FILE: how many there are.
lines() { wc -l <"$1" 2>/dev/null || echo 0; }
has_lines() { (($(lines "$1") >= $2)); }

# milliseconds: now.
milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# in_time TOOK PROMISED: both in milliseconds. Only a soak run, which has the machine to itself, keeps to what is promised.
in_time() {
  [[ -z ${DISTTRAIN_SOAK:-} ]] || (($1 <= $2))
}

# trial NAME RESULT DETAILS: counts one; RESULT is the exit code of what had to hold.
trial() {
  trials=$((trials + 1))
  if [[ $2 == 0 ]]; then
    survived=$((survived + 1))
  else
    failures=$((failures + 1))
    echo "FAIL $1, trial $trials: $3"
    [[ -f $place/log ]] && tail -n 40 "$place/log"
  fi
}

# part NAME: says how its trials went, and begins the next.
part() {
  echo "$1: trials $trials, survived $survived"
  trials=0 survived=0
}
