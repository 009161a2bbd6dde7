package home

import "strings"

// known is a tool and where it keeps what may be secret.
type known struct {
	tool string

	// paths are relative to the home folder, with forward slashes. Each segment
	// may be a glob of path.Match, which matches names with a leading dot too.
	// A leading "<config>/" stands for each of configFolders.
	paths []string
}

// configFolders are where applications keep their settings, on Linux, macOS and
// Windows. All are looked for on each, since tools that were ported often keep
// to the first one.
var configFolders = []string{".config", "Library/Application Support", "AppData/Roaming"}

const config = "<config>/"

// patterns gives the paths in full.
func (k known) patterns() []string {
	var all []string
	for _, p := range k.paths {
		rest, ok := strings.CutPrefix(p, config)
		if !ok {
			all = append(all, p)
			continue
		}
		for _, folder := range configFolders {
			all = append(all, folder+"/"+rest)
		}
	}
	return all
}

// places are what is read, in this order.
var places = []known{
	// Startup files, where keys are exported.
	{"environment files", []string{".env", ".env.*", ".envrc", ".secrets", ".pam_environment", ".config/environment.d/*.conf"}},
	{"sh", []string{".profile", ".shrc", ".kshrc", ".mkshrc", ".xprofile", ".xsessionrc"}},
	{"bash", []string{".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".bashrc.d/*"}},
	{"zsh", []string{".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".config/zsh/.z*", ".oh-my-zsh/custom/*.zsh"}},
	{"fish", []string{".config/fish/config.fish", ".config/fish/conf.d/*.fish", ".config/fish/fish_variables", ".config/fish/functions/*.fish"}},
	{"csh", []string{".cshrc", ".tcshrc", ".login"}},
	{"Nushell", []string{"<config>/nushell/*.nu"}},
	{"Elvish", []string{"<config>/elvish/rc.elv"}},
	{"Xonsh", []string{".xonshrc", ".config/xonsh/rc.xsh"}},
	{"PowerShell", []string{
		".config/powershell/*profile.ps1",
		"Documents/PowerShell/*profile.ps1", "Documents/WindowsPowerShell/*profile.ps1",
		"OneDrive/Documents/PowerShell/*profile.ps1", "OneDrive/Documents/WindowsPowerShell/*profile.ps1",
	}},
	{"direnv", []string{".direnvrc", ".config/direnv/direnvrc", ".config/direnv/direnv.toml"}},
	{"launchd", []string{"Library/LaunchAgents/*.plist"}},
	{"systemd", []string{".config/systemd/user/*.service", ".config/systemd/user/*.d/*.conf"}},

	// Histories of shells: what was typed or pasted as an argument.
	{"bash", []string{".bash_history", ".bash_sessions/*.history*"}},
	{"zsh", []string{".zsh_history", ".zhistory", ".histfile", ".zsh_sessions/*.history*", ".config/zsh/.zsh_history", ".local/share/zsh/history", ".local/state/zsh/history"}},
	{"fish", []string{".local/share/fish/*_history", ".config/fish/fish_history"}},
	{"sh", []string{".sh_history", ".ash_history", ".history"}},
	{"Nushell", []string{"<config>/nushell/history.txt", "<config>/nushell/history.sqlite3"}},
	{"Atuin", []string{".local/share/atuin/history.db"}},
	{"Xonsh", []string{".local/share/xonsh/*.json", ".local/share/xonsh/history_json/*.json"}},
	{"PSReadLine", []string{".local/share/powershell/PSReadLine/*_history.txt", "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/*_history.txt"}},

	// Histories of interpreters, database clients and pagers.
	{"Python", []string{".python_history"}},
	{"IPython", []string{".ipython/profile_default/history.sqlite"}},
	{"Node.js", []string{".node_repl_history"}},
	{"Deno", []string{".deno_history", ".cache/deno/deno_history.txt", "Library/Caches/deno/deno_history.txt"}},
	{"Ruby", []string{".irb_history", ".local/state/irb/irb_history", ".pry_history", ".local/share/pry/pry_history"}},
	{"PHP", []string{".php_history", ".config/psysh/psysh_history"}},
	{"R", []string{".Rhistory"}},
	{"Julia", []string{".julia/logs/repl_history.jl"}},
	{"PostgreSQL", []string{".psql_history", "AppData/Roaming/postgresql/psql_history", ".config/pgcli/history"}},
	{"MySQL", []string{".mysql_history", ".mariadb_history", ".mysqlsh/history*", ".mycli-history"}},
	{"SQLite", []string{".sqlite_history"}},
	{"Redis", []string{".rediscli_history", ".valkeycli_history"}},
	{"MongoDB", []string{".dbshell", ".mongodb/mongosh/mongosh_repl_history", "AppData/Roaming/mongodb/mongosh/mongosh_repl_history"}},
	{"Cassandra", []string{".cassandra/cqlsh_history"}},
	{"less", []string{".lesshst", ".local/state/lesshst", ".local/state/less/history"}},
	{"Vim", []string{".viminfo", "_viminfo", ".vim/.netrwhist"}},

	// Version control and forges.
	{"Git", []string{".git-credentials", ".config/git/credentials", ".gitconfig", ".config/git/config", ".gitconfig.local", ".gitconfig-*"}},
	{"GitHub CLI", []string{".config/gh/hosts.yml", ".config/gh/config.yml", "AppData/Roaming/GitHub CLI/hosts.yml"}},
	{"GitLab CLI", []string{"<config>/glab-cli/config.yml"}},
	{"Gitea", []string{"<config>/tea/config.yml"}},
	{"hub", []string{".config/hub"}},
	{"Mercurial", []string{".hgrc", ".config/hg/hgrc", "mercurial.ini"}},
	{"Subversion", []string{".subversion/auth/svn.simple/*", ".subversion/servers", "AppData/Roaming/Subversion/auth/svn.simple/*"}},

	// Private keys without a passphrase, and what opens encrypted files.
	{"SSH", []string{".ssh/*", ".ssh/config.d/*", ".ssh/keys/*"}},
	{"SOPS", []string{"<config>/sops/age/keys.txt"}},
	{"chezmoi", []string{".config/chezmoi/chezmoi.*", ".config/chezmoi/key.txt"}},
	{"Ansible", []string{".ansible.cfg", ".vault_pass*", ".vault-pass*", ".ansible/*vault*", ".ansible/galaxy_token", ".ansible_galaxy"}},

	// Logins for any program that takes them from here.
	{"netrc", []string{".netrc", "_netrc"}},
	{"authinfo", []string{".authinfo"}},
	{"curl", []string{".curlrc", "_curlrc", ".config/curlrc", "AppData/Roaming/.curlrc", "AppData/Roaming/_curlrc"}},
	{"Wget", []string{".wgetrc"}},

	// Package managers.
	{"npm", []string{".npmrc"}},
	{"Yarn", []string{".yarnrc", ".yarnrc.yml"}},
	{"pnpm", []string{".config/pnpm/*", "Library/Preferences/pnpm/*", "AppData/Local/pnpm/config/*"}},
	{"Bun", []string{".bunfig.toml", ".config/.bunfig.toml"}},
	{"Python packages", []string{".pypirc"}},
	{"pip", []string{"<config>/pip/pip.conf", ".pip/pip.conf", "AppData/Roaming/pip/pip.ini", "pip/pip.ini"}},
	{"Poetry", []string{"<config>/pypoetry/auth.toml", "<config>/pypoetry/config.toml"}},
	{"uv", []string{".config/uv/uv.toml", "AppData/Roaming/uv/uv.toml", ".local/share/uv/credentials/*", "AppData/Roaming/uv/data/credentials/*"}},
	{"conda", []string{".condarc", ".conda/.condarc", ".config/conda/.condarc"}},
	{"RubyGems", []string{".gem/credentials", ".local/share/gem/credentials", ".gemrc"}},
	{"Bundler", []string{".bundle/config"}},
	{"Cargo", []string{".cargo/credentials", ".cargo/credentials.toml", ".cargo/config", ".cargo/config.toml"}},
	{"Maven", []string{".m2/settings.xml"}},
	{"Gradle", []string{".gradle/gradle.properties", ".gradle/init.gradle", ".gradle/init.gradle.kts", ".gradle/init.d/*"}},
	{"sbt", []string{".sbt/.credentials", ".sbt/*/*.sbt", ".ivy2/.credentials"}},
	{"Leiningen", []string{".lein/profiles.clj", ".lein/credentials.clj", ".clojure/deps.edn"}},
	{"NuGet", []string{".nuget/NuGet/NuGet.Config", ".config/NuGet/NuGet.Config", "AppData/Roaming/NuGet/NuGet.Config"}},
	{"Composer", []string{".composer/auth.json", ".composer/config.json", ".config/composer/auth.json", ".config/composer/config.json", "AppData/Roaming/Composer/auth.json", "AppData/Roaming/Composer/config.json"}},
	{"Hex", []string{".hex/hex.config"}},
	{"Dart", []string{"<config>/dart/pub-credentials.json", "<config>/dart/pub-tokens.json"}},
	{"CPAN", []string{".pause"}},
	{"R", []string{".Renviron", ".Rprofile"}},

	// Containers and clusters.
	{"Docker", []string{".docker/config.json", ".dockercfg", ".docker/*.pem", ".docker/contexts/tls/*/*/*.pem"}},
	{"Podman", []string{".config/containers/auth.json"}},
	{"Kubernetes", []string{".kube/*", ".kube/configs/*", ".kube/config.d/*"}},
	{"minikube", []string{".minikube/*.key", ".minikube/profiles/*/*.key"}},
	{"Helm", []string{
		".config/helm/registry/config.json", "Library/Preferences/helm/registry/config.json", "AppData/Roaming/helm/registry/config.json",
		".config/helm/repositories.yaml", "Library/Preferences/helm/repositories.yaml", "AppData/Roaming/helm/repositories.yaml",
	}},
	{"Argo CD", []string{".config/argocd/config", ".argocd/config"}},
	{"Rancher", []string{".rancher/cli2.json"}},

	// Clouds.
	{"AWS", []string{".aws/credentials", ".aws/config", ".aws/sso/cache/*.json", ".aws/cli/cache/*.json", ".aws/login/cache/*.json"}},
	{"Google Cloud", []string{
		".config/gcloud/application_default_credentials.json", "AppData/Roaming/gcloud/application_default_credentials.json",
		".config/gcloud/legacy_credentials/*/*", "AppData/Roaming/gcloud/legacy_credentials/*/*",
		".config/gcloud/*.db", "AppData/Roaming/gcloud/*.db",
	}},
	{"Azure", []string{".azure/*"}},
	{"DigitalOcean", []string{"<config>/doctl/config.yaml"}},
	{"Hetzner Cloud", []string{"<config>/hcloud/cli.toml"}},
	{"Linode", []string{".config/linode-cli", ".linode-cli"}},
	{"Scaleway", []string{".config/scw/config.yaml", ".scwrc"}},
	{"Exoscale", []string{"<config>/exoscale/exoscale.toml"}},
	{"OVHcloud", []string{".ovh.conf"}},
	{"Vultr", []string{".vultr-cli.yaml"}},
	{"Oracle Cloud", []string{".oci/*", ".oci/sessions/*/*"}},
	{"IBM Cloud", []string{".bluemix/config.json"}},
	{"Alibaba Cloud", []string{".aliyun/config.json"}},
	{"Tencent Cloud", []string{".tccli/*.credential"}},
	{"Yandex Cloud", []string{".config/yandex-cloud/config.yaml"}},
	{"OpenStack", []string{".config/openstack/*.yaml"}},

	// Platforms that run what one writes.
	{"Fly.io", []string{".fly/config.yml"}},
	{"Netlify", []string{".netlify/config", ".netlify/config.json", ".config/netlify", ".config/netlify/config.json", "Library/Preferences/netlify/config.json", "AppData/Roaming/netlify/Config/config.json"}},
	{"Vercel", []string{".local/share/com.vercel.cli/auth.json", "Library/Application Support/com.vercel.cli/auth.json", "AppData/Roaming/xdg.data/com.vercel.cli/auth.json", ".vercel/auth.json", ".now/auth.json"}},
	{"Cloudflare", []string{
		".wrangler/config/*.toml", ".config/.wrangler/config/*.toml", "Library/Preferences/.wrangler/config/*.toml",
		"AppData/Roaming/xdg.config/.wrangler/config/*.toml", ".cloudflared/*",
	}},
	{"Railway", []string{".railway/config.json"}},
	{"Render", []string{".render/cli.yaml"}},
	{"Supabase", []string{".supabase/access-token"}},
	{"PlanetScale", []string{".config/planetscale/access-token", ".config/planetscale/pscale.yml"}},
	{"Neon", []string{".config/neon/credentials.json", ".config/neonctl/credentials.json"}},
	{"Turso", []string{"<config>/turso/settings.json"}},
	{"Expo", []string{".expo/state.json"}},
	{"configstore", []string{".config/configstore/*.json"}}, // Firebase, Snyk and others
	{"Modal", []string{".modal.toml"}},
	{"Apify", []string{".apify/auth.json"}},

	// Infrastructure and builds.
	{"Terraform", []string{".terraformrc", ".terraform.d/credentials.tfrc.json", "AppData/Roaming/terraform.rc", "AppData/Roaming/terraform.d/credentials.tfrc.json"}},
	{"OpenTofu", []string{".tofurc", ".config/opentofu/tofurc", "AppData/Roaming/tofu.rc"}},
	{"HCP", []string{".config/hcp/cred_file.json", ".config/hcp/creds-cache.json"}},
	{"Vault", []string{".vault-token"}},
	{"Pulumi", []string{".pulumi/credentials.json"}},
	{"Vagrant", []string{".vagrant.d/data/vagrant_login_token"}},
	{"Chef", []string{".chef/*.pem", ".chef/credentials", ".chef/*.rb"}},
	{"Doppler", []string{".doppler/.doppler.yaml"}},
	{"CircleCI", []string{".circleci/cli.yml"}},
	{"Travis CI", []string{".travis/config.yml"}},
	{"Buildkite", []string{".config/bk.yaml"}},
	{"Harness", []string{".harness/auth.json"}},

	// Services with a command line.
	{"Stripe", []string{".config/stripe/config.toml"}},
	{"Twilio", []string{".twilio-cli/config.json"}},
	{"Sentry", []string{".sentryclirc"}},
	{"Datadog", []string{".dogrc"}},
	{"ngrok", []string{"<config>/ngrok/ngrok.yml", "AppData/Local/ngrok/ngrok.yml", ".ngrok2/ngrok.yml"}},
	{"Slack", []string{".slack/credentials.json"}},
	{"WakaTime", []string{".wakatime.cfg"}},
	{"Okta", []string{".okta/okta.yaml"}},

	// Databases and data.
	{"PostgreSQL", []string{".pgpass", ".pg_service.conf", ".psqlrc", ".config/pgcli/config", "AppData/Roaming/postgresql/pgpass.conf", "AppData/Roaming/postgresql/.pg_service.conf"}},
	{"MySQL", []string{".my.cnf", ".myclirc"}},
	{"ODBC", []string{".odbc.ini"}},
	{"MongoDB", []string{".mongorc.js", ".mongoshrc.js"}},
	{"Redis", []string{".redisclirc"}},
	{"Cassandra", []string{".cassandra/cqlshrc", ".cassandra/credentials"}},
	{"ClickHouse", []string{".clickhouse-client/config.*"}},
	{"InfluxDB", []string{".influxdbv2/configs"}},
	{"Snowflake", []string{".snowsql/config", ".snowflake/*.toml", ".config/snowflake/*.toml"}},
	{"dbt", []string{".dbt/profiles.yml", ".dbt/dbt_cloud.yml"}},
	{"Databricks", []string{".databrickscfg", ".databricks/token-cache.json"}},
	{"Kaggle", []string{".kaggle/kaggle.json", ".kaggle/access_token", ".config/kaggle/kaggle.json"}},
	{"Jupyter", []string{".jupyter/*.json", ".jupyter/*.py"}},
	{"DBeaver", []string{".local/share/DBeaverData/*/*/.dbeaver/data-sources*.json", "Library/DBeaverData/*/*/.dbeaver/data-sources*.json", "AppData/Roaming/DBeaverData/*/*/.dbeaver/data-sources*.json"}},

	// Storage and file transfer.
	{"s3cmd", []string{".s3cfg", "AppData/Roaming/s3cmd.ini"}},
	{"Boto", []string{".boto", ".aws/boto.cfg"}},
	{"MinIO", []string{".mc/config.json", "mc/config.json"}},
	{"rclone", []string{".config/rclone/rclone.conf", "AppData/Roaming/rclone/rclone.conf", ".rclone.conf"}},
	{"FileZilla", []string{
		".config/filezilla/sitemanager.xml", ".config/filezilla/recentservers.xml", ".config/filezilla/filezilla.xml", ".filezilla/*.xml",
		"AppData/Roaming/FileZilla/sitemanager.xml", "AppData/Roaming/FileZilla/recentservers.xml", "AppData/Roaming/FileZilla/filezilla.xml",
	}},
	{"LFTP", []string{".lftprc", ".lftp/bookmarks", ".local/share/lftp/bookmarks", ".config/lftp/rc"}},
	{"davfs2", []string{".davfs2/secrets"}},
	{"Samba", []string{".smbcredentials"}},

	// Mail and chat.
	{"msmtp", []string{".msmtprc", ".config/msmtp/config"}},
	{"Mutt", []string{".muttrc", ".mutt/muttrc", ".config/mutt/muttrc", ".config/neomutt/neomuttrc"}},
	{"mbsync", []string{".mbsyncrc", ".config/isyncrc"}},
	{"OfflineIMAP", []string{".offlineimaprc", ".config/offlineimap/config"}},
	{"Fetchmail", []string{".fetchmailrc"}},
	{"Irssi", []string{".irssi/config"}},
	{"WeeChat", []string{".config/weechat/*.conf", ".weechat/*.conf"}},

	// Editors and API clients.
	{"VS Code and its kin", []string{ // Code, Code - Insiders, VSCodium, Cursor, Windsurf …
		"<config>/*/User/settings.json", "<config>/*/User/mcp.json", "<config>/*/User/profiles/*/settings.json", "<config>/*/User/profiles/*/mcp.json",
		"<config>/*/User/globalStorage/*/settings/*.json", ".vscode-server/data/Machine/settings.json", ".vscode-server/data/User/mcp.json",
	}},
	{"JetBrains", []string{
		"<config>/JetBrains/*/options/webServers.xml", "<config>/JetBrains/*/options/proxy.settings.xml", "<config>/JetBrains/*/options/*[mM]cp*.xml",
		"<config>/JetBrains/*/projects/*/.idea/dataSources*.xml", "<config>/JetBrains/*/consoles/*/*/*.sql",
	}},
	{"Zed", []string{".config/zed/settings.json", "AppData/Roaming/Zed/settings.json"}},
	{"Sublime Text", []string{"<config>/sublime-text/Packages/User/*.sublime-settings", "<config>/Sublime Text/Packages/User/*.sublime-settings"}},
	{"Vim", []string{".vimrc", "_vimrc", ".vim/vimrc", ".config/nvim/init.*"}},
	{"Emacs", []string{".emacs", ".emacs.d/init.el", ".config/emacs/init.el"}},
	{"Insomnia", []string{"<config>/Insomnia/*.db"}},
	{"HTTPie", []string{".config/httpie/sessions/*/*.json", ".httpie/sessions/*/*.json", "AppData/Roaming/httpie/sessions/*/*.json"}},

	// AI: logins, and the servers that an agent may call with their keys.
	{"Claude Code", []string{".claude.json", ".claude/settings.json", ".claude/settings.local.json", ".claude/.credentials.json", ".claude/history.jsonl"}},
	{"Claude Desktop", []string{"<config>/Claude/claude_desktop_config.json"}},
	{"Codex", []string{".codex/auth.json", ".codex/config.toml", ".codex/history.jsonl"}},
	{"Cursor", []string{".cursor/mcp.json"}},
	{"Windsurf", []string{".codeium/mcp_config.json", ".codeium/windsurf/mcp_config.json"}},
	{"Gemini CLI", []string{".gemini/*.json", ".gemini/.env"}},
	{"Qwen Code", []string{".qwen/*.json", ".qwen/.env"}},
	{"GitHub Copilot", []string{".config/github-copilot/*.json", "AppData/Local/github-copilot/*.json", ".copilot/*.json"}},
	{"Continue", []string{".continue/config.*", ".continue/.env"}},
	{"Aider", []string{".aider.conf.yml", ".aider/oauth-keys.env"}},
	{"OpenCode", []string{".local/share/opencode/auth.json", ".config/opencode/*.json", ".config/opencode/*.jsonc"}},
	{"Goose", []string{".config/goose/*.yaml"}},
	{"Crush", []string{".config/crush/crush.json", ".local/share/crush/crush.json"}},
	{"Kiro", []string{".kiro/settings/mcp.json"}},
	{"Amazon Q", []string{".aws/amazonq/mcp.json"}},
	{"LLM", []string{"<config>/io.datasette.llm/keys.json"}},
	{"ShellGPT", []string{".config/shell_gpt/.sgptrc"}},
	{"AIChat", []string{"<config>/aichat/config.yaml"}},
	{"Fabric", []string{".config/fabric/.env"}},
	{"Hugging Face", []string{".cache/huggingface/token", ".cache/huggingface/stored_tokens", ".huggingface/token"}},
}
