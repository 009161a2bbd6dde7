package format

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var xmlTests = []readerTest{
	{"Maven", "<?xml version=\"1.0\"?>\n<settings xmlns=\"http://example.com\">\n <servers>\n  <server>\n   <id>«a»</id>\n" +
		"   <password>\n «{b}» </password>\n  </server>\n </servers>\n</settings>",
		[]string{"settings|servers|server|id=a", "settings|servers|server|password={b}"}},
	{"NuGet", "<configuration><packageSourceCredentials><src>\n<add key=\"Username\" value=\"«u»\" />\n" +
		"<add value='«p &amp; q»' key='ClearTextPassword'/></src></packageSourceCredentials>\n" +
		"<connectionStrings><add name=\"«Main»\" connectionString=\"«a=b;c»\"/></connectionStrings></configuration>",
		[]string{`configuration|packageSourceCredentials|src|add|Username="u"`,
			`configuration|packageSourceCredentials|src|add|ClearTextPassword="p & q"`,
			`configuration|connectionStrings|add|name="Main"`, `configuration|connectionStrings|add|connectionString="a=b;c"`}},
	{"named", "<r><entry key=\"k\">«v»</entry><string name=\"l\">«w»</string>" +
		"<setting name=\"m\" serializeAs=\"«String»\"><value>«x»</value></setting>" +
		"<property><name>«n»</name><value>«y»</value></property><property name=\"o\" value=\"«z»\"/></r>",
		[]string{"r|entry|k=v", "r|string|l=w", `r|setting|serializeAs="String"`, "r|setting|m=x",
			"r|property|name=n", "r|property|n=y", `r|property|o="z"`}},
	{"Jenkins", "<p><name>«TOKEN»</name><description/><defaultValue>«x»</defaultValue></p>",
		[]string{"p|name=TOKEN", "p|TOKEN=x"}},
	{"plist", "<!DOCTYPE plist PUBLIC \"-//x>\" \"http://example.com\">\n<plist version=\"«1.0»\"><dict>\n<key>a</key><string>«b»</string>\n" +
		"<key>c</key>\n<dict><key>d</key><string>«e»</string></dict><key>f</key><true/><key>g</key><array><string>«h»</string></array></dict></plist>",
		[]string{`plist|version="1.0"`, "plist|dict|a=b", "plist|dict|c|d=e", "plist|dict|g|string=h"}},
	{"Spring", "<beans><bean id=\"«ds»\" p:password=\"«x»\"><property name=\"url\"><value>«y»</value></property></bean></beans>",
		[]string{`beans|bean|id="ds"`, `beans|bean|password="x"`, "beans|bean|property|url=y"}},
	{"Tomcat", "<Context><Resource name='«jdbc/x»' password = '«p»'/>\n<Environment name=\"E\" value=\"«v»\"/></Context>",
		[]string{`Context|Resource|name="jdbc/x"`, `Context|Resource|password="p"`, `Context|Environment|E="v"`}},
	{"FileZilla", "<Server><Pass encoding=\"«base64»\">«eA==»</Pass></Server>",
		[]string{`Server|Pass|encoding="base64"`, "Server|Pass=eA=="}},
	{"text", "<a>«&lt;&#65;&#x42;&amp;amp;&nbsp;\r\n& < b<![CDATA[<c>&lt;]]>d» <b/> «e»</a>f<g> <![CDATA[ «h» ]]> </g>",
		[]string{"a=<AB&amp;&nbsp;\n& < b<c>&lt;d", "a=e", "g='h'"}},
	{"comments", "<a>«x»<!-- <b c=\"«d»\">«e»</b> prose\n<b><f>«g» --><h>«i»</h></a><!-- <j>«k»",
		[]string{"a=x", `#a|b|c="d"`, "#a|b=e", "#a|b|f=g", "a|h=i", "#j=k"}},
	{"a comment in a dict", "<dict><key>a</key><!-- <string>«b»</string> --><string>«c»</string></dict>",
		[]string{"#dict|a=b", "dict|a=c"}},
	{"an internal subset", "<!DOCTYPE a [ <!ENTITY b \"c>\"> <!-- <d>«e»</d> --> ]><a>«&b;»</a>",
		[]string{"#d=e", "a=&b;"}},
	{"broken", "<?xml version=\"1.0\">x<a b=«c» d e='«f»'g><h><i>«j»</h></x>«k»<l m=«n»\n<o p=«q»/>«r»<s t='«u»\n",
		[]string{"a|b=c", `a|e="f"`, "a|h|i=j", "a=k", "a|l|m=n", "a|l|o|p=q", "a|l=r", `a|l|s|t="u"`}},
}

