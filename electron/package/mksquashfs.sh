#!/bin/sh
# mksquashfs as electron-builder calls it; without compression where that is asked for, as of the other formats.
if [ "${ELECTRON_BUILDER_COMPRESSION_LEVEL:-}" = 0 ]; then set -- "$@" -noI -noD -noF -noX; fi
exec mksquashfs "$@"
