package detectors

import (
	"fmt"
	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/rules"
	"testing"
)

func TestZZ(t *testing.T) {
	set, _ := rules.Builtin()
	d, _ := New(set)
	for _, x := range [][2]string{
		{"a/main.yml", "wifi_psk: \"Froschkonzert 13\"\nSSH_KEY_PASSPHRASE: \"my cat likes tuna 2\"\n"},
		{"a/gen.py", "CLIENT_SECRET = \"6758db8c-fb18-4756-bdd6-0c75400bc14c\"\n$smtppass = 'Exponat#1893';\n"},
		{"a/serverless.yml", "provider:\n  apiKeys:\n  - name: partner\n    value: KxnjlpTDkfTgDXIlSFlpIgMPWGgjVMv0AWd1LulM\n"},
		{"a/wpa.conf", "network={\n  ssid=\"x\"\n  psk=ae816865a32df467b00fba77ca9d799bf57728e11314a9717331e78f13fbe15b\n}\n"},
		{"internal/config/config.go", "	Secret:       getenv(\"SESSION_SECRET\", \"b1oG+onNB9+Pw79KDBXVj/fkqH8v2Wc4RPCIFF2+dnvJ\"),\n"},
		{"a/settings.php", "$settings['hash_salt'] = 'EJLQZVjgSADJXKux27pitVaMfuHyhFMG-_xqPWWK3HI8_cH4KNaPtQvG3Vh41cMfmRTU';\n"},
		{"a/config.yml", "e:\n  SEED_ADMIN_PASSWORD: Xaloc.y.Llebeig\n"},
	} {
		f := fileOf([]string{x[0]})
		fmt.Println("##", x[0], f.role, f.read != nil, d.configured.mayAssign([]byte(x[1])))
		if f.read != nil {
			for e := range f.read([]byte(x[1])) {
				fmt.Println("   ", e.Path, e.Value, judge.NameOf(e.Name()), judge.PasswordOf(e.Value), e.Comment, e.Tag)
			}
		}
		for _, m := range d.Detect(&Chunk{Data: []byte(x[1]), Names: []string{x[0]}, Whole: true, To: len(x[1])}) {
			fmt.Println("   =>", m.Rule.ID, m.Confidence, m.Name)
		}
	}
	_ = format.Bare
	fmt.Println(judge.NameOf("CLIENT_SECRET"), judge.IsKeyUUID("CLIENT_SECRET", "6758db8c-fb18-4756-bdd6-0c75400bc14c"), judge.NameOf("smtppass"), judge.PasswordOf("Exponat#1893"), judge.Random("b1oG+onNB9+Pw79KDBXVj/fkqH8v2Wc4RPCIFF2+dnvJ", judge.Surroundings{Name: "SESSION_SECRET", Text: []byte("\"b1oG+onNB9+Pw79KDBXVj/fkqH8v2Wc4RPCIFF2+dnvJ\""), Start: 1, End: 30}))
}
