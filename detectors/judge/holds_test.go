package judge

import "testing"

func TestMayHold(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "API_KEY": true, "DATABASE_URL": true, "DATABASE_URL_PROD": true, "databaseUrl": true, "MONGODB_URI": true,
		"REDIS_URL": true, "CLEARDB_DATABASE_URL": true, "JAWSDB_URL": true, "PG_URL": true, "SENTRY_DSN": true, "SLACK_WEBHOOK_URL": true,
		"AZURE_STORAGE_CONNECTION_STRING": true, "ConnectionString": true, "CELERY_BROKER_URL": true, "AMQP_URL2": true,
		"": false, "BASE_URL": false, "TOKEN_URL": false, "DATABASE_NAME": false, "REDIS_HOST": false, "DATABASE_URL_TIMEOUT": false,
		"REDIS_URL_MAX_RETRIES": false, "PORT": false, "URL": false, "<DATABASE_URL>": false,
	} {
		if got := MayHold(name); got != want {
			t.Errorf("MayHold(%q) = %t, want %t", name, got, want)
		}
	}
}
