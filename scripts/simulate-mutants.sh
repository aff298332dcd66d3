#!/bin/bash
# Shows that the simulation finds what it is there to find: builds each mutant (a patch that takes one promise out of the sources) in a copy, runs the
# simulation on it, and fails if 200 seeds find nothing wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh

command -v patch >/dev/null || install_packages patch

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
survived=0
for patch in "$PWD"/tests/Simulation/mutants/*.patch; do
  name=$(basename "$patch" .patch)
  patch -s -p1 -d "$copy" <"$patch"
  # A mutant need not be good style.
  dotnet build "$copy/tests/Simulation" -c Release -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -v quiet --nologo -clp:ErrorsOnly
  if BACALHAU_SIMULATION_SEEDS=1-200 timeout 300 "$copy/artifacts/build/bin/Simulation/release/Bacalhau.Simulation" \
    -noLogo -noColor -class Bacalhau.Simulation.ClusterSimulationTests >"$copy/$name.log" 2>&1; then
    echo "$name: NOT FOUND within 200 seeds"
    survived=$((survived + 1))
  else
    found=$(grep -oE 'seed [0-9]+: .*' "$copy/$name.log" | head -n 1 | cut -c1-160)
    [ -n "$found" ] || { cat "$copy/$name.log"; exit 1; }
    echo "$name: found by $found"
  fi
  patch -s -R -p1 -d "$copy" <"$patch"
done
exit "$survived"
