#!/bin/bash
# Makes the Native AOT release: artifacts/release/bacalhau, with bacalhau-worker and the native libraries beside it. Copy the whole
# folder; it needs no .NET. Takes some minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh

install_packages clang zlib1g-dev

out=artifacts/release
symbols=artifacts/release-symbols
rm -rf "$out" "$symbols"
mkdir -p "$symbols"
for project in src/Cli src/Worker; do
  dotnet restore "$project" -v quiet
  dotnet publish "$project" --no-restore -c Release -r linux-x64 -o "$out" -v quiet --nologo
done
find "$out" \( -name '*.dbg' -o -name '*.pdb' \) -exec mv -t "$symbols" {} +
chmod -R a+rX "$out"
echo "Published $out/bacalhau:"
(cd "$out" && ls -sh)
