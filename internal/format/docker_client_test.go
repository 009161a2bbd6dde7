package format

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDockerClientReads has Docker's own client read a file, and a daemon of the test's
// own hear what it made of it.
func TestDockerClientReads(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("there is no docker here")
	}
	dir, err := os.MkdirTemp("", "docker") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skipf("there are no Unix sockets: %v", err)
	}
	heard := make(chan []string, 1)
	daemon := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		if !strings.HasSuffix(r.URL.Path, "/containers/create") {
			return // a ping
		}
		var asked struct{ Env []string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		heard <- asked.Env
		http.Error(w, `{"message":"that was all"}`, http.StatusTeapot)
	})}
	go func() { _ = daemon.Serve(socket) }()
	t.Cleanup(func() { daemon.Close() })

	vars := only(nastyVars(), func(v string) bool {
		_, err := WriteDocker(&strings.Builder{}, []Var{{"A", v}})
		return err == nil
	})
	file := filepath.Join(dir, "env")
	if err := os.WriteFile(file, []byte(written(t, writerNamed(t, "docker"), vars)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), docker, "create", "--env-file", file, "image")
	cmd.Env = append(os.Environ(), "DOCKER_HOST=unix://"+socket.Addr().String(), "DOCKER_CONFIG="+dir, "DOCKER_CONTEXT=")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "that was all") {
		t.Fatalf("docker: %v: %s", err, out)
	}
	got := make(map[string]string)
	for _, v := range <-heard {
		name, value, _ := strings.Cut(v, "=")
		got[name] = value
	}
	wantVars(t, vars, got)
}