// A document without faults reads as it does with encoding/xml.
func TestXMLIsThatOfEncodingXML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "<?xml version=\"1.0\"?>\n<!DOCTYPE a>" + xmlDrawElement(t, 0)
		want, err := xmlWant(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, said(t, XML, text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	})
}

var (
	xmlDrawnText = rapid.Map(rapid.SliceOf(rapid.OneOf(
		rapid.SampledFrom([]string{"a", "b", "&", "<", ">", "'", `"`, "]", "\r\n", "\r", "\n", " ", "\t", "é", "=", "/", "!", "?", "-"}),
		rapid.StringOfN(rapid.RuneFrom(nil, unicode.Letter), 1, 1, -1),
	)), func(parts []string) string { return strings.Join(parts, "") })
	xmlDrawnName = rapid.SampledFrom([]string{"a", "b", "x:c", "d-e", "f.1"})
)

// xmlDrawElement draws an element that isn't named by what it holds.
func xmlDrawElement(t *rapid.T, depth int) string {
	var b strings.Builder
	name := xmlDrawnName.Draw(t, "name")
	b.WriteString("<" + name)
	for _, attr := range rapid.SliceOfNDistinct(xmlDrawnName, 0, 2, rapid.ID[string]).Draw(t, "attributes") {
		quote := rapid.SampledFrom([]string{`"`, "'"}).Draw(t, "quote")
		b.WriteString(" " + attr + rapid.SampledFrom([]string{"=", " =\n"}).Draw(t, "=") + quote + xmlEscaped(xmlDrawnText.Draw(t, "value")) + quote)
	}
	if rapid.IntRange(0, 4).Draw(t, "empty") == 0 {
		return b.String() + " />"
	}
	b.WriteString(">")
	for range rapid.IntRange(0, 4).Draw(t, "children") {
		text := xmlDrawnText.Draw(t, "text")
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case kind == 0:
			b.WriteString("<![CDATA[" + strings.ReplaceAll(text, "]", "") + "]]>")
		case kind == 1:
			b.WriteString("<!-- " + strings.NewReplacer("-", "", "<", "").Replace(text) + " -->")
		case kind == 2:
			b.WriteString("<?x " + strings.ReplaceAll(text, "?", "") + "?>")
		case kind == 3 && depth < 4:
			b.WriteString(xmlDrawElement(t, depth+1))
		default:
			b.WriteString(xmlEscaped(text))
		}
	}
	return b.String() + "</" + name + "\n>"
}

func xmlEscaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&#60;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(s)
}

// xmlWant reads a document with encoding/xml.
func xmlWant(text string) (want []string, err error) {
	d := xml.NewDecoder(strings.NewReader(text))
	var path []string
	var run string
	flush := func() {
		if run = strings.Trim(run, " \t\n"); run != "" {
			want = append(want, say(run, path...))
		}
		run = ""
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return want, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			flush()
			path = append(path, token.Name.Local)
			for _, a := range token.Attr {
				want = append(want, say(a.Value, append(slices.Clone(path), a.Name.Local)...))
			}
		case xml.EndElement:
			flush()
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) > 0 {
				run += string(token)
			}
		case xml.Comment:
			flush()
		}
	}
}
