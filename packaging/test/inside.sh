#!/bin/sh
# Runs in a Debian of its own, in which nothing but the two packages is installed: /packages has them, /newer has the same with a
# higher version, /older has packages as the reference implementation names them.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc

step() { echo "- $1"; }
fail() {
    echo "FAILED: $1" >&2
    tail -n 20 /tmp/maglevd.log >&2 || true
    exit 1
}
# What stands in front of it comes true within 30 s.
until_true() {
    what=$1; shift
    for _ in $(seq 300); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    fail "$what"
}
# But where the test itself writes, and what the tools for users keep of their files.
everything() {
    find / -xdev \( -path /proc -o -path /packages -o -path /newer -o -path /older -o -path /tmp -o -path /var/log \
        -o -path /var/lib/dpkg -o -path /var/cache -o -path /dev -o -path /run -o -path /var/lib/apt \
        -o -path '/etc/*-' \) -prune -o -print | sort
}
start_maglevd() {
    setpriv --reuid maglevd --regid maglevd --init-groups \
        maglevd --grpc-addr unix:/run/vpp/grpc.sock >>/tmp/maglevd.log 2>&1 &
    daemon=$!
}
ask() { maglevc --server unix:/run/vpp/grpc.sock "$@"; }
vpp() { maglev-vppsim --socket /run/vpp/api.sock --cli "$1"; }
server_is_up() { ask --json show backend web1 | grep -q '"state": "up"'; }
# There is no curl here.
scraped() {
    /usr/lib/vpp-maglev/node -e 'fetch("http://127.0.0.1:9091" + process.argv[1]).then(async (response) => {
        if (!response.ok || !(await response.text()).includes(process.argv[2])) process.exit(1);
    })' "$1" "$2"
}
weight_is() { ask --json show vpp lbstate | tr -d ' \n' | grep -q "\"address\":\"127.0.0.1\",\"weight\":$1,"; }
synced_times() { [ "$(grep -c '"vpp-lbsync-done"' /tmp/maglevd.log)" -ge "$1" ]; }
config() {
    cat >/etc/vpp-maglev/maglev.yaml <<YAML
maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  healthchecks: { web: { type: http, port: $port, interval: 200ms } }
  backends: { web1: { address: 127.0.0.1, healthcheck: web } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [ { name: main, backends: { web1: { weight: $1 } } } ] }
YAML
}

