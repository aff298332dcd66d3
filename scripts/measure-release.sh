#!/bin/bash
# Prints what the Native AOT release (scripts/publish.sh) costs: start time of a command, memory of idle nodes.
# Times are of this machine and this moment: compare only runs that were made side by side.
#
#   scripts/measure-release.sh [FOLDER]     default: artifacts/release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/services.sh

runs=20
idle_seconds=10
bacalhau=$(realpath "${1:-artifacts/release}")/bacalhau
[ -x "$bacalhau" ] || { echo "There is no $bacalhau: run scripts/publish.sh first." >&2; exit 1; }
install_packages nats-server

open_services
trap stop_services EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export BACALHAU_DIR=$services/client

# median_ms COMMAND...: the median time of the command in milliseconds.
median_ms() {
  local i begin
  for ((i = 0; i < runs; i++)); do
    begin=${EPOCHREALTIME/./}
    "$@" >/dev/null
    echo $((${EPOCHREALTIME/./} - begin))
  done | sort -n | awk '{ times[NR] = $1 } END { printf "%.1f", times[int((NR + 1) / 2)] / 1000 }'
}

# memory PID: resident and private memory in MB.
memory() {
  awk '/^VmRSS/ { all = $2 } /^RssAnon/ { own = $2 } END { printf "%.0f MB resident, %.0f MB of it private", all / 1000, own / 1000 }' "/proc/$1/status"
}

# start_node NAME FLAG...: starts a node in a folder of its own; its process id is then in $node.
start_node() {
  local name=$1; shift
  "$bacalhau" serve --data-dir "$services/$name" -c API.Host=127.0.0.1 -c Publishers.Types.Local.Address=127.0.0.1 "$@" \
    >"$services/$name.log" 2>&1 </dev/null &
  node=$!
  stop_commands+=("stop_process $node")
}

wait_alive() {
  wait_for 30 env BACALHAU_API_HOST=127.0.0.1 "BACALHAU_API_PORT=$1" "$bacalhau" agent alive ||
    { echo "The $2 did not start. Its log:" >&2; tail -n 20 "$services/$2.log" >&2; return 1; }
}

"$bacalhau" version --client >/dev/null
echo "bacalhau version --client: $(median_ms "$bacalhau" version --client) ms (median of $runs)"

nats_port=$(free_port) api_port=$(free_port)
start_node orchestrator --orchestrator -c "API.Port=$api_port" -c Orchestrator.Host=127.0.0.1 -c "Orchestrator.Port=$nats_port"
orchestrator=$node
wait_alive "$api_port" orchestrator
compute_port=$(free_port)
start_node compute --compute -c "API.Port=$compute_port" -c "Compute.Orchestrators=nats://127.0.0.1:$nats_port" \
  -c "Publishers.Types.Local.Port=$(free_port)"
compute=$node
wait_alive "$compute_port" compute

sleep "$idle_seconds"
echo "idle orchestrator: $(memory "$orchestrator")"
echo "idle compute node: $(memory "$compute")"
(cd "$(dirname "$bacalhau")" && ls -l --block-size=1 | awk '$5 > 1000000 { printf "%s: %.1f MB\n", $9, $5 / 1000000 }')
