package tui

import (
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// byLine answers the questions that are asked line by line at a terminal, and gives what was
// to be read there.
func byLine(t *testing.T, f *founders, answers [][2]string) (string, error) {
	t.Helper()
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer terminal.Close()
	seen := make(chan string)
	go func() {
		var all strings.Builder
		defer func() { seen <- all.String() }()
		part := make([]byte, 1000)
		for {
			n, err := keyboard.Read(part)
			all.Write(part[:n])
			if len(answers) > 0 && strings.HasSuffix(all.String(), answers[0][0]) {
				for strings.Contains(answers[0][0], "assphrase") && echoes(keyboard) {
					runtime.Gosched() // nobody types that fast
				}
				_, _ = io.WriteString(keyboard, answers[0][1]+"\n")
				answers = answers[1:]
			}
			if err != nil || strings.Contains(all.String(), "the test is over") {
				return
			}
		}
	}()
	err = foundByLine(t.Context(), Migration{Founder: f, Founding: newVault}, Options{Input: terminal, Output: terminal, NoColor: true})
	_, _ = io.WriteString(terminal, "the test is over")
	text := <-seen
	keyboard.Close()
	return text, err
}

func TestFoundByLine(t *testing.T) {
	f := newFounders("zyxwv")
	const passphrase = "Passphrase, not shown. " + passphraseWords + " " + noPassphraseWords + " "
	text, err := byLine(t, f, [][2]string{
		{"Your name in the vault (ada) ", ""},
		{"Environments (dev, staging, prod) ", "dev, dev"},
		{"dev is there twice\r\nEnvironments (dev, staging, prod) ", "dev,prod"},
		{passphrase, "correct"},
		{"fewer than 10 characters\r\n" + passphrase, "correct horse"},
		{"The passphrase again ", "correct mouse"},
		{"two different passphrases\r\nThe passphrase again ", "correct horse"},
		{"of the recovery key ", "zyxww"},
		{"not its last characters\r\nThe last 5 characters of the recovery key ", "zyxwv"},
	})
	if err != nil {
		t.Fatalf("%v, after\n%s", err, text)
	}
	want := Founding{Name: "ada", Environments: []string{"dev", "prod"}, Passphrase: "correct horse"}
	if diff := cmp.Diff([]Founding{want}, f.made); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(text, "correct") {
		t.Errorf("a passphrase is shown:\n%s", text)
	}
	before, after, _ := strings.Cut(text, erased)
	if !strings.Contains(before, "bcdef ghijk zyxwv") || strings.TrimSpace(after) != "the test is over" {
		t.Errorf("the recovery key isn't shown, or isn't taken away:\n%q", text)
	}
}

// echoes tells whether a terminal shows what is typed.
func echoes(terminal *os.File) bool {
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	return err == nil && state.Lflag&unix.ECHO != 0
}
