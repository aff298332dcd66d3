#!/bin/bash
# Builds artifacts/bacalhau/bacalhau, which runs wherever .NET 10 and nats-server are installed: copy the whole folder.
# Quick and incremental. For the release that needs no .NET, see publish.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh

command -v nats-server >/dev/null || [ -x /usr/sbin/nats-server ] || install_packages nats-server

out=artifacts/bacalhau
for project in src/Cli src/Worker; do
  # Restored without the switches below: they would rewrite the lock files.
  dotnet restore "$project" -v quiet
  dotnet publish "$project" --no-restore -c Release -r linux-x64 --self-contained false -p:PublishAot=false -o "$out" -v quiet --nologo
done
chmod -R a+rX "$out"
echo "Built $out/bacalhau"
