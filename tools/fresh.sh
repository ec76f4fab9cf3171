#!/usr/bin/env bash
# `make fresh`: what a newcomer does, on a Debian testing that has nothing but the README's prerequisites.
# Takes a Debian as root with debootstrap, some minutes and 4 GB. What is committed is what is tried.
#   SUITE    the release of Debian (forky)
#   TARGETS  the targets of make (check test demo)
#   FRESH    an empty or missing folder for the system; it is removed at the end
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${SUITE:-forky}
read -ra targets <<<"${TARGETS:-check test demo}"
root=${FRESH:-$(mktemp -d /var/tmp/fresh-XXXXXX)}
scripts=/usr/share/debootstrap/scripts

say() { echo "fresh: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "needs root, for the chroot"; exit 1; }
[ -e "$scripts" ] || { say "debootstrap is missing: apt-get install debootstrap"; exit 1; }

clean() {
  for mount in dev/pts dev proc; do umount --lazy "$root/$mount" 2>/dev/null || true; done
  if grep -q " $root/" /proc/mounts; then say "$root is still in use; it stays"; else rm -rf --one-file-system "$root"; fi
}
trap clean EXIT
trap 'exit 130' INT TERM

# An older debootstrap does not know the name of a newer release; all of them are made like sid.
[ -e "$scripts/$suite" ] || ln -s sid "$scripts/$suite"
debootstrap --variant=minbase --include=python3,python3-venv,make,git,ca-certificates "$suite" "$root" >&2
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
git clone --quiet --no-hardlinks . "$root/root/clone"

# The way to the registries is this machine's: its name server, proxy and certificates, all at run time.
cp /etc/resolv.conf "$root/etc/resolv.conf"
settings=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM="${TERM:-dumb}")
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL UV_DEFAULT_INDEX; do
  [ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
if [ -f "${SSL_CERT_FILE:-}" ]; then
  cp "$SSL_CERT_FILE" "$root/etc/ssl/certs/ca-certificates.crt"
  for name in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE; do
    settings+=("$name=/etc/ssl/certs/ca-certificates.crt")
  done
fi

say "$(chroot "$root" python3 --version), then: make ${targets[*]}"
chroot "$root" env -i "${settings[@]}" sh -c 'cd /root/clone && exec make "$@"' make "${targets[@]}"
