#!/bin/bash
# Measures and prints a table for each: bench/run.sh [NAME...]; without names: everything. Each is measured in a process of its own, with the services that it needs
# and no others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh
. scripts/lib/services.sh
scripts/build.sh >/dev/null
dotnet build bench/Benchmarks -c Release -v quiet --nologo -clp:ErrorsOnly
program=artifacts/build/bin/Benchmarks/release/Bacalhau.Benchmarks
trap stop_services EXIT

for name in ${*:-$("$program" --names)}; do
  open_services
  port=$(free_port)
  case $name in
  download)
    if start_nginx "$port" >&2; then export BACALHAU_TEST_WEB=http://localhost:$port BACALHAU_TEST_WEB_ROOT=$services/web; fi ;;
  download-s3)
    if start_radosgw "$port" bench s3cret >&2; then
      slow=$(free_port)
      start_slow_proxy "$slow" "$port" 20m
      export BACALHAU_TEST_S3=http://bench:s3cret@127.0.0.1:$port BACALHAU_TEST_SLOW_S3=http://bench:s3cret@127.0.0.1:$slow
    fi ;;
  esac
  "$program" "$name"
  stop_services
done
