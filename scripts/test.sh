#!/bin/bash
# Installs and starts what the tests use, runs all tests, stops everything. Last line: N passed, N failed, N skipped.
#
#   scripts/test.sh [--aot] [PROJECT...]
#
# --aot      also makes the Native AOT release (minutes), tests it and prints its start time and memory; then two minutes of chaos, and the mutants
# PROJECT    only these, such as Core.Tests; without services unless BACALHAU_TEST_SERVICES=1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh
. scripts/lib/services.sh

aot=
projects=()
for argument in "$@"; do
  case $argument in
    --aot) aot=1 ;;
    -*) echo "Unknown option $argument. Usage: scripts/test.sh [--aot] [PROJECT...]" >&2; exit 2 ;;
    *) [ -f "tests/$argument/$argument.csproj" ] || { echo "There is no test project $argument in tests/" >&2; exit 2; }
       projects+=("$argument") ;;
  esac
done
services_wanted=${BACALHAU_TEST_SERVICES:-$([ "${#projects[@]}" -gt 0 ] || echo 1)}
targets=("${projects[@]/#/tests/}")
[ "${#projects[@]}" -gt 0 ] || {
  targets=(Bacalhau.slnx)
  projects=(Tidy.Tests Core.Tests Protocol.Tests Orchestrator.Tests Compute.Tests Cli.Tests Simulation EndToEnd)
}

passed=0 failed=0 skipped=0
failures=()

open_services
results=$services/results
mkdir -p "$results"
trap stop_services EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# section NAME: a heading, with the minutes since the begin.
section() { printf '== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

count_failure() { failed=$((failed + 1)); failures+=("$1"); }

# check NAME COMMAND...: a command that counts as one test.
check() {
  local name=$1; shift
  if "$@" >"$results/check.log" 2>&1; then passed=$((passed + 1)); echo "  $name: passed"
  else count_failure "$name"; cat "$results/check.log"; echo "  $name: FAILED"
  fi
}

# run_project NAME: runs a built test project and adds up what it says.
run_project() {
  local name=$1 log=$results/$1.log status=0 total errors bad skip memory=()
  section "$name"
  # Young objects have 64 MiB (hexadecimal), also where the size of the processor's cache cannot be seen, which decides otherwise: a fifth of the time of a seed.
  if [ "$name" = Simulation ]; then memory=(DOTNET_GCgen0size=4000000); fi
  env "${memory[@]}" timeout --kill-after=30 1200 "artifacts/build/bin/$name/release/Bacalhau.$name" -noLogo -noColor >"$log" 2>&1 </dev/null || status=$?
  grep -vE '^  (Discovering|Discovered|Starting|Finished): |^=== TEST EXECUTION SUMMARY' "$log" || true
  read -r total errors bad skip < <(sed -nE \
    's/^.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), .*$/\1 \2 \3 \4/p' "$log" | tail -n 1) || true
  if [ -z "${total:-}" ] && [ "$status" = 0 ] && grep -q ' Total: 0$' "$log"; then
    echo "  no tests yet"
    return
  fi
  if [ -z "${total:-}" ]; then
    count_failure "$name: ended with $status before its summary"
    return
  fi
  passed=$((passed + total - bad - skip))
  skipped=$((skipped + skip))
  failed=$((failed + bad + errors))
  while read -r line; do failures+=("${line% \[FAIL\]}"); done < <(grep -E '^    .* \[FAIL\]$' "$log" || true)
  if [ "$status" != 0 ] && [ $((bad + errors)) = 0 ] && [ "$total" != 0 ]; then count_failure "$name: ended with $status"; fi
}

build_failed() {
  echo "The build failed: no test was run."
  echo "$passed passed, $((failed + 1)) failed, $skipped skipped"
  exit 1
}

if [ -n "$services_wanted" ]; then
  section Services
  install_packages nats-server busybox-static
  image=busybox:1.35-local
  if start_docker && make_busybox_image "$image"; then
    export BACALHAU_TEST_DOCKER_IMAGE=$image
    registry_port=$(free_port)
    if start_registry "$registry_port"; then
      export BACALHAU_TEST_REGISTRY=127.0.0.1:$registry_port
      docker tag "$image" "$BACALHAU_TEST_REGISTRY/busybox:1.35"
      docker push -q "$BACALHAU_TEST_REGISTRY/busybox:1.35"
      docker rmi "$BACALHAU_TEST_REGISTRY/busybox:1.35" >/dev/null
    fi
  else
    echo "No Docker engine: the tests that need one are skipped."
  fi
  nginx_port=$(free_port)
  if start_nginx "$nginx_port"; then
    export BACALHAU_TEST_WEB=http://localhost:$nginx_port BACALHAU_TEST_WEB_ROOT=$services/web BACALHAU_TEST_WEB_LOG=$services/web.log
  else
    echo "No nginx: the tests that need it are skipped."
  fi
  postgres_port=$(free_port)
  postgres_password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  if start_postgres "$postgres_port" "$postgres_password"; then
    export BACALHAU_TEST_POSTGRES="Host=127.0.0.1;Port=$postgres_port;Username=test;Password=$postgres_password;Database=postgres"
  else
    echo "No PostgreSQL: the tests that need it are skipped."
  fi
  s3_port=$(free_port)
  s3_secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  if start_radosgw "$s3_port" test "$s3_secret"; then
    export BACALHAU_TEST_S3="http://test:$s3_secret@127.0.0.1:$s3_port"
  else
    echo "No S3 server: the tests that need one are skipped."
  fi
  # Fetched while all is built.
  ipfs_install=
  { command -v node && command -v npm || install_packages nodejs npm; } >/dev/null && { install_ipfs & ipfs_install=$!; }
fi

section Build
scripts/build.sh || build_failed
export BACALHAU_TEST_BINARY=$PWD/artifacts/bacalhau/bacalhau
for target in "${targets[@]}"; do
  dotnet build "$target" -c Release -v quiet --nologo -clp:ErrorsOnly || build_failed
done
if [ -n "$services_wanted" ]; then
  ipfs_port=$(free_port)
  if [ -n "$ipfs_install" ] && wait "$ipfs_install" && start_ipfs "$ipfs_port"; then
    export BACALHAU_TEST_IPFS=/ip4/127.0.0.1/tcp/$ipfs_port
  else
    echo "No IPFS node: the tests that need one are skipped."
  fi
fi
if [ -n "$aot" ]; then
  scripts/publish.sh || build_failed
  export BACALHAU_TEST_RELEASE=$PWD/artifacts/release/bacalhau
fi

section Checks
# Style rules are part of the build; this is the rest of "dotnet format --verify-no-changes", without loading every project.
check "dotnet format" dotnet format whitespace . --folder --verify-no-changes --include src/ tests/ bench/

for project in "${projects[@]}"; do run_project "$project"; done

if [ -n "$aot" ]; then
  section Release
  scripts/measure-release.sh || count_failure "measure-release"
fi

if [ -n "$aot" ]; then
  section Chaos
  check "chaos.sh, 2 minutes" scripts/chaos.sh --minutes 2 --seed 1
  section Mutants
  check "simulate-mutants.sh" scripts/simulate-mutants.sh
fi

if [ "${#failures[@]}" -gt 0 ]; then
  section Failed
  printf '  %s\n' "${failures[@]}"
fi
stop_services
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
