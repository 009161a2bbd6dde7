package detectors

import (
	"fmt"
	"github.com/secretsweep/secretsweep/rules"
	"testing"
)

func TestZZ(t *testing.T) {
	set, _ := rules.Builtin()
	d, _ := New(set)
	for _, x := range [][2]string{
		{"internal/config/config.go", "getenv(\"SESSION_SECRET\", \"b1oG+onNB9+Pw79KDBXVj/fkqH8v2Wc4RPCIFF2+dnvJ\"),\n"},
		{"internal/config/config.go", "getenv(\"SESSION_SECRET\", \"b1oGkonNB9kPw79KDBXVj/fkqH8v2Wc4RPCIFF2odnvJ\"),\n"},
		{"a/x.py", "getenv(\"SESSION_SECRET\", \"b1oG+onNB9+Pw79KDBXVj/fkqH8v2Wc4RPCIFF2+dnvJ\"),\n"},
		{"a/settings.py", "JWT_SECRET = os.environ.get('JWT_SECRET') or 'vdvJesGrv6bPJOlDG27gpy2N8iEfRWlsYsUTEbq7zJ8vZ6Ks'\n"},
		{"a/x.py", "JWT_SECRET = os.environ.get('JWT_SECRET') or 'vdvJesGrv6bPJOlDG27gpy2N8iEfRWlsYsUTEbq7zJ8vZ6Ks'\n"},
		{"a/x.rb", "f.headers['X-Api-Token'] = 'b1d2e0a6-6e3c-410d-ba36-d570951be4a7'\n"},
		{"a/x.rb", "config.pepper = '13ad00d029189811f50768fe21ec48737d81ac50522ba6d82476266d917514889ef65c7b605cbc95634a9748c0477f562e2d'\n"},
		{"a/x.swift", "request.setValue(\"7d7a9ee7e686b1b27d789fda683f2f0f\", forHTTPHeaderField: \"X-Api-Key\")\n"},
		{"a/x.m", "#define WA_API_SECRET @\"8c5c30ae49ae25018df5ab296d533576461cc32f\"\n"},
		{"a/x.cs", " Connect(path, \"scanner\", \"Zimmer2scan\");\n Jet OLEDB:Database Password=gabelstapler7\n"},
		{"a/client.py", "SIGNING_KEY = bytes.fromhex(\"d93735e77b06bae86967bfb299905f1b7392580be6c65934c2b6b1b5cc98dc3e\")\n"},
		{"a/x.go", "	csrfKey      = \"xb8V1ErThz3FfpbwRfFv8KPGHZTsOHAp\"\n if token != \"DJnoL6d0C69l4HGsBBUlHLri161hITXQo54Us4pHzlg1OAw9\" {\n aesKeyBase64 = \"YUSubszSEuQ1XUPCpQsuW3paHgCkhhkLCGYw78Fh4WJ=\"\n"},
	} {
		fmt.Println("##", x[1])
		for _, m := range d.Detect(&Chunk{Data: []byte(x[1]), Names: []string{x[0]}, Whole: true, To: len(x[1])}) {
			fmt.Println("   =>", m.Rule.ID, m.Confidence, m.Name)
		}
	}
}
