package printable

import "testing"

func TestMarkdown(t *testing.T) {
	if got, want := Markdown("a_b [x](y) <b> @all #1 !2 ~3 :x: $4\n"), `a\_b \[x\]\(y\) \<b\> \@all \#1 \!2 \~3 \:x\: \$4\\n`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":              "",
		"a=b":           "a=b",
		"=1+1":          "'=1+1",
		"+1":            "'+1",
		"-1":            "'-1",
		"@SUM(A1)":      "'@SUM(A1)",
		"  =1+1":        "'  =1+1",
		"＝1+1":          "'＝1+1",
		"\t=1":          `\t=1`,
		"\r=1":          `\r=1`,
		"\u00a0=1":      `\u00a0=1`,
		"a\"b,c":        "a\"b,c",
		"'=1":           "'=1",
		"日本":            "日本",
		"-----BEGIN X-": "'-----BEGIN X-",
	} {
		if got := Cell(in); got != want {
			t.Errorf("Cell(%q) = %q, want %q", in, got, want)
		}
	}
}
