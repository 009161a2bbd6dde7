package detectors

import (
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// file is what a content's path tells of it.
type file struct {
	path string
	read format.Reader // nil: its structure says nothing
	role role
}

// role is what a file is there for.
type role uint8

const (
	configures  role = iota // a program: what it holds is in use
	exemplifies             // shows what to fill in, or is for tests: what it holds is hardly in use
	keeps                   // a client's passwords: each of them is real
)

// fileOf tells what a path tells. Of several paths of one content the first one counts
// that has a structure and is in use.
func fileOf(paths []string) file {
	var best file
	for i, p := range paths {
		f := file{path: p}
		f.read, f.role = readerOf(p, strings.ToLower(path.Base(p)))
		if f.read != nil && exemplary.MatchString(p) {
			f.role = exemplifies
		}
		if i == 0 || f.read != nil && (best.read == nil || best.role == exemplifies) {
			best = f
		}
	}
	return best
}

// allExemplify tells whether all paths are of what is hardly in use.
func allExemplify(paths []string) bool {
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(p string) bool { return !exemplary.MatchString(p) })
}

// exemplary matches paths of examples, tests and translations, of what is built from
// other files, and of what others wrote.
var exemplary = regexp.MustCompile(`(?i)(?:^|[/._-])(?:tests?|testing|testdata|test[-_]?data|specs?|e2e|fixtures?|mocks?|__tests__|stubs?|examples?|samples?|demos?|dist|placeholder|skeleton|tutorials?|quickstart|snapshots?|cassettes?|benchmarks?|sandbox|playground|storybook|cypress|locales?|i18n|l10n|translations?|languages?)(?:$|[/._-])|\.(?:template|tmpl|tpl|pot?|xlf|arb|strings)$|(?-i:(?:Tests?|Specs?|[a-z]IT)\.\w+$)|(?:^|/)(?:vendor|node_modules|third[-_]?party)/`)

// readerOf gives the reader of a file's format, and its role as far as its name tells.
// base is the last part of the path, in lower case.
func readerOf(p, base string) (format.Reader, role) {
	for _, n := range named[base] {
		if n.folder == "" || strings.HasSuffix("/"+path.Dir(p), "/"+n.folder) {
			return n.read, n.role
		}
	}
	stem, ext := base, path.Ext(base)
	if byExtension[ext] == nil && (strings.HasPrefix(base, ".env") || dotenv.MatchString(base)) { // .env-prod, but not .env.json
		return format.Dotenv, configures
	}
	if ext == ".psk" {
		return readWhole, keeps
	}
	for range 2 { // settings.json.erb
		stem = strings.TrimSuffix(stem, ext)
		if read := byExtension[ext]; read != nil {
			return read, configures
		}
		if slices.Contains(programs, ext) && settings.MatchString(stem) {
			return format.Source, configures
		}
		ext = path.Ext(stem)
	}
	if folder := path.Base(path.Dir(p)); folder == "default" && strings.Contains(p, "etc/") || folder == "sysconfig" {
		return format.Dotenv, configures // of a service
	}
	if strings.HasPrefix(base, "dockerfile") || strings.HasPrefix(base, "containerfile") {
		return format.Dockerfile, configures
	}
	return nil, configures
}

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
	"vagrantfile":             {{format.Source, configures, ""}},
	"vault_pass":              {{readWhole, keeps, ""}},
	"vault_password":          {{readWhole, keeps, ""}},
	"webservers.xml":          {{format.XML, keeps, ""}},
	"wp-config.php":           {{format.Source, configures, ""}},
}

// dotenv matches names of files that hold an environment.
var dotenv = regexp.MustCompile(`\.env(?:\.[\w-]+)?$|^\.?(?:dev\.vars|flaskenv)$|^env\.(?:list|vars|prod|production|staging|dev|local|sample|example)$`)

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
	".dockerfile":  format.Dockerfile,
	".jenkinsfile": format.Source, ".gradle": format.Source, ".groovy": format.Source, ".kts": format.Source,
}

// programs are extensions of programs, of which some are configuration.
var programs = []string{".py", ".php", ".rb", ".js", ".ts", ".mjs", ".cjs", ".lua", ".pl", ".r", ".jl", ".ex", ".exs", ".clj"}

// settings matches the names, without extension, of programs that are configuration.
var settings = regexp.MustCompile(`(?:^|[._-])(?:settings|secrets|credentials)(?:$|[._-])|^config$`)

// readWhole reads a file that is nothing but a key.
func readWhole(text []byte) iter.Seq[format.Entry] {
	return func(yield func(format.Entry) bool) {
		value := strings.TrimSpace(string(text))
		if start := strings.Index(string(text), value); value != "" && !strings.ContainsAny(value, "\r\n") {
			yield(format.Entry{Path: []string{"password"}, Value: value, Start: start, End: start + len(value)})
		}
	}
}

// readConf reads a .conf file, of which there are two kinds: those with equal signs and
// those without.
func readConf(text []byte) iter.Seq[format.Entry] {
	assigned, lines := 0, 0
	for line := range strings.Lines(string(text[:min(len(text), 1<<14)])) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '[' {
			continue
		}
		lines++
		if i := strings.IndexAny(line, "= \t"); i > 0 && strings.HasPrefix(strings.TrimLeft(line[i:], " \t"), "=") {
			assigned++
		}
	}
	if 2*assigned >= lines {
		return format.INI(text)
	}
	return format.Directives(text)
}

// envOf tells which environment a path, or the name of a section, is of.
func envOf(text string) string {
	m := environment.FindStringSubmatch(text)
	for i, env := range []string{"prod", "staging", "dev", "test"} {
		if m != nil && m[i+1] != "" {
			return env
		}
	}
	return ""
}

// environment matches the usual names of environments.
var environment = regexp.MustCompile(`(?i)(?:^|[/._-])(?:(prod|production|live|prd)|(staging|stage|stg|uat|preprod|pre-prod)|(dev|development|devel|local|localhost)|(tests?|testing|ci|qa))(?:$|[/._-])`)
