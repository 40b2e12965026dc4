#!/bin/busybox sh
# The first process of the virtual machine of `cargo xtask test ktls`: has files served with and without TLS in the kernel,
# to the listener's tests (rustls) and to curl (OpenSSL). The last line says what came of it.

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp && cd /tmp
ip link set lo up
export LISTEN_KERNEL_TLS=1 RUST_BACKTRACE=0

end() {
    echo "ktls: $1"
    poweroff -f
}

# Connections so far whose keys the kernel took.
taken() {
    awk '$1 == "TlsTxSw" { print $2 }' /proc/net/tls_stat
}

# As long as no module can be loaded the kernel has no TLS, and clients notice nothing.
echo /nowhere > /proc/sys/kernel/modprobe
sockets tls:: || end "a test fails where the kernel has no TLS"
[ ! -e /proc/net/tls_stat ] || end "the kernel has TLS without its module"

# Then it is loaded when it is first asked for. New keys in mid-connection are taken since Linux 6.14.
depmod
echo /bin/modprobe > /proc/sys/kernel/modprobe
sockets tls:: --skip keys_are_updated || end "a test fails where the kernel has TLS"
[ -e /proc/net/tls_stat ] || end "the kernel was not asked"
before=$(taken)
[ "$before" -gt 0 ] || end "the kernel took no keys"

head -c 5000000 /dev/urandom > film
serve_file 127.0.0.1:9443 film chain=/certificates/first.pem key=/certificates/first-key.pem kernel_tls=yes &
suites="TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256"
for suite in $suites; do
    # Three times over one connection; it may take a moment until somebody listens.
    curl --silent --show-error --http1.1 --retry 5 --retry-connrefused --tls13-ciphers "$suite" \
        --cacert /certificates/root.pem --resolve first.test:9443:127.0.0.1 \
        --output 'got#1' 'https://first.test:9443/[1-3]' || end "curl fails with $suite"
    for got in got1 got2 got3; do
        cmp film $got || end "other bytes come with $suite"
        rm $got
    done
done
[ "$(taken)" -eq $((before + 3)) ] || end "the kernel did not take the keys of every suite"
end "all bytes came"
