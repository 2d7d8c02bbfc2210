#!/bin/bash -eu
exec "$SRC/mmfuzz/scripts/oss-fuzz/build.sh"
