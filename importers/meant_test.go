package importers_test

import (
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
)

func TestMeant(t *testing.T) {
	environments := []string{"production", "dev"}
	for _, tt := range []struct{ system, name, want string }{
		{"github-actions", "PROD_DATABASE_URL", "PROD_DATABASE_URL, production:DATABASE_URL"},
		{"github-actions", "DATABASE_URL_DEV", "DATABASE_URL_DEV, dev:DATABASE_URL"},
		{"env", "API_KEY", "API_KEY"},
		{"env", "STAGING_API_KEY", "STAGING_API_KEY, staging:API_KEY"},
		{"jenkins", "docker-hub", "DOCKER_HUB"},
		{"drone", "dockerPassword", "DOCKER_PASSWORD"},
		{"drone", "password", ""}, // whose, it doesn't say
		{"env", "TOKEN", "TOKEN"},
		{"terraform", "db_password", "DB_PASSWORD"},
		{"kubernetes", "web/DATABASE_URL", "DATABASE_URL"},
		{"kubernetes", "db/password", "DB_PASSWORD"},
		{"kubernetes", "web/database-url", "DATABASE_URL, database-url"},
		{"kubernetes", "web", ""},
		{"aws-secrets-manager", "prod/web-AbCdEf:DATABASE_URL", "production:DATABASE_URL"},
		{"aws-secrets-manager", "prod/db-AbCdEf:password", "production:DB_PASSWORD"},
		{"aws-secrets-manager", "web/api-key", "WEB_API_KEY"},
		{"aws-parameter-store", "/dev/web/API_KEY", "dev:API_KEY"},
		{"vault", "secret/data/web#API_KEY", "API_KEY"},
		{"vault", "secret/data/web#token", ""},
		{"vault", "secret/data/web", ""},
		{"helm", "dbPassword", "DB_PASSWORD"},
		{"helm", "postgresql.auth.password", "POSTGRESQL_AUTH_PASSWORD"},
		{"1password", "dev/stripe/key", ""},
	} {
		var got []string
		for _, ref := range importers.Meant(tt.system, tt.name, environments) {
			name := ref.Name
			if ref.Env != "" {
				name = ref.Env + ":" + name
			}
			got = append(got, name)
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.system, tt.name, got, tt.want)
		}
	}
}
