# Installs missing Debian packages. Source this file.

# as_root COMMAND...: runs it as root, through sudo where needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "This needs root: run the script as root, or install sudo. Command: $*" >&2; return 1
  fi
}

has_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Packages that bring a service would start it; we start our own copies, by pid, and only while they are used.
with_services_held_back() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  "$@" || status=$?
  as_root rm -f "$policy"
  return "$status"
}

# install_packages NAME...: installs those that are missing and says which; does nothing, quickly, when all are there.
install_packages() {
  local missing=() name
  for name in "$@"; do has_package "$name" || missing+=("$name"); done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "These packages are missing, and this is no Debian system to install them on: ${missing[*]}" >&2
    return 1
  fi
  echo "Installing Debian packages: ${missing[*]}"
  local log; log=$(mktemp)
  if with_services_held_back apt_install "${missing[@]}" >"$log" 2>&1; then rm -f "$log"
  else
    tail -n 20 "$log" >&2; rm -f "$log"
    echo "Could not install: ${missing[*]}" >&2
    return 1
  fi
}

apt_install() {
  as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}
