# Starts the services that the tests use, each by hand and by pid, under $services (a temporary folder), and stops them. Source
# this file after packages.sh, call open_services first and stop_services in an EXIT trap.

open_services() {
  services=$(mktemp -d /tmp/bacalhau-services.XXXXXX)
  chmod 755 "$services"
  stop_commands=()
}

# stop_services: stops what was started here, last first. Safe to call twice.
stop_services() {
  local i
  for ((i = ${#stop_commands[@]} - 1; i >= 0; i--)); do ${stop_commands[i]} || true; done
  stop_commands=()
  [ -z "${services:-}" ] || as_root rm -rf "$services"
  services=
}

# stop_process PID: TERM, and KILL after 15 s.
stop_process() {
  as_root kill "$1" 2>/dev/null || return 0
  local i
  for ((i = 0; i < 150; i++)); do as_root kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done
  as_root kill -KILL "$1" 2>/dev/null || true
}

# wait_for SECONDS COMMAND...: repeats the command until it succeeds.
wait_for() {
  local tries=$(($1 * 20)); shift
  for ((; tries > 0; tries--)); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.05; done
  return 1
}

# free_port: a loopback port that nothing listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# docker_answers: whether the engine that DOCKER_HOST names, or else the machine's own, answers.
docker_answers() {
  local host=${DOCKER_HOST:-unix:///var/run/docker.sock}
  curl -sf -m 5 --unix-socket "${host#unix://}" http://docker/_ping
}

# start_docker: uses the Docker engine that answers, or starts one for the time of the script.
start_docker() {
  if docker_answers >/dev/null; then command -v docker >/dev/null || install_packages docker.io; return; fi
  install_packages docker.io iptables
  echo "Starting dockerd"
  as_root sh -c 'echo $$ >"$0/dockerd.pid"; exec setsid dockerd --group "$1" --pidfile "$0/dockerd-own.pid"' \
    "$services" "$(id -gn)" >"$services/dockerd.log" 2>&1 </dev/null &
  wait_for 5 test -s "$services/dockerd.pid"
  stop_commands+=("stop_process $(cat "$services/dockerd.pid")")
  wait_for 60 docker_answers || { tail -n 20 "$services/dockerd.log" >&2; return 1; }
}

# make_busybox_image NAME: makes the image from the distribution's static busybox, where the engine has not got it.
make_busybox_image() {
  if docker image inspect "$1" >/dev/null 2>&1; then return; fi
  install_packages busybox-static
  echo "Making the image $1"
  local root applet
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,etc,tmp}
  cp /bin/busybox "$root/bin/"
  for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
  chmod 755 "$root"; chmod 1777 "$root/tmp"
  echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
  echo root:x:0: >"$root/etc/group"
  tar -C "$root" --owner=0 --group=0 -c . |
    docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'CMD ["sh"]' - "$1" >/dev/null
  rm -rf "$root"
}

# start_registry PORT: an image registry on the loopback interface, open to everybody on it.
start_registry() {
  install_packages docker-registry
  mkdir -p "$services/registry"
  cat >"$services/registry.yml" <<REGISTRY
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $services/registry}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$1}
REGISTRY
  docker-registry serve "$services/registry.yml" >"$services/registry.log" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 10 curl -sf "http://127.0.0.1:$1/v2/" || { tail -n 20 "$services/registry.log" >&2; return 1; }
}

# start_nginx PORT: a web server on the loopback interface that serves the folder $services/web, logs each request to $services/web.log, asks for the user "user" with
# the password "s3cret" below /private/, and sends from /moved/ to /.
start_nginx() {
  install_packages nginx-light
  mkdir -p "$services/web" "$services/nginx"
  printf 'user:{PLAIN}s3cret\n' >"$services/nginx/users"
  chmod 755 "$services/web"
  cat >"$services/nginx.conf" <<NGINX
daemon off;
pid $services/nginx/pid;
worker_processes 1;
error_log $services/nginx/error.log;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events { worker_connections 256; }
http {
  log_format requests '\$request_uri \$status \$body_bytes_sent';
  access_log $services/web.log requests;
  client_body_temp_path $services/nginx/body;
  proxy_temp_path $services/nginx/proxy;
  fastcgi_temp_path $services/nginx/fastcgi;
  uwsgi_temp_path $services/nginx/uwsgi;
  scgi_temp_path $services/nginx/scgi;
  server {
    listen 127.0.0.1:$1;
    root $services/web;
    location /private/ { auth_basic private; auth_basic_user_file $services/nginx/users; alias $services/web/; }
    location /moved/ { rewrite ^/moved/(.*)\$ /\$1 permanent; }
    location /packed/ { gzip on; gzip_types *; gzip_min_length 1; alias $services/web/; }
  }
}
NGINX
  /usr/sbin/nginx -c "$services/nginx.conf" >"$services/nginx.log" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 10 curl -s -o /dev/null "http://127.0.0.1:$1/" || { cat "$services/nginx.log" "$services/nginx/error.log" >&2; return 1; }
}

# start_slow_proxy PORT TO RATE: passes what comes on over to another port of this machine, and each answer back at RATE (as 20m) bytes a second, as services on the
# internet do.
start_slow_proxy() {
  install_packages nginx-light
  mkdir -p "$services/slow"
  cat >"$services/slow.conf" <<NGINX
daemon off;
pid $services/slow/pid;
worker_processes 1;
error_log $services/slow/error.log;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $services/slow/body;
  proxy_temp_path $services/slow/proxy;
  fastcgi_temp_path $services/slow/fastcgi;
  uwsgi_temp_path $services/slow/uwsgi;
  scgi_temp_path $services/slow/scgi;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:$1;
    location / { proxy_pass http://127.0.0.1:$2; proxy_http_version 1.1; proxy_set_header Host \$http_host; proxy_max_temp_file_size 0; limit_rate $3; }
  }
}
NGINX
  /usr/sbin/nginx -c "$services/slow.conf" >"$services/slow.log" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 10 curl -s -o /dev/null "http://127.0.0.1:$1/" || { cat "$services/slow.log" "$services/slow/error.log" >&2; return 1; }
}

