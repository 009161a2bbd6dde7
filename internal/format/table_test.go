package format

var pipesTests = []readerTest{
	{"Markdown", "| Host | Port | Password |\n|---|--:|:-:|\n| «nas» | | «w1nter» |\n", []string{"Host=nas", "nas|Password=w1nter"}},
	{"without outer bars", "Host | Port | Password\n--- | --- | ---\n«nas» | | «w1nter»\n", []string{"Host=nas", "nas|Password=w1nter"}},
	{"marks", "|a|b|c|\n|-|-|-|\n|x y|`«w1»`|**`«w2»`**|\n", []string{"x y|b='w1'", "x y|c='w2'"}},
	{"a bar in a cell", "|a|b|c|\n|-|-|-|\n|«x»|«w1\\|n»||\n", []string{"a=x", "x|b=w1|n"}},
	{"Org", "| a | b | c |\n|---+---+---|\n| «x» | =«w1»= | «z» |\n", []string{"a=x", "x|b='w1'", "x|c=z"}},
	{"AsciiDoc", "[cols=3]\n|===\n|a |b |c\n\n|«x» |«w1»\n|«z»\n|===\n|k |«v»\n", []string{"a=x", "x|b=w1", "x|c=z", "k=v"}},
	{"Jira", "||a||b||c||\n|«x»|{{«w1»}}|«z»|\n", []string{"a=x", "x|b='w1'", "x|c=z"}},
	{"reStructuredText", "+---+---+---+\n| a | b | c |\n+===+===+===+\n| «x» | ``«w1»`` | |\n+---+---+---+\n| «y» | «w2» | |\n+---+---+---+\n", []string{"a=x", "x|b='w1'", "a=y", "y|b=w2"}},
	{"two columns", "|User|«bo»|\n|A password|««w1»»|\n", []string{"User=bo", "A password=w1", "A password|bo=w1"}},
	{"quoted, CRLF", "> |a|b|c|\r\n> |-|-|-|\r\n> |«x»|«y»|«z»|\r\n", []string{"a=x", "x|b=y", "x|c=z"}},
	{"two tables", "|a|b|c|\n|-|-|-|\n\n|d|e|f|\n|-|-|-|\n|«1»|«2»|«3»|\n", []string{"d=1", "1|e=2", "1|f=3"}},
	{"not as many", "|a|b|c|\n|-|-|-|\n|«1»|«2»|«3»|4|\n|«5»|\n", []string{"a=1", "1|b=2", "1|c=3", "a=5"}},
	{"no table", "cat a | grep b\necho x | y\n", nil},
	{"nothing", "", nil},
}

var htmlTests = []readerTest{
	{"rows", "<table><tr><th>Host</th><th>Port</th><th>Password</th></tr>\n<tr><td>«nas»</td><td></td><td><code>«w1nter»</code></td></tr></table>", []string{"Host=nas", "nas|Password=w1nter"}},
	{"attributes, capitals, no ends", "<TABLE border=1>\n<TR class=\"h\"><TH>a<TH>b<TH>c\n<TR><TD align=left>«x»<TD>«y»<TD><b><i>«z»</i></b>", []string{"a=x", "x|b=y", "x|c=z"}},
	{"references", "<table><tr><th>a<th>b<th>c<tr><td>x y<td>«w&amp;1»<td></table>", []string{"x y|b=w&1"}},
	{"two columns", "<table><tr><th>Password</th><td>«w1»</td></tr></table>", []string{"Password=w1"}},
	{"two tables", "<table><tr><td>a<td>b<td>c</table><table><tr><td>d<td>e<td>f<tr><td>«1»<td>«2»<td>«3»</table>", []string{"d=1", "1|e=2", "1|f=3"}},
	{"text", "<p>a < b <title>c</title>", nil},
	{"a tag that isn't closed", "<table><tr><td>a b<td", nil},
	{"nothing", "", nil},
}
