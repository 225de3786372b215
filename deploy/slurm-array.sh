#!/bin/sh
#SBATCH --job-name=arithmoscope
#SBATCH --array=0-7
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
#
# A plan's shards as a Slurm array, from the package's folder:
#   sbatch deploy/slurm-array.sh /shared/plan --ep cpu
# A task takes its shards by SLURM_ARRAY_TASK_ID; one that is stopped goes on when it is run again.
set -eu
: "${1:?a folder with a plan is needed: sbatch deploy/slurm-array.sh FOLDER}"

code=0
${ARITHMOSCOPE:-npx --no-install arithmoscope} run "$@" --threads "${SLURM_CPUS_PER_TASK:-1}" || code=$?
# 75: a server was away, or a graphics processor; the same task later goes on
if [ "$code" -eq 75 ] && [ -n "${SLURM_JOB_ID:-}" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 5 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}_${SLURM_ARRAY_TASK_ID:-0}"
fi
exit "$code"