step 'install'
everything >/tmp/before
getent passwd | sort >/tmp/users-before
getent group | sort >/tmp/groups-before
dpkg -i /packages/*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'the packages cannot be installed'; }
for program in maglevd maglevc maglevt maglev-vppsim maglevd-frontend; do $program --version; done
[ -f /usr/share/man/man8/maglevd.8.gz ] || fail 'there is no man page'
maglevd --schema | cmp - /usr/share/vpp-maglevd/maglev.schema.json || fail 'the schema is not that of this maglevd'

step 'a server goes up'
cat >/tmp/web.cjs <<'JS'
const server = require('node:http').createServer((_, response) => response.end('well\n'));
server.listen(0, '127.0.0.1', () => require('node:fs').writeFileSync('/tmp/port', String(server.address().port)));
JS
/usr/lib/vpp-maglev/node /tmp/web.cjs &
until_true 'a web server' test -s /tmp/port
port=$(cat /tmp/port)
# The second one is what systemd makes for the unit.
install -d -o maglevd -g maglevd /run/vpp /var/lib/vpp-maglev
setpriv --reuid maglevd --regid maglevd --init-groups \
    maglev-vppsim --socket /run/vpp/api.sock --stats-socket /run/vpp/stats.sock >/tmp/vppsim.log 2>&1 &
vppsim=$!
until_true 'a simulator' test -S /run/vpp/api.sock
config 100
maglevd --check
start_maglevd
until_true 'the server is up' server_is_up
until_true 'VPP has its weight' weight_is 100
ask show frontends
until_true 'it is ready' scraped /readyz ok
scraped /metrics 'maglev_backend_state{backend="web1",state="up"} 1' || fail 'its metrics do not tell that the server is up'
[ -f /usr/share/doc/vpp-maglevd/examples/alerts.yaml ] || fail 'there are no alert rules'

step 'reload'
config 42
kill -HUP $daemon
until_true 'VPP has the weight of the new config' weight_is 42

step 'upgrade, with 0 writes'
until_true 'a sync is over' synced_times 1
vpp 'set maglev-vppsim traffic 192.0.2.1 port 80 flows 1000 every 100ms'
writes=$(vpp 'show maglev-vppsim writes' | head -n 1)
dpkg -i /newer/*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'it cannot be upgraded'; }
server_is_up || fail 'the old maglevd does not answer during the upgrade'
# As the package does where systemd runs.
kill -TERM $daemon
wait $daemon || fail 'the old maglevd failed when it was ended'
: >/tmp/maglevd.log
start_maglevd
until_true 'the server is up again' server_is_up
until_true 'the new maglevd has compared VPP with its decision' synced_times 1
[ "$(vpp 'show maglev-vppsim writes' | head -n 1)" = "$writes" ] || fail "VPP was written to: $writes, then $(vpp 'show maglev-vppsim writes')"
weight_is 42 || fail 'VPP lost the weight'
echo "  $writes"
vpp 'show maglev-vppsim traffic' | sed 's/^/  /'

step 'remove, purge'
# No user is removed who runs a program.
maglevd-frontend --server unix:/run/vpp/grpc.sock --listen 127.0.0.1:8080 >/tmp/frontend.log 2>&1 &
frontend=$!
/usr/lib/vpp-maglev/node -e '(async () => {
    const get = async (path) => (await fetch("http://127.0.0.1:8080" + path)).text();
    for (let i = 0; ; i++) {
        const text = await get("/view/api/state").catch(() => "");
        if (/"name":"web1"/.test(text)) break;
        if (i > 100) throw new Error("it shows nothing");
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (!/app\.js/.test(await get("/view/"))) throw new Error("it has no page");
})()' || { cat /tmp/frontend.log >&2; fail 'the dashboard does not show the maglevd'; }
kill -TERM $frontend
wait $frontend || fail 'the dashboard does not end'
kill -TERM $daemon $vppsim
wait $daemon $vppsim || true
dpkg -r vpp-maglevd vpp-maglev >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'it cannot be removed'; }
[ -f /etc/vpp-maglev/maglev.yaml ] || fail 'the config is gone after a removal'
dpkg -P vpp-maglevd vpp-maglev >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'it cannot be purged'; }
rm -rf /run/vpp
everything >/tmp/after
diff /tmp/before /tmp/after || fail 'a purge leaves files behind'
getent passwd | sort | diff /tmp/users-before - || fail 'a purge leaves a user behind'
getent group | sort | diff /tmp/groups-before - || fail 'a purge leaves a group behind'

step 'over the packages of the reference implementation'
dpkg -i /older/*.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'the older ones cannot be installed'; }
echo '# mine' >>/etc/vpp-maglev/maglev.yaml
apt-get install -y /packages/*.deb </dev/null >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'they cannot be replaced'; }
grep -q '^# mine$' /etc/vpp-maglev/maglev.yaml || fail 'the config of the older package is gone'
maglevd --version
dpkg -P vpp-maglevd vpp-maglev >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail 'it cannot be purged'; }
everything >/tmp/after
diff /tmp/before /tmp/after || fail 'a purge leaves files of the older ones behind'

step 'the tarball, without dpkg'
tar -xzf /tarball.tar.gz -C /tmp
/tmp/vpp-maglev-*/bin/maglevd --version
ln -s /tmp/vpp-maglev-*/bin/maglevc /tmp/linked
/tmp/linked --version
echo 'all is well'
