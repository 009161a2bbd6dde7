package judge

import "testing"

// benchNames and benchValues are what most assignments of most files are made of.
var (
	benchNames = []string{
		"name", "version", "DB_PASSWORD", "spring.datasource.password", "apiKey", "description", "max_tokens",
		"AWS_SECRET_ACCESS_KEY", "passwordErrorMessage", "primaryColor", "background-color", "x-api-key", "中文名", "tokenUrl",
	}
	benchValues = []string{
		"Summer2024", "sunshine", "true", "1.2.3", "https://registry.example.org/v2/library", "${DB_PASSWORD}", "postgres",
		"process.env.API_KEY", "src/main/resources/application.yml", "nQ8vLp2xZr4Tk7Wb", "{{ .Values.db.password }}",
		"reset-password", "user.name@example.org", "form-control password-input", "com.example.app.Password", "x_api_key",
		"5d41402abc4b2a76b9719d911017c592", "Forgot your password?", "$2a$10$abcdefghijklmnopqrstuv", "acme!prod_2",
	}
)

func BenchmarkNameOf(b *testing.B) {
	for b.Loop() {
		for _, name := range benchNames {
			NameOf(name)
		}
	}
}

func BenchmarkPasswordOf(b *testing.B) {
	for b.Loop() {
		for _, value := range benchValues {
			PasswordOf(value)
		}
	}
}

func BenchmarkRandom(b *testing.B) {
	for b.Loop() {
		for _, value := range benchValues {
			Random(value, Surroundings{Name: "api_secret", Text: []byte(`"` + value + `"`), Start: 1, End: 1 + len(value)})
		}
	}
}

func BenchmarkRefers(b *testing.B) {
	for b.Loop() {
		for _, value := range benchValues {
			Refers(value)
		}
	}
}
