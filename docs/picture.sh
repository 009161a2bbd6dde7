#!/usr/bin/env bash
# Makes docs/scan.svg: the real output of a scan, in a repository that is made here
# with invented secrets. Needs Go, git and openssl; charmbracelet's freeze draws.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

CGO_ENABLED=0 go build -C "$here/.." -o "$work/bin/secretsweep" ./cmd/secretsweep
GOBIN="$work/bin" GOFLAGS=-mod=mod go install github.com/charmbracelet/freeze@v0.2.2
export PATH="$work/bin:$PATH" HOME="$work" GIT_CONFIG_NOSYSTEM=1
unset CI NO_COLOR

# The same invented values each time: letters and digits from a counter's hash.
letters() { printf '%s' "$1" | openssl dgst -sha512 -binary | base64 -w0 | tr -dc "$2" | head -c "$3"; }
aws_id=AKIA$(letters aws-id A-Z2-7 16)
aws_secret=$(letters aws-secret A-Za-z0-9 40)
slack=xoxb-$(letters slack-1 0-9 5)$(letters slack-2 0-9 6)-$(letters slack-3 0-9 5)$(letters slack-4 0-9 6)-$(letters slack-5 A-Za-z0-9 24)
stripe=sk_live_$(letters stripe A-Za-z0-9 40)
password=$(letters password A-Za-z0-9 20)

mkdir "$work/shop" && cd "$work/shop"
git init -q -b main
clock=1767607200
commit() { # AUTHOR MESSAGE
	clock=$((clock + 345600))
	git add -A
	GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=${1,,}@shop.example GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=${1,,}@shop.example \
		GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" git commit -q -m "$2"
}
mkdir deploy config .github && mkdir .github/workflows
printf '.env\nnode_modules/\n' >.gitignore
printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$aws_id" "$aws_secret" >deploy/env.sh
commit Mira 'Deploy script'
git rm -q deploy/env.sh
commit Mira 'Remove credentials'
printf 'production:\n  url: postgres://shop:%s@db.shop.internal:5432/shop\n' "$password" >config/database.yml
printf 'on: push\nenv:\n  SLACK_TOKEN: %s\n' "$slack" >.github/workflows/notify.yml
commit Jonas 'Notify the team'
printf 'STRIPE_KEY=%s\nSLACK_TOKEN=%s\n' "$stripe" "$slack" >.env
mkdir -p node_modules/x && printf '{}' >node_modules/x/package.json

# freeze takes a status other than 0 for a failure.
cat >"$work/bin/show" <<'SH'
#!/bin/sh
echo '$ secretsweep scan'
secretsweep scan 2>/dev/null || true
SH
chmod +x "$work/bin/show"
freeze --execute show --output "$here/scan.svg" --window --padding 20 --font.family monospace --font.size 13
