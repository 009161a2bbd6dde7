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
report=$work/report.json

CGO_ENABLED=0 go build -C "$here" -o "$work/secretsweep" ./cmd/secretsweep
if [ -z "${GITLEAKS:-}" ]; then
	GOBIN=$work GOMODCACHE=$work/modules go install github.com/zricethezav/gitleaks/v8@v8.30.1 2>/dev/null
	GITLEAKS=$work/gitleaks
fi

# measure NAME COMMAND… runs a command once and keeps its figures. Its status may say
# that there are leaks, or that objects are missing; but there has to be some output.
measure() {
	local name=$1
	shift
	rm -f "$report"
	/usr/bin/time -a -o "$work/$name" -f '%U %S %e %M' "$@" >"$work/stdout" 2>"$work/stderr" || true
	if [ ! -s "$report" ] && [ ! -s "$work/stdout" ]; then
		echo "no output: $*" >&2
		cat "$work/stderr" >&2
		exit 1
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
	clone=$work/$name-clone
	git clone -q --shared --no-checkout "$repository" "$clone"
	git -C "$clone" fetch -q origin '+refs/replace/*:refs/replace/*' # what stands in for missing objects
	git -C "$clone" reset -q --hard
	file=$(git -C "$clone" ls-files -- 'README*' | head -n 1)
	echo 'one more line' >>"$clone/$file"
	git -C "$clone" add -- "$file"
	for _ in $(seq "$runs"); do
		measure "$name-ours" "$work/secretsweep" scan -q --history-only -f json -o "$report" "$repository"
		measure "$name-git" sh -c 'git -C "$1" cat-file --batch-all-objects --unordered --buffer --batch >/dev/null && echo printed' - "$repository"
		measure "$name-gitleaks" "$GITLEAKS" git --no-banner --log-level error --exit-code 0 -r "$report" "$repository"
		measure "$name-tree-ours" "$work/secretsweep" scan -q -f json -o "$report" "$work/$name-tree"
		measure "$name-tree-gitleaks" "$GITLEAKS" dir --no-banner --log-level error --exit-code 0 -r "$report" "$work/$name-tree"
		measure "$name-staged" "$work/secretsweep" scan -f json --staged "$clone"
	done
	objects=$(git -C "$repository" count-objects -v | awk '/^(count|in-pack):/ {n += $2} END {print n}')
	row "$name, history of $objects objects" secretsweep "$name-ours" "$name-ours"
	row "" 'git cat-file, all objects' "$name-git" "$name-ours"
	row "" gitleaks "$name-gitleaks" "$name-ours"
	row "$name, last tree, $(du -sm "$work/$name-tree" | cut -f1) MB" secretsweep "$name-tree-ours" "$name-tree-ours"
	row "" gitleaks "$name-tree-gitleaks" "$name-tree-ours"
	row "$name, --staged" secretsweep "$name-staged" "$name-staged"
done
