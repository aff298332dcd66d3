#!/bin/bash
# Real processes under faults: an orchestrator and five nodes that are killed, stopped, frozen, wiped, cut off and left without disk, while jobs of all
# types come in. Fails, and keeps logs and data, when something has not come right within 60 s of healing.
#
#   scripts/chaos.sh [--minutes N] [--seed S]     two minutes and a seed of chance unless given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh

if [ -z "${BACALHAU_TEST_BINARY:-}" ]; then
  scripts/build.sh
  export BACALHAU_TEST_BINARY=$PWD/artifacts/bacalhau/bacalhau
fi
dotnet build tests/Chaos -c Release -v quiet --nologo -clp:ErrorsOnly
exec artifacts/build/bin/Chaos/release/Bacalhau.Chaos "$@"
