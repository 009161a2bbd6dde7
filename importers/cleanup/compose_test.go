package cleanup

import "testing"

// TestDotenvCompose shows what is said of Docker Compose, which reads .env in ways of its
// own.
func TestDotenvCompose(t *testing.T) {
	const command = "run it by the first command at the top of that, such as: secretsweep run … -- docker compose up\n"
	const file = "by env_file: have it name the file, too, that the second command at the top of that writes\n"
	tests := []struct{ name, env, compose, text, want string }{
		{"a variable", ".env", "docker-compose.yml", "services:\n  a:\n    image: a:${A}\n", "docker-compose.yml reads .env: " + command},
		{"a variable that it gives on", ".env", "compose.yaml", "services:\n  a:\n    environment:\n      - A\n", "compose.yaml reads .env: " + command},
		{"a setting", ".env", "compose.yaml", "services:\n  a:\n    image: a:$PORT\n", ""},
		{"the whole file", ".env", "compose.yaml", "services:\n  a:\n    env_file: .env\n", "compose.yaml gives containers .env " + file},
		{"the file among others", "api/.env.dev", "docker-compose.override.yml", "services:\n  a:\n    env_file:\n      - .env\n      - path: ./api/.env.dev\n", "docker-compose.override.yml gives containers api/.env.dev " + file},
		{"another file", "api/.env", "compose.yaml", "services:\n  a:\n    image: a:$A\n    env_file: .env\n", ""},
		{"no such file", ".env", "composed.yaml", "services:\n  a:\n    env_file: .env\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, map[string]string{tt.env: "A=first value\nPORT=80\n", tt.compose: tt.text})
			p.keeps(tt.env, "A", "first value", "dev")
			if s := p.does(Dotenv); s.Text != tt.want {
				t.Errorf("it says %q, want %q", s.Text, tt.want)
			}
		})
	}
}
