package dir

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// dependencies are folders that package managers fill, and caches of tools:
// others wrote what is in them, and it can be had again.
var dependencies = []string{
	"node_modules", "bower_components", "jspm_packages", ".yarn/cache", ".yarn/unplugged", ".pnpm-store", ".npm/_cacache",
	".venv", "site-packages", "__pycache__", "__pypackages__", ".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache",
	"vendor/bundle", ".bundle/cache", ".gradle/caches", ".gradle/wrapper", ".m2/repository", ".ivy2/cache", ".cargo/registry", ".cargo/git",
	".terraform/providers", ".terraform/modules", "Pods", "Carthage/Checkouts", "Carthage/Build", ".pub-cache", ".dart_tool", "elm-stuff",
}

// output are folders that builds and package managers fill, too, but with names
// that a folder of another kind may have. They count as such if git ignores them.
var output = []string{
	"target", "dist", "build", "out", "bin", "obj", "_build", "deps", "vendor", "venv", "virtualenv", ".gradle",
	".next", ".nuxt", ".output", ".svelte-kit", ".turbo", ".parcel-cache", ".cache", ".angular", ".vite", ".webpack", ".docusaurus",
	"coverage", "htmlcov", ".nyc_output", "DerivedData", ".build", "cmake-build-debug", "cmake-build-release",
	".stack-work", "dist-newstyle", ".bloop", ".metals", "zig-cache", "zig-out", ".zig-cache", "bazel-out", ".direnv",
}

// isDependency tells whether a folder is one of dependencies, by its name, or by
// its own and its parent's.
func isDependency(p string) bool { return isNamed(p, dependencies) }

// InDependency tells whether the way to a file goes through one of them.
func InDependency(file string) bool {
	for i, c := range file {
		if c == '/' && isDependency(file[:i]) {
			return true
		}
	}
	return false
}

// isOutput tells the same of output.
func isOutput(p string) bool { return isNamed(p, output) }

func isNamed(p string, names []string) bool {
	dir, base := path.Split(p)
	return slices.Contains(names, base) || dir != "" && slices.Contains(names, path.Base(dir)+"/"+base)
}

// isVirtualEnv tells whether a folder is a Python virtual environment, whatever
// it is called (PEP 405).
func isVirtualEnv(entries []fs.DirEntry) bool {
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "pyvenv.cfg" })
}

// holdsSecrets tells whether a file that git ignores looks, by its name, as if it
// held secrets or a configuration for this machine alone. Such files are what
// people keep out of git on purpose, so they are read all the same.
func holdsSecrets(p string) bool {
	name := strings.ToLower(path.Base(p))
	stem, ext, _ := strings.Cut(name, ".")
	switch name {
	case ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", "pip.conf", "pip.ini", "nuget.config", "auth.json", ".gemrc", // package managers
		".netrc", "_netrc", ".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf", ".curlrc", ".wgetrc", ".msmtprc", ".esmtprc", ".muttrc",
		".dockercfg", ".dockerconfigjson", ".s3cfg", ".boto", "rclone.conf", ".sentryclirc", "ngrok.yml", ".vault-token", ".dev.vars",
		"hosts.yml", "admin.conf", "kubelet.conf", "keys.txt", "google-services.json", "googleservice-info.plist", // gh, Kubernetes, age, Firebase
		"wp-config.php", "configuration.php", "localsettings.php", "env.php", "database.php", "parameters.yml", "database.yml", "mongoid.yml",
		"launchsettings.json", "wrangler.toml", "mcp.json", ".mcp.json", "docker-compose.override.yml", "docker-compose.override.yaml",
		"compose.override.yml", "compose.override.yaml", "sftp.json", "sftp-config.json", ".ftpconfig", ".remote-sync.json",
		"sitemanager.xml", "recentservers.xml", "filezilla.xml", "winscp.ini", "datasources.xml", "webservers.xml", "token", "tokens":
		return true
	}
	switch path.Ext(name) {
	case ".env", ".pem", ".key", ".ppk", ".p8", ".p12", ".pfx", ".pkcs12", ".jks", ".keystore", ".bks", ".keytab", ".asc", ".ovpn",
		".tfvars", ".tfstate", ".local", ".properties", ".kubeconfig", ".agekey":
		return true
	}
	for _, prefix := range []string{
		".env", ".flaskenv", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "terraform.tfstate", "kubeconfig", ".kubeconfig",
		"appsettings.", "application.", "application-", "local.", "local_settings", "local-settings", "pulumi.", "vault_pass", ".vault_pass", ".dev.vars.",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, part := range []string{
		"secret", "credential", "passw", "apikey", "api_key", "api-key", "access_token", "access-token", "private_key", "private-key",
		"serviceaccount", "service-account", "service_account", "adminsdk", "postman", "_history",
		".env.", ".local.", "_local.", "-local.", ".tfvars.", ".tfstate.",
	} {
		if strings.Contains(name, part) {
			return true
		}
	}
	switch stem {
	case "config", "settings", "conf", "token", "tokens":
		switch ext {
		case "json", "yml", "yaml", "toml", "ini", "xml", "php", "py", "rb", "js", "ts", "conf", "cfg", "txt":
			return true
		}
	}
	return hasParent(p, ".kube", "config") || hasParent(p, ".ssh", "") || hasParent(p, ".gnupg", "")
}

// hasParent tells whether the folder that a file is in has that name, and the
// file has the other one, if there is one.
func hasParent(p, parent, base string) bool {
	dir, name := path.Split(p)
	return path.Base(dir) == parent && (base == "" || name == base)
}
