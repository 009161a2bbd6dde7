package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// annotation is what a platform shows beside a line of a file, or by itself if
// Path is "".
type annotation struct {
	Path         string // from the repository's top
	Line, Column int
	Title        string
	Message      string
}

// annotations gives one for each new finding that is still in a file, at the
// first such place, and one without a file for the others.
func annotations(r *report.Report) []annotation {
	var all []annotation
	for _, f := range r.Findings {
		if f.Status != report.StatusNew {
			continue
		}
		a := annotation{
			Title:   "Leaked secret: " + f.Rule.ID,
			Message: fmt.Sprintf("%s (%s), severity %s, %s. Revoke it: taking it out of the branch does not undo the leak.", f.Rule.Description, f.Secret, f.Severity, r.Where(&f.Places[0])),
		}
		for _, p := range f.Places {
			if p.Path != "" && p.Live() {
				a.Path, a.Line, a.Column = p.Path, p.Start.Line, p.Start.Column
				break
			}
		}
		all = append(all, a)
	}
	return all
}

// githubCommand is a workflow command. What it escapes, and how, is fixed by the
// runner: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
func githubCommand(a annotation) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	b.WriteString("::error ")
	if a.Path != "" {
		fmt.Fprintf(&b, "file=%s,line=%d,col=%d,", property.Replace(printable.Text(a.Path)), a.Line, a.Column)
	}
	fmt.Fprintf(&b, "title=%s::%s", property.Replace(printable.Text(a.Title)), data.Replace(printable.Text(a.Message)))
	return b.String()
}

// azureCommand is a logging command. It is found anywhere in a line, so the text
// may hold no second one:
// https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
func azureCommand(a annotation) string {
	data := strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B")
	text := func(s string) string { return breakCommands(printable.Text(s)) }
	var b strings.Builder
	b.WriteString("##vso[task.logissue type=error;")
	if a.Path != "" {
		fmt.Fprintf(&b, "sourcepath=%s;linenumber=%d;columnnumber=%d;", property.Replace(text(a.Path)), a.Line, a.Column)
	}
	fmt.Fprintf(&b, "]%s: %s", data.Replace(text(a.Title)), data.Replace(text(a.Message)))
	return b.String()
}

// harmless passes on a log in which no line is a command to the CI system: a
// path or a commit's title could be made to look like one. Runners act on "::"
// at the start of a line, after spaces, and on "##vso[" and "##[" anywhere.
type harmless struct {
	w    io.Writer
	line []byte // begun, not passed on yet
}

func (h *harmless) Write(p []byte) (int, error) {
	h.line = append(h.line, p...)
	end := bytes.LastIndexByte(h.line, '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	var out []byte
	for line := range bytes.Lines(h.line[:end]) {
		out = append(out, disarm(line)...)
	}
	h.line = append(h.line[:0], h.line[end:]...)
	_, err := h.w.Write(out)
	return len(p), err
}

// Flush passes on a last line that has no end.
func (h *harmless) Flush() error {
	_, err := h.w.Write(disarm(h.line))
	h.line = nil
	return err
}

func disarm(line []byte) []byte {
	line = []byte(breakCommands(string(line)))
	text := bytes.TrimLeftFunc(line, unicode.IsSpace)
	if bytes.HasPrefix(text, []byte("::")) {
		space := line[:len(line)-len(text)]
		line = slices.Concat(space, []byte(": "), text[1:])
	}
	return line
}

// breakCommands puts a space into every "##vso[" and "##[". A carriage return
// would begin a line.
func breakCommands(s string) string {
	s = strings.ReplaceAll(s, "\r", " ")
	return loggingCommand.ReplaceAllString(s, "# $1")
}

var loggingCommand = regexp.MustCompile(`(?i)#((?:vso)?\[)`)

// githubSummary adds to the job's page.
func githubSummary(sh shell, markdown string) error {
	path := sh.getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(markdown); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// azureSummary leaves a file for the agent to take when the step has ended.
func azureSummary(sh shell, markdown string) error {
	dir := sh.getenv("AGENT_TEMPDIRECTORY")
	if dir == "" {
		return nil
	}
	path := filepath.Join(dir, "secretsweep.md")
	if err := os.WriteFile(path, []byte(markdown), 0o666); err != nil {
		return err
	}
	_, err := fmt.Fprintf(sh.stdout, "##vso[task.uploadsummary]%s\n", path)
	return err
}

// buildkiteSummary annotates the build, where the agent's own program is there.
func buildkiteSummary(sh shell, markdown string) error {
	agent, err := exec.LookPath("buildkite-agent")
	if err != nil {
		return nil
	}
	cmd := exec.Command(agent, "annotate", "--context", "secretsweep", "--style", "error")
	cmd.Stdin = strings.NewReader(markdown)
	cmd.Stdout, cmd.Stderr = sh.stderr, sh.stderr
	return cmd.Run()
}
