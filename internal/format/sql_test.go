package format

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sqlTests = []readerTest{
	{"INSERT", "INSERT INTO users (id, name, password) VALUES (1, '«ann»', '«w1nter»');\n", []string{"users|0|name='ann'", "users|0|password='w1nter'"}},
	{"rows", "insert into `a`.`users` (`p`) values ('«x»'),\n  ('«y»');\nINSERT INTO b (c) VALUES ('«z»');", []string{"a.users|0|p='x'", "a.users|1|p='y'", "b|2|c='z'"}},
	{"quotes", `INSERT INTO a (b, c) VALUES ('«it''s»', '«a\'b\\»');`, []string{"a|0|b='it's'", `a|0|c='a'b\'`}},
	{"what stands in quotes", "INSERT INTO a (b, c) VALUES ('«(x; y)»', '«z»');", []string{"a|0|b='(x; y)'", "a|0|c='z'"}},
	{"calls", "INSERT INTO a (b, c) VALUES (md5('x'), '«z»');", []string{"a|0|c='z'"}},
	{"columns of the table", "CREATE TABLE IF NOT EXISTS `a` (\n  `id` int NOT NULL,\n  `secret` varchar(10) DEFAULT 'x',\n  PRIMARY KEY (`id`)\n) ENGINE=x;\nINSERT INTO `a` VALUES (1,'«y»');", []string{"a|0|secret='y'"}},
	{"no columns", "INSERT INTO a VALUES (7,'«smtp_pass»','«w1nter»','«no»');", []string{"a|0|1='smtp_pass'", "a|0|smtp_pass='w1nter'", "a|0|w1nter='no'"}},
	{"settings", "INSERT INTO a (option_name, option_value) VALUES ('«smtp_pass»', '«w1nter»');", []string{"a|0|option_name='smtp_pass'", "a|0|smtp_pass='w1nter'"}},
	{"COPY", "COPY public.users (id, name, password) FROM stdin;\n«1»\t«ann»\t«w1nter»\n«2»\t\\N\t«x»\n\\.\nx\ty\n", []string{"public.users|0|id='1'", "public.users|0|name='ann'", "public.users|0|password='w1nter'", "public.users|1|id='2'", "public.users|1|password='x'"}},
	{"an open quote", "INSERT INTO a (b) VALUES ('x", nil},
	{"COPY from a file", "COPY a (b) FROM '/tmp/a';\nx\ty\n", nil},
	{"a table in one line", "CREATE TABLE a (b int, c text);\nINSERT INTO a VALUES ('«x»');", []string{"a|0|0='x'"}},
	{"other statements", "SELECT 'x' FROM a;\nUPDATE a SET b = 'c';\n-- INSERT INTO a (b) VALUES ('x');\n", nil},
	{"nothing", "", nil},
}

// TestSQLValues holds what is read against what was written.
func TestSQLValues(t *testing.T) {
	value := rapid.StringMatching(`[a-z0-9é'(),; ]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []string
		for range rapid.IntRange(0, 3).Draw(t, "statements") {
			text.WriteString("INSERT INTO t (a, b) VALUES ")
			for i := range rapid.IntRange(1, 3).Draw(t, "rows") {
				if i > 0 {
					text.WriteString(", ")
				}
				a, b := value.Draw(t, "a"), value.Draw(t, "b")
				fmt.Fprintf(&text, "('%s', '%s')", strings.ReplaceAll(a, "'", "''"), strings.ReplaceAll(b, "'", "''"))
				want = append(want, "a="+a, "b="+b)
			}
			text.WriteString(";\n")
		}
		var got []string
		for e := range SQL([]byte(text.String())) {
			got = append(got, e.Name()+"="+e.Value)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%s\ngot %q, want %q", text.String(), got, want)
		}
	})
}
