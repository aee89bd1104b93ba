#!/bin/sh
# Runs in a Debian with the packages and a systemd that was booted, which runs the unit of the package.
set -eu

step() { echo "- systemd: $1"; }
fail() {
    echo "FAILED: $1" >&2
    systemctl status vpp-maglev --no-pager >&2 || true
    journalctl -u vpp-maglev -n 20 -o cat --no-pager >&2 || true
    exit 1
}
# What stands in front of it comes true within that many seconds.
until_true() {
    what=$1; seconds=$2; shift 2
    for _ in $(seq "$seconds"); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 1
    done
    fail "$what"
}
told() { journalctl -u vpp-maglev -o cat --no-pager | grep -q "$1"; }
writes() { maglev-vppsim --socket /run/vpp/api.sock --cli 'show maglev-vppsim writes' | head -n 1; }
up() { maglevc --json show backend "$1" | grep -q '"state": "up"'; }
equal() { maglevc show frontends | grep -q ' up  .* equal '; }
status_is() { systemctl show vpp-maglev --property StatusText --value | grep -q "^$1$"; }
synced() { [ "$(journalctl -u vpp-maglev -o cat --no-pager | grep -c '"vpp-lbsync-done","scope":"all"')" -ge "$1" ]; }
restarted() { [ "$(systemctl show vpp-maglev --property NRestarts --value)" -ge "$1" ]; }

until_true 'systemd is up' 60 sh -c 'systemctl is-system-running | grep -qE "running|degraded"'
systemctl is-enabled --quiet vpp-maglev || fail 'the package did not enable its service'
[ "$(systemctl show vpp-maglev --property NRestarts --value)" = 0 ] || fail 'without a config it is started again and again'
step 'enabled, and at rest as long as there is no config'

groupadd --system vpp
adduser --quiet maglevd vpp
install -d -m 2775 -g vpp /run/vpp
cat >/tmp/web.cjs <<'JS'
require('node:http').createServer((_, response) => response.end('well')).listen(8099, '127.0.0.1');
JS
systemd-run --quiet --unit web /usr/lib/vpp-maglev/node /tmp/web.cjs
systemd-run --quiet --unit vppsim --property Group=vpp --property UMask=0007 \
    maglev-vppsim --socket /run/vpp/api.sock --stats-socket /run/vpp/stats.sock
until_true 'a simulator' 20 test -S /run/vpp/api.sock
mkdir -p /etc/vpp-maglev /etc/systemd/system/vpp-maglev.service.d
cat >/etc/vpp-maglev/maglev.yaml <<'YAML'
maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  healthchecks: { web: { type: http, port: 8099, interval: 200ms }, ping: { type: icmp, interval: 200ms } }
  backends: { web1: { address: 127.0.0.1, healthcheck: web }, web2: { address: 127.0.0.2, healthcheck: ping } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [ { name: main, backends: { web1: {}, web2: {} } } ] }
YAML
printf '[Service]\nWatchdogSec=30s\n' >/etc/systemd/system/vpp-maglev.service.d/sooner.conf
systemctl daemon-reload

systemctl start vpp-maglev || fail 'it does not start'
maglevc show version >/dev/null || fail 'it cannot be asked as soon as systemctl start is over'
until_true 'what is probed by HTTP is up' 20 up web1
until_true 'what is pinged is up, by the capabilities of the unit' 20 up web2
until_true 'VPP is equal' 20 equal
until_true 'the status says how it is' 30 status_is 'VPP connected, 1 frontend, none down'
journalctl -u vpp-maglev -o verbose --no-pager | grep -q 'PRIORITY=6' || fail 'the journal has no priorities'
journalctl -u vpp-maglev -o cat --no-pager | grep -q '^<' && fail 'priorities stand in the texts'
[ "$(stat -c %U /run/vpp-maglev)" = maglevd ] || fail 'it has no folder for a socket'
step 'started; ready when start is over; a server by HTTP and one by ICMP are up'

systemctl reload vpp-maglev || fail 'it cannot be reloaded'
until_true 'a reload' 10 told '"config-reload-done"'
step 'reloaded'

systemctl kill --signal USR2 vpp-maglev
until_true 'a record' 10 told '"flight-recorded"'
step 'recorded'

before=$(writes)
systemctl kill --signal STOP vpp-maglev
until_true 'the watchdog restarts one that hangs' 50 restarted 1
told 'Watchdog timeout' || fail 'something else than the watchdog restarted it'
until_true 'the new one is well' 20 equal
until_true 'the new one has compared VPP with its decision' 20 synced 2
[ "$(writes)" = "$before" ] || fail "the new one wrote to VPP: $before, then $(writes)"
step "stopped dead, ended by the watchdog and started anew, with 0 writes ($before)"

systemctl stop vpp-maglev || fail 'it cannot be stopped'
[ "$(systemctl show vpp-maglev --property Result --value)" = success ] || fail 'its end was no success'
step 'stopped'
