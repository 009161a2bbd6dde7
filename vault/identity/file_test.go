package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"filippo.io/age/armor"
	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

// fast is a work factor for tests.
const fast = 1

const words = "correct horse"

func protections() []Protection { return []Protection{None, Passphrase, Keyring} }

func newContents() Contents {
	return Contents{"Ada", New(), [][32]byte{{1, 2, 3}, {4}}}
}

// must saves contents, or ends the test.
func (c Contents) must(t interface{ Fatal(...any) }, path string, p Protection) {
	if err := c.save(path, p, says(words), fast); err != nil {
		t.Fatal(err)
	}
}

// differ compares contents, and shows nothing of the seed.
func differ(a, b Contents) string {
	type shown struct {
		Name, Public string
		SameSeed     bool
		Vaults       [][32]byte
	}
	show := func(c Contents) shown {
		return shown{c.Name, c.Identity.Public().String(), c.Identity.text() == a.Identity.text(), c.Vaults}
	}
	return cmp.Diff(show(a), show(b))
}

func inKeyring(c Contents) bool {
	_, err := keyring.Get("secretsweep", c.Identity.Public().String())
	return err == nil
}

func TestFileRoundTrip(t *testing.T) {
	keyring.MockInit()
	folder := t.TempDir()
	for _, p := range protections() {
		t.Run(p.String(), rapid.MakeCheck(func(t *rapid.T) {
			want := Contents{Name: rapid.StringMatching(`|\PC|\PC[\pL #\-]*\PC`).Filter(func(s string) bool { return checkName(s) == nil }).Draw(t, "name"), Identity: drawIdentity(t)}
			for range rapid.IntRange(0, 3).Draw(t, "vaults") {
				want.Vaults = append(want.Vaults, [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "vault")))
			}
			path := filepath.Join(folder, "new", fmt.Sprint(p), want.Identity.Public().String()[:12])
			want.must(t, path, p)
			f, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name != want.Name || f.Public != want.Identity.Public() || f.Protection != p {
				t.Fatalf("read %q, %v, %v", f.Name, f.Public, f.Protection)
			}
			got, err := f.Unlock(says(words))
			if err != nil {
				t.Fatal(err)
			}
			if diff := differ(want, got); diff != "" {
				t.Fatalf("contents (-want +got):\n%s", diff)
			}
		}))
	}
}

// TestChangeOfProtection goes from each protection to each, and looks for what is left
// of the old one.
func TestChangeOfProtection(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	keyring.MockInit()
	for _, from := range protections() {
		for _, to := range protections() {
			t.Run(fmt.Sprintf("%v to %v", from, to), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "identity")
				want := newContents()
				want.must(t, path, from)
				want.must(t, path, to)
				if inKeyring(want) != (to == Keyring) {
					t.Errorf("in the keyring: %v", inKeyring(want))
				}
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if has := strings.Contains(string(text), want.Identity.text()); has != (to == None) {
					t.Errorf("the seed is in the file: %v", has)
				}
				if has := strings.Contains(string(text), "vault 01"); has != (to != Passphrase) {
					t.Errorf("the vaults are in the clear: %v", has)
				}
				f, err := ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				got, err := f.Unlock(says(words))
				if err != nil {
					t.Fatal(err)
				}
				if diff := differ(want, got); diff != "" {
					t.Errorf("contents (-want +got):\n%s", diff)
				}
				if names := list(t, path); len(names) != 1 {
					t.Errorf("in the folder are %q, want the file alone", names)
				}
			})
		}
	}
}

// list gives the names in a file's folder.
func list(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestReplace shows that the old file isn't touched: who is killed leaves it.
func TestReplace(t *testing.T) {
	keyring.MockInit()
	path := filepath.Join(t.TempDir(), "identity")
	c := newContents()
	c.must(t, path, None)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := path + ".kept"
	if err := os.Link(path, kept); err != nil {
		t.Skip(err)
	}
	c.Name = "Ada Lovelace"
	c.must(t, path, Passphrase)
	if after, err := os.ReadFile(kept); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the old file was changed in place (%v)", err)
	}
	// What one who was killed leaves beside it is no obstacle.
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), ".identity.1.tmp"), []byte("secr"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.must(t, path, None)
	if _, err := ReadFile(path); err != nil {
		t.Error(err)
	}
}

func TestFailedReplaceLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := replace(path, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if names := list(t, path); !slices.Equal(names, []string{"identity"}) {
		t.Errorf("in the folder are %q", names)
	}
}

