#!/usr/bin/env bash
# usage: scripts/triage.sh [FOLDER|FILE...]
#
# Keeps the new bugs among the finds, those of make fuzz if none are named, as files in crashers/, and writes the table there
# anew. The exit status is that of mmfuzz triage.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then
	shopt -s nullglob
	set -- .fuzz/*.txt
	if [ $# -eq 0 ]; then
		echo "no finds in .fuzz: run make fuzz first, or name folders or files" >&2
		exit 2
	fi
fi
mkdir -p .fuzz
go build -o .fuzz/mmfuzz ./scripts/mmfuzz
status=0
.fuzz/mmfuzz triage -o crashers "$@" || status=$?
go test ./fuzz/fuzztest -run '^TestCrashersReadme$' -update >/dev/null
exit "$status"