# start_postgres PORT PASSWORD: a PostgreSQL cluster of its own, on the loopback interface, with the superuser "test".
start_postgres() {
  install_packages postgresql-15
  local bin=/usr/lib/postgresql/15/bin data=$services/postgres
  local -a as_owner=()
  # PostgreSQL refuses to run as root.
  [ "$(id -u)" != 0 ] || as_owner=(runuser -u postgres --)
  mkdir -p "$data"
  printf '%s\n' "$2" >"$services/postgres.password"
  [ "$(id -u)" != 0 ] || chown postgres "$data" "$services/postgres.password"
  chmod 600 "$services/postgres.password"
  (cd / && "${as_owner[@]}" "$bin/initdb" -D "$data" -U test -A scram-sha-256 --pwfile "$services/postgres.password" -E UTF8 --locale C -N) >"$services/initdb.log" 2>&1 ||
    { tail -n 20 "$services/initdb.log" >&2; return 1; }
  (cd / && exec "${as_owner[@]}" "$bin/postgres" -D "$data" -k "$data" -h 127.0.0.1 -p "$1" -c fsync=off) >"$services/postgres.log" 2>&1 </dev/null &
  wait_for 30 "$bin/pg_isready" -h 127.0.0.1 -p "$1" || { tail -n 20 "$services/postgres.log" >&2; return 1; }
  stop_commands+=("stop_process $(head -n 1 "$data/postmaster.pid")")
}

# start_radosgw PORT KEY SECRET: an S3 service, Ceph's, with a cluster of its own in memory, on the loopback interface, and a user with these keys.
start_radosgw() {
  install_packages radosgw ceph-mon ceph-osd ceph-common
  local home=$services/ceph conf=$services/ceph/ceph.conf fsid osd monitor
  fsid=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)
  monitor="[v2:127.0.0.1:$(free_port)/0,v1:127.0.0.1:$(free_port)/0]"
  mkdir -p "$home"/{mon,osd,rgw,run}
  cat >"$conf" <<CEPH
[global]
fsid = $fsid
mon host = $monitor
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
run dir = $home/run
admin socket = $home/run/\$cluster-\$name.asok
log file = $home/\$name.log
crash dir = $home/run
ms bind port min = $(free_port)
ms bind port max = 32000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
osd memory target = 939524096
memstore device bytes = 1073741824
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 2000
[mon.a]
mon data = $home/mon
[osd.0]
osd data = $home/osd
[client.rgw.a]
# Without authentication, the monitor's connection cannot be secured either.
ms mon client mode = crc
rgw data = $home/rgw
rgw frontends = beast endpoint=127.0.0.1:$1 tcp_nodelay=1
rgw enable usage log = false
rgw enable ops log = false
rgw thread pool size = 16
# So that what is sent in parts need not be large; S3 itself wants 5 MiB.
rgw multipart min part size = 65536
CEPH
  monmaptool --create --clobber --addv a "$monitor" --fsid "$fsid" "$home/monmap" >/dev/null &&
    ceph-mon --mkfs -i a --monmap "$home/monmap" -c "$conf" || return 1
  ceph-mon -i a -c "$conf" -f >"$home/mon.out" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 30 timeout 5 ceph -c "$conf" -s &&
    ceph -c "$conf" osd new "$osd" >/dev/null &&
    ceph-osd -i 0 --mkfs --osd-uuid "$osd" -c "$conf" >"$home/mkfs.out" 2>&1 || { tail -n 20 "$home"/*.out >&2; return 1; }
  ceph-osd -i 0 -c "$conf" -f >"$home/osd.out" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  radosgw -n client.rgw.a -c "$conf" -f >"$home/rgw.out" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 60 curl -sf -o /dev/null "http://127.0.0.1:$1/" &&
    radosgw-admin -c "$conf" user create --uid=test --display-name=test --access-key="$2" --secret-key="$3" >/dev/null 2>"$home/user.out" ||
    { tail -n 20 "$home"/*.out >&2; return 1; }
}

# install_ipfs: fetches the packages of the IPFS node, as they are locked, where they are not here yet (half a minute).
install_ipfs() {
  local home=scripts/ipfs
  if cmp -s "$home/package-lock.json" "$home/node_modules/.installed.json"; then return; fi
  (cd "$home" && npm ci --no-audit --no-fund --omit=optional --ignore-scripts) >"$services/npm.log" 2>&1 ||
    { tail -n 20 "$services/npm.log" >&2; return 1; }
  cp "$home/package-lock.json" "$home/node_modules/.installed.json"
}

# start_ipfs PORT: an IPFS node (js-ipfs) that knows no other, with its RPC on the loopback interface; after install_ipfs.
start_ipfs() {
  node scripts/ipfs/daemon.mjs "$services/ipfs" "$1" >"$services/ipfs.log" 2>&1 </dev/null &
  stop_commands+=("stop_process $!")
  wait_for 60 grep -q '^ready$' "$services/ipfs.log" || { tail -n 20 "$services/ipfs.log" >&2; return 1; }
}
