package detectors

import (
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// namedFile is a file that is known by its name, in a folder or in any one.
type namedFile struct {
	read   format.Reader
	role   role
	folder string
}

// named has these files by name, in lower case.
var named = map[string][]namedFile{
	".aliases":                {{format.Shell, configures, ""}},
	".bash_aliases":           {{format.Shell, configures, ""}},
	".bash_history":           {{format.Shell, configures, ""}},
	".bash_login":             {{format.Shell, configures, ""}},
	".bash_profile":           {{format.Shell, configures, ""}},
	".bashrc":                 {{format.Shell, configures, ""}},
	".boto":                   {{format.INI, keeps, ""}},
	".claude.json":            {{format.JSON, keeps, ""}},
	".cshrc":                  {{format.Shell, configures, ""}},
	".curlrc":                 {{format.INI, keeps, ""}},
	".dockercfg":              {{format.JSON, keeps, ""}},
	".envrc":                  {{format.Shell, configures, ""}},
	".erlang.cookie":          {{readWhole, keeps, ""}},
	".esmtprc":                {{format.Directives, keeps, ""}},
	".exports":                {{format.Shell, configures, ""}},
	".fetchmailrc":            {{format.Directives, keeps, ""}},
	".git-credentials":        {{format.GitCredentials, keeps, ""}},
	".gitconfig":              {{format.INI, configures, ""}},
	".hgrc":                   {{format.INI, keeps, ""}},
	".history":                {{format.Shell, configures, ""}},
	".kshrc":                  {{format.Shell, configures, ""}},
	".login":                  {{format.Shell, configures, ""}},
	".msmtprc":                {{format.Directives, keeps, ""}},
	".muttrc":                 {{format.Directives, keeps, ""}},
	".my.cnf":                 {{format.INI, keeps, ""}},
	".netrc":                  {{format.Netrc, keeps, ""}},
	".npmrc":                  {{format.INI, keeps, ""}},
	".passwd-s3fs":            {{format.INI, keeps, ""}},
	".pg_service.conf":        {{format.INI, keeps, ""}},
	".pgpass":                 {{format.Pgpass, keeps, ""}},
	".profile":                {{format.Shell, configures, ""}},
	".pypirc":                 {{format.INI, keeps, ""}},
	".s3cfg":                  {{format.INI, keeps, ""}},
	".sh_history":             {{format.Shell, configures, ""}},
	".smbcredentials":         {{format.INI, keeps, ""}},
	".tcshrc":                 {{format.Shell, configures, ""}},
	".vault-token":            {{readWhole, keeps, ""}},
	".vault_pass":             {{readWhole, keeps, ""}},
	".vault_pass.txt":         {{readWhole, keeps, ""}},
	".wgetrc":                 {{format.INI, configures, ""}},
	".yarnrc":                 {{format.INI, configures, ""}},
	".zlogin":                 {{format.Shell, configures, ""}},
	".zprofile":               {{format.Shell, configures, ""}},
	".zsh_history":            {{format.Shell, configures, ""}},
	".zshenv":                 {{format.Shell, configures, ""}},
	".zshrc":                  {{format.Shell, configures, ""}},
	"_netrc":                  {{format.Netrc, keeps, ""}},
	"auth.json":               {{format.JSON, keeps, ""}},
	"config":                  {{format.YAML, keeps, ".kube"}, {format.INI, keeps, ".snowsql"}, {format.YAML, keeps, ".bundle"}, {format.INI, configures, ".git"}},
	"config.inc.php":          {{format.Source, configures, ""}},
	"config.json":             {{format.JSON, keeps, ".docker"}},
	"configuration.php":       {{format.Source, configures, ""}},
	"consolehost_history.txt": {{format.Shell, configures, ""}},
	"credentials":             {{format.INI, keeps, ".aws"}, {format.TOML, keeps, ".cargo"}, {format.YAML, keeps, ".gem"}},
	"credentials.toml":        {{format.TOML, keeps, ""}},
	"credentials.xml":         {{format.XML, keeps, ""}},
	"database.php":            {{format.Source, configures, ""}},
	"datasources.xml":         {{format.XML, keeps, ""}},
	"esmtprc":                 {{format.Directives, keeps, ""}},
	"filezilla.xml":           {{format.XML, keeps, ""}},
	"fish_history":            {{format.Shell, configures, ""}},
	"hosts":                   {{format.INI, configures, ""}},
	"hosts.yml":               {{format.YAML, keeps, "gh"}},
	"hub":                     {{format.YAML, keeps, ".config"}},
	"inventory":               {{format.INI, configures, ""}},
	"jenkinsfile":             {{format.Source, configures, ""}},
	"kubeconfig":              {{format.YAML, keeps, ""}},
	"ldap.conf":               {{format.Directives, keeps, ""}},
	"localsettings.php":       {{format.Source, configures, ""}},
	"master.key":              {{readWhole, keeps, ""}},
	"msmtprc":                 {{format.Directives, keeps, ""}},
	"muttrc":                  {{format.Directives, keeps, ""}},
	"netrc":                   {{format.Netrc, keeps, ""}},
	"nuget.config":            {{format.XML, keeps, ""}},
	"pgpass":                  {{format.Pgpass, keeps, ""}},
	"pgpass.conf":             {{format.Pgpass, keeps, ""}},
	"pip.conf":                {{format.INI, keeps, ""}},
	"pip.ini":                 {{format.INI, keeps, ""}},
	"pipfile":                 {{format.TOML, configures, ""}},
	"rclone.conf":             {{format.INI, keeps, ""}},
	"recentservers.xml":       {{format.XML, keeps, ""}},
	"redis.conf":              {{format.Directives, keeps, ""}},
	"sasl_passwd":             {{passwordsOf(relays), keeps, ""}},
	"secrets.json":            {{format.JSON, keeps, ""}},
	"secrets.toml":            {{format.TOML, keeps, ".streamlit"}},
	"secrets.yaml":            {{format.YAML, keeps, ""}},
	"secrets.yml":             {{format.YAML, keeps, ""}},
	"sentinel.conf":           {{format.Directives, keeps, ""}},
	"settings-security.xml":   {{format.XML, keeps, ""}},
	"settings.xml":            {{format.XML, keeps, ""}},
	"sftp-config.json":        {{format.JSON, keeps, ""}},
	"sftp.json":               {{format.JSON, keeps, ""}},
	"sitemanager.xml":         {{format.XML, keeps, ""}},
	"sssd.conf":               {{format.INI, keeps, ""}},
	"tomcat-users.xml":        {{format.XML, keeps, ""}},
	"userlist.txt":            {{passwordsOf(userlist), keeps, ""}},
	"vagrantfile":             {{format.Source, configures, ""}},
	"vault_pass":              {{readWhole, keeps, ""}},
	"vault_password":          {{readWhole, keeps, ""}},
	"webservers.xml":          {{format.XML, keeps, ""}},
	"wp-config.php":           {{format.Source, configures, ""}},
}

// environments are the names of a file env.NAME that holds an environment.
var environments = []string{"list", "vars", "prod", "production", "staging", "dev", "local", "sample", "example"}

// isDotenv tells whether a file holds an environment: .env-prod, prod.env.bak.
func isDotenv(base string) bool {
	switch base {
	case "dev.vars", ".dev.vars", "flaskenv", ".flaskenv":
		return true
	}
	if name, ok := strings.CutPrefix(base, "env."); ok && slices.Contains(environments, name) {
		return true
	}
	return strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env") ||
		strings.HasSuffix(strings.TrimSuffix(base, path.Ext(base)), ".env")
}

// byExtension has the formats of extensions, which may be followed by another one.
var byExtension = map[string]format.Reader{
	".yml": format.YAML, ".yaml": format.YAML, ".sls": format.YAML,
	".json": format.JSON, ".jsonc": format.JSON, ".json5": format.JSON, ".ipynb": format.JSON, ".tfstate": format.JSON, ".har": format.JSON,
	".webapp": format.JSON, ".jsonl": format.JSON, ".ndjson": format.JSON, ".postman_collection": format.JSON, ".postman_environment": format.JSON,
	".toml": format.TOML,
	".tf":   format.HCL, ".tfvars": format.HCL, ".hcl": format.HCL, ".nomad": format.HCL, ".tofu": format.HCL,
	".properties": format.Properties,
	".xml":        format.XML, ".config": format.XML, ".plist": format.XML, ".csproj": format.XML, ".vbproj": format.XML, ".pubxml": format.XML,
	".publishsettings": format.XML, ".dtsconfig": format.XML, ".rdp": format.INI, ".targets": format.XML,
	".ldif": format.YAML, ".csv": format.CSV, ".tsv": format.CSV, ".ini": format.INI, ".cfg": readConf, ".cnf": format.INI, ".service": format.INI, ".inventory": format.INI, ".nmconnection": format.INI, ".network": format.INI, ".credentials": format.INI, ".prefs": format.INI,
	".conf": readConf, ".ovpn": readConf, ".rc": readConf,
	".sh": format.Shell, ".bash": format.Shell, ".zsh": format.Shell, ".fish": format.Shell, ".ksh": format.Shell, ".csh": format.Shell,
	".ps1": format.Shell, ".psm1": format.Shell, ".bat": format.Shell, ".cmd": format.Shell, ".command": format.Shell,
	".sql": format.SQL, ".pgsql": format.SQL, ".mysql": format.SQL, ".dump": format.SQL,
	".dockerfile":  format.Dockerfile,
	".jenkinsfile": format.Source, ".gradle": format.Source, ".groovy": format.Source, ".kts": format.Source,
}

// documents are extensions of texts for people, of which the tables are read.
var documents = map[string]format.Reader{
	".md": format.Pipes, ".markdown": format.Pipes, ".mdx": format.Pipes, ".adoc": format.Pipes, ".asciidoc": format.Pipes, ".org": format.Pipes,
	".rst": format.Pipes, ".textile": format.Pipes, ".wiki": format.Pipes, ".txt": format.Pipes, ".eml": format.Pipes,
	".html": format.HTMLTables, ".htm": format.HTMLTables,
}

// programs are extensions of programs, of which some are configuration.
var programs = []string{".py", ".php", ".rb", ".js", ".ts", ".mjs", ".cjs", ".lua", ".pl", ".r", ".jl", ".ex", ".exs", ".clj"}

// isSettings tells whether a program, by its name without extension, is configuration.
func isSettings(stem string) bool {
	return stem == "config" || slices.ContainsFunc(strings.FieldsFunc(stem, isMark), func(word string) bool {
		return word == "settings" || word == "secrets" || word == "credentials"
	})
}
