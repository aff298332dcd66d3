#!/bin/bash
# Makes delays.wasm from delays.c, with Debian's clang and wasi-libc.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../scripts/lib/packages.sh

install_packages clang lld wasi-libc libclang-rt-14-dev-wasm32
clang --target=wasm32-wasi -std=c17 -Wall -Wextra -Werror -Os -Wl,--strip-all -o delays.wasm delays.c
ls -l delays.wasm
