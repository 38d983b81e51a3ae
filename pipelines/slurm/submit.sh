#!/usr/bin/env bash
# Submits jobs to Slurm, or with --dry-run prints the commands that would.
#
#   submit.sh [--dry-run] steps FIRST LAST                  the steps of a run, chained; `make slurm` gives the settings
#   submit.sh [--dry-run] servers ADDRESSES COUNT COMMAND…  servers, whose addresses come to be in that folder
set -euo pipefail
cd "$(dirname "$0")/../.."

is_dry_run=no
if [[ ${1:-} == --dry-run ]]; then
  is_dry_run=yes
  shift
fi

# submit NAME ARGUMENTS…: sets `job` to the job's number, or in a dry run to its name in angle brackets.
submit() {
  local name=$1
  shift
  if [[ $is_dry_run == yes ]]; then
    printf '%q ' sbatch --parsable "$@" | sed 's/ $/\n/; s/\\\([<>{}]\)/\1/g'
    job="<$name>"
  else
    job=$(sbatch --parsable "$@")
    # On a federation the cluster's name follows the number.
    job=${job%%;*}
    echo "$name: job $job"
  fi
}

usage() {
  sed -n '4,5s/^# *//p' "$0" >&2
  exit 64
}

case ${1:-} in
  servers)
    (($# >= 4)) || usage
    pipelines/options-secrets.sh "the servers' command" "${@:4}"
    # shellcheck disable=SC2086
    submit servers --array="1-$3" ${SERVER_SBATCH_OPTIONS:-} pipelines/slurm/server.sbatch "$2" "${@:4}"
    ;;
  steps)
    (($# == 3)) || usage
    pipelines/cluster/check.sh
    after=()
    for ((step = $2; step <= $3; step++)); do
      # shellcheck disable=SC2086
      submit "shards-$step" --array="1-$SHARDS" "${after[@]}" ${SHARD_SBATCH_OPTIONS:-} pipelines/slurm/shard.sbatch "$step"
      # shellcheck disable=SC2086
      submit "update-$step" --dependency="afterok:$job" ${UPDATE_SBATCH_OPTIONS:-} pipelines/slurm/update.sbatch "$step"
      after=(--dependency="afterok:$job")
    done
    ;;
  *) usage ;;
esac
