#!/bin/sh
# Runs a command in a D-Bus session of its own with a throw-away gnome-keyring.
# usage: with-keyring.sh [--locked] cmd args…
#   --locked   the keyring exists, nobody has unlocked it, and nothing can ask for its password
set -eu

# In the session: starts the daemon, runs the command, ends the daemon by its pid (it may outlive its bus).
if [ "${1:-}" = --inner ]; then
  case "$2" in
    open) printf 'test-password\n' | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 & ;;
    locked) gnome-keyring-daemon --start --components=secrets --foreground >/dev/null 2>&1 & ;;
  esac
  daemon=$!
  trap 'kill "$daemon" 2>/dev/null || true' EXIT
  tries=0
  until [ -S "$XDG_RUNTIME_DIR/keyring/control" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo "with-keyring.sh: the keyring daemon did not start" >&2; exit 69; }
    sleep 0.05
  done
  # Returns once the daemon answers for org.freedesktop.secrets; sooner, the bus would start another one.
  gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1
  shift 2
  status=0
  "$@" || status=$?
  exit "$status"
fi

mode=open
if [ "${1:-}" = --locked ]; then mode=locked; shift; fi
for tool in dbus-run-session gnome-keyring-daemon; do
  command -v "$tool" >/dev/null || { echo "with-keyring.sh: $tool is not installed" >&2; exit 69; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# No variable may lead to the keyring of the person who runs the tests.
XDG_DATA_HOME="$dir/data" XDG_RUNTIME_DIR="$dir/run" XDG_CACHE_HOME="$dir/cache"
XDG_CONFIG_HOME="${XDG_CONFIG_HOME:-$dir/config}"
mkdir -p "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR" "$dir/first" "$XDG_CACHE_HOME" "$XDG_CONFIG_HOME"
chmod 700 "$XDG_RUNTIME_DIR" "$dir/first"
export XDG_DATA_HOME XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME
unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
if [ "$mode" = locked ]; then
  unset DISPLAY WAYLAND_DISPLAY
  # Makes the keyring. Its own runtime folder: the second daemon must not find the socket of the first one.
  XDG_RUNTIME_DIR="$dir/first" dbus-run-session -- sh "$0" --inner open true
fi
dbus-run-session -- sh "$0" --inner "$mode" "$@"