func TestLinkIsFollowed(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	c := newContents()
	c.must(t, target, None)
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	c.Name = "Lovelace"
	c.must(t, link, None)
	if f, err := ReadFile(target); err != nil || f.Name != "Lovelace" {
		t.Errorf("behind the link: got %v, %v", f, err)
	}
}

func TestNeverReplaced(t *testing.T) {
	c := newContents()
	tests := []struct {
		name string
		lay  func(path string) error
		want error
	}{
		{"another identity", func(path string) error { return newContents().Save(path, None, nil) }, ErrTaken},
		{"not an identity", func(path string) error { return os.WriteFile(path, []byte("hello\n"), 0o600) }, nil},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "identity")
			if err := tt.lay(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			if err := c.Save(path, None, nil); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want an error (%v)", err, tt.want)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("it was replaced")
			}
		})
	}
}

func TestMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	path := filepath.Join(t.TempDir(), "new", "identity")
	newContents().must(t, path, None)
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want %v", filepath.Base(name), info.Mode().Perm(), err, want)
		}
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFile(path)
		if e, ok := errors.AsType[*PermissionError](err); !ok || e.Path != path || e.Mode.Perm() != mode {
			t.Errorf("mode %v: got %v", mode, err)
		}
	}
}

func TestReadFileRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	if _, err := ReadFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := ReadFile(filepath.Dir(path)); err == nil {
		t.Error("a folder was read")
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("#\n"), maxFile/2+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("large: got %v", err)
	}
	c := newContents()
	c.Vaults = make([][32]byte, 1000)
	if err := c.save(filepath.Join(t.TempDir(), "identity"), None, nil, fast); err == nil {
		t.Error("a file was written that is too large to be read")
	}
}

func TestParseFile(t *testing.T) {
	i := New()
	public, own := "public "+i.Public().String()+"\n", "secret "+i.text()+"\n"
	const begin = armor.Header + "\n"
	tests := []struct {
		name, text string
		want       string // part of the error
	}{
		{"least", public + own, ""},
		{"comments and blanks", "# x\r\n\r\n  " + public + "#\n\n" + own + "\n", ""},
		{"in the keyring", public + "secret keyring\n", ""},
		{"empty", "", "not a public key"},
		{"no public key", own, "not a public key"},
		{"no secret", public, "not an identity"},
		{"two secrets", public + own + own, "line 3: a second one"},
		{"another word", public + own + "token x\n", "line 3: it begins with none of"},
		{"another's public key", "public " + New().Public().String() + "\n" + own, errOtherPublic.Error()},
		{"token for a secret", public + "secret " + (Token{Identity: i}).Text().Reveal(), "this is a token, and an identity is wanted"},
		{"short vault", public + own + "vault 1234\n", "line 3: a vault's id"},
		{"vault that is none", public + own + "vault " + strings.Repeat("x", 64) + "\n", "line 3: a vault's id"},
		{"name that can't be printed", "name a\x1bb\n" + public + own, "line 1: a name with"},
		{"long name", "name " + strings.Repeat("x", 257) + "\n" + public + own, "line 1: a name of 257 bytes"},
		{"passphrase and nothing", public + "secret passphrase\n", "should have an age file"},
		{"passphrase and open vaults", public + "secret passphrase\nvault " + strings.Repeat("0", 64) + "\n" + begin, "should have an age file"},
		{"seed and an age file", public + own + begin, "an age file and no passphrase"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseFile([]byte(tt.text))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), i.text()[20:40]) {
				t.Error("the error shows the seed")
			}
		})
	}
}

func TestCheckName(t *testing.T) {
	for name, ok := range map[string]bool{
		"": true, "Ada": true, "Ада Л.": true, "# x": true,
		" Ada": false, "a\nb": false, "a\u202eb": false, "a\xffb": false, strings.Repeat("x", 257): false,
	} {
		if err := checkName(name); (err == nil) != ok {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	c := Contents{"Ada", fromSeed(f, counting()), [][32]byte{{1}}}
	for _, p := range protections() {
		text, err := c.encode(p, says(words), fast)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("name x\npublic y\nsecret z\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := parseFile(text)
		if err != nil || file.Protection != None {
			return
		}
		want, err := file.Unlock(silent(t))
		if err != nil {
			t.Fatal(err)
		}
		again, err := want.encode(None, nil, fast)
		if err != nil {
			return // more vaults than a file may have; this text isn't limited
		}
		file, err = parseFile(again)
		if err != nil {
			t.Fatal(err)
		}
		got, err := file.Unlock(silent(t))
		if err != nil {
			t.Fatal(err)
		}
		if diff := differ(want, got); diff != "" {
			t.Errorf("contents (-want +got):\n%s", diff)
		}
	})
}
