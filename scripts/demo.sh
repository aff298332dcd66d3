#!/bin/bash
# Builds, starts a node of its own, runs real jobs on it and shows their results; then stops everything it started.
# Containers only where a Docker engine answers. Works on a bare Debian 12 with the .NET 10 SDK, git and curl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/services.sh

scripts/build.sh
bacalhau=$PWD/artifacts/bacalhau/bacalhau

open_services
trap stop_services EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

api_port=$(free_port)
export BACALHAU_API_HOST=127.0.0.1 BACALHAU_API_PORT=$api_port
# The commands below must not read or write what a user of this machine has set up.
export BACALHAU_DIR=$services/client

start_node() {
  "$bacalhau" serve --orchestrator --compute --data-dir "$services/node" \
    -c API.Host=127.0.0.1 -c "API.Port=$api_port" -c Orchestrator.Host=127.0.0.1 -c "Orchestrator.Port=$(free_port)" \
    -c Publishers.Types.Local.Address=127.0.0.1 -c "Publishers.Types.Local.Port=$(free_port)" \
    -c "Compute.AllowListedLocalPaths=$PWD/samples/**" >"$services/node.log" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 30 "$bacalhau" agent alive || { echo "The node did not start. Its log:" >&2; tail -n 20 "$services/node.log" >&2; return 1; }
}

# show COMMAND...: prints a command as a person would type it, and runs it.
show() {
  echo
  echo "\$ bacalhau $*"
  "$bacalhau" "$@"
}

# show_hours FOLDER: adds up the partitions' tables.
show_hours() {
  echo
  echo "hour  flights  late  mean delay"
  awk -F, '$1 != "hour" { flights[$1] += $2; late[$1] += $3; delay[$1] += $4 }
    END { for (hour in flights) printf "%4s  %7d  %3d%%  %6.1f min\n", hour, flights[hour], late[hour] * 100 / flights[hour], delay[hour] / flights[hour] }' \
    "$1"/*/outputs/hours-*.csv | sort
}

# run_flights FILE FLAG...: runs a job over the flights' data and shows what came out.
run_flights() {
  local file=$1 job=${1%.yaml} results=$services/${1%.yaml}
  shift
  show job run --fail-on-job-failure -V "samples=$PWD/samples" "$@" "samples/$file"
  show job describe "$job"
  mkdir "$results"
  show job get "$job" --output-dir "$results"
  show_hours "$results"
}

echo "Starting a node"
start_node

show job run --follow samples/hello-wasm.yaml
run_flights flight-delays-wasm.yaml

if docker_answers >/dev/null 2>&1; then
  image=busybox:1.35-local
  make_busybox_image "$image"
  show job run --follow -V "image=$image" samples/hello-docker.yaml
  run_flights flight-delays-docker.yaml -V "image=$image"
  if [ "$(show_hours "$services/flight-delays-wasm")" = "$(show_hours "$services/flight-delays-docker")" ]; then
    echo "Both programs found the same."
  fi
else
  echo
  echo "No Docker engine answers: the container jobs are left out."
fi

show node list
show job list
cat <<NEXT

That was the demo; its node is stopped now. To go on, start one:

  $bacalhau serve --orchestrator --compute -c "Compute.AllowListedLocalPaths=$PWD/samples/**"

and in another terminal:

  $bacalhau job run --follow samples/hello-wasm.yaml
  $bacalhau job run -V samples=$PWD/samples samples/flight-delays-wasm.yaml
  $bacalhau job list
NEXT
