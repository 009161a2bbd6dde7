#!/usr/bin/env bash
# Compares whole runs, in turn, on repositories of your choice:
#
#   docs/benchmarks.sh [-n RUNS] REPOSITORY…
#
#   the history   secretsweep, gitleaks, and git printing every object
#   its last tree secretsweep and gitleaks, on plain files
#   a commit      secretsweep scan --staged, in a clone with one changed file
#
# Prints a Markdown table: medians of CPU time (user and system), wall time and peak
# memory, with the ratios to secretsweep's CPU time; and the versions of everything.
#
# Needs Go, git, and GNU time. gitleaks is $GITLEAKS, or is installed for this run in
# a module cache of its own. Nothing is written outside a temporary folder.
set -euo pipefail

runs=3
while getopts n: flag; do
	case $flag in
	n) runs=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
fi

here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

CGO_ENABLED=0 go build -C "$here" -o "$work/secretsweep" ./cmd/secretsweep
if [ -z "${GITLEAKS:-}" ]; then
	GOBIN=$work GOMODCACHE=$work/modules go install github.com/zricethezav/gitleaks/v8@v8.30.1 2>/dev/null
	GITLEAKS=$work/gitleaks
fi

# measure NAME COMMAND… runs a command once and keeps its figures. That it finds
# leaks is no failure; that it can't be run is.
measure() {
	local name=$1 status=0
	shift
	/usr/bin/time -a -o "$work/$name" -f '%U %S %e %M' "$@" >/dev/null 2>"$work/stderr" || status=$?
	if [ $status -ge 126 ]; then
		cat "$work/stderr" >&2
		exit $status
	fi
}

# median NAME COLUMN gives the median of a figure; "cpu" is the sum of the first two.
median() {
	awk -v column="$2" '/^[0-9.]+ [0-9.]+ / {print column == "cpu" ? $1 + $2 : $column}' "$work/$1" | sort -n |
		awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# row WHAT TOOL NAME OURS prints a line of the table.
row() {
	awk -v what="$1" -v tool="$2" -v cpu="$(median "$3" cpu)" -v wall="$(median "$3" 3)" \
		-v peak="$(median "$3" 4)" -v ours="$(median "$4" cpu)" \
		'BEGIN {printf "| %s | %s | %.2f s | %.2f s | %d MB | %.2f |\n", what, tool, cpu, wall, peak / 1024, cpu / ours}'
}

cat <<TABLE
$(date +%Y-%m-%d), $(uname -sm), $(nproc) processors; medians of $runs runs in turn; $(go version | cut -d' ' -f3), $(git version), gitleaks $(go version -m "$GITLEAKS" | awk '$1 == "mod" {print $3}').

| what | tool | CPU | wall | peak | CPU ÷ ours |
|---|---|---|---|---|---|
TABLE
for repository; do
	name=$(basename "$repository" .git)
	git -C "$repository" archive HEAD | (mkdir "$work/$name-tree" && tar -x -C "$work/$name-tree")
	git clone -q --shared "$repository" "$work/$name-clone" 2>/dev/null
	echo 'one more line' >>"$work/$name-clone/$(git -C "$work/$name-clone" ls-files -- 'README*' '*.md' '*' | head -n 1)"
	git -C "$work/$name-clone" add -u
	for _ in $(seq "$runs"); do
		measure "$name-ours" "$work/secretsweep" scan -q --history-only -f json -o "$work/out" "$repository"
		measure "$name-git" git -C "$repository" cat-file --batch-all-objects --unordered --buffer --batch
		measure "$name-gitleaks" "$GITLEAKS" git --no-banner --log-level error --exit-code 0 -r "$work/out" "$repository"
		measure "$name-tree-ours" "$work/secretsweep" scan -q -f json -o "$work/out" "$work/$name-tree"
		measure "$name-tree-gitleaks" "$GITLEAKS" dir --no-banner --log-level error --exit-code 0 -r "$work/out" "$work/$name-tree"
		measure "$name-staged" "$work/secretsweep" scan -q --staged "$work/$name-clone"
	done
	objects=$(git -C "$repository" count-objects -v | awk '/^(count|in-pack):/ {n += $2} END {print n}')
	row "$name, history of $objects objects" secretsweep "$name-ours" "$name-ours"
	row "" 'git cat-file, all objects' "$name-git" "$name-ours"
	row "" gitleaks "$name-gitleaks" "$name-ours"
	row "$name, last tree, $(du -sm "$work/$name-tree" | cut -f1) MB" secretsweep "$name-tree-ours" "$name-tree-ours"
	row "" gitleaks "$name-tree-gitleaks" "$name-tree-ours"
	row "$name, --staged" secretsweep "$name-staged" "$name-staged"
done
