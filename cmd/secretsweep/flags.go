package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git"
)

// reading are the flags that say what is read, by which rules, and how sure a
// finding must be.
type reading struct {
	include, exclude []string
	maxFileSize      byteSize
	allFiles         bool
	archives         bool
	config           string
	enableRules      []string
	confidence       confidence
	workers          int
	timeout          time.Duration
	quiet            bool
}

func (r *reading) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&r.include, "include", nil, "read only paths that match this `glob` (** for any depth); may be repeated")
	f.StringArrayVar(&r.exclude, "exclude", nil, "leave out paths that match this `glob`; may be repeated")
	f.Var(&r.maxFileSize, "max-file-size", "leave out larger files; `size` such as 500K or 10M (default no limit)")
	f.BoolVar(&r.allFiles, "all-files", false, "read ignored folders, dependencies and build output too")
	f.BoolVar(&r.archives, "archives", false, "unpack archives that only git history has, too")
	f.StringVarP(&r.config, "config", "c", "", "rules and allows from this `file`, .secretsweep.toml or a gitleaks config")
	f.StringSliceVar(&r.enableRules, "enable-rule", nil, "look for this `rule` only; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("enable-rule", completeRules)
	f.Var(&r.confidence, "confidence", "least `confidence` of what is reported: low, medium, high (default medium)")
	_ = cmd.RegisterFlagCompletionFunc("confidence", cobra.FixedCompletions([]string{"low", "medium", "high"}, cobra.ShellCompDirectiveNoFileComp))
	f.IntVar(&r.workers, "workers", 0, "how many `threads` scan (default one for each processor)")
	f.DurationVar(&r.timeout, "timeout", 0, "give up after this `time`, such as 10m (default never)")
	f.BoolVarP(&r.quiet, "quiet", "q", false, "no progress, no hints, and no text where nothing is found")
	f.SortFlags = false
}

// options are those of a source that reads everything.
func (r *reading) options() (git.Options, error) {
	filter, err := scanner.NewFilter(r.include, r.exclude)
	if err != nil {
		return git.Options{}, withHint(err, "globs are as in .gitignore, ** matches any depth")
	}
	if r.workers < 0 {
		return git.Options{}, misuse(fmt.Sprintf("--workers %d makes no sense", r.workers), "give a number from 1, or leave it out")
	}
	if r.timeout < 0 {
		return git.Options{}, misuse(fmt.Sprintf("--timeout %s makes no sense", r.timeout), "give a time such as 10m, or leave it out")
	}
	return git.Options{Filter: filter, MaxFileSize: int64(r.maxFileSize), AllFiles: r.allFiles, Workers: r.workers}, nil
}

// reporting are the flags that say what is written, and where.
type reporting struct {
	format, output string
	baseline       string
	showSecrets    bool
	exitCode       int
	noColor        bool
	noBanner       bool // accepted: there is none
	redact         int  // accepted: values are hidden anyway
}

func (r *reporting) register(cmd *cobra.Command, formats []string) {
	f := cmd.Flags()
	f.StringVarP(&r.format, "format", "f", "", "`format` of the report: "+strings.Join(formats, ", ")+" (default by the name of the output, else text)")
	f.StringVarP(&r.output, "output", "o", "", "write the report to this `file` (default stdout)")
	f.StringVarP(&r.baseline, "baseline", "b", "", "leaks in this `file` are known, and fail nothing (default .secretsweep-baseline.json where it exists)")
	f.BoolVar(&r.showSecrets, "show-secrets", false, "show values in full instead of masked")
	f.IntVar(&r.exitCode, "exit-code", statusLeaks, "exit `status` for new leaks")
	f.BoolVar(&r.noColor, "no-color", false, "no colours")

	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))

	// The names that users of gitleaks know.
	f.StringVar(&r.format, "report-format", "", "same as --format")
	f.StringVarP(&r.output, "report-path", "r", "", "same as --output")
	f.StringVar(&r.baseline, "baseline-path", "", "same as --baseline")
	f.BoolVar(&r.noBanner, "no-banner", false, "accepted; there is no banner")
	f.IntVar(&r.redact, "redact", 100, "accepted; values are masked unless --show-secrets is given")
	f.Lookup("redact").NoOptDefVal = "100"
	for _, name := range []string{"report-format", "report-path", "baseline-path", "no-banner", "redact"} {
		f.Lookup(name).Hidden = true
	}
}

// check settles the format, and refuses what makes no sense.
func (r *reporting) check(f *pflag.FlagSet, formats []string) error {
	if f.Changed("redact") && r.showSecrets {
		return misuse("--redact hides values and --show-secrets shows them", "leave one of them out")
	}
	if r.exitCode < 0 || r.exitCode > 255 {
		return misuse(fmt.Sprintf("--exit-code %d is no exit status", r.exitCode), "give a number from 0 to 255")
	}
	if r.format == "" {
		r.format = formatOf(r.output)
	}
	for _, known := range formats {
		if r.format == known {
			return nil
		}
	}
	err := fmt.Errorf("unknown report format %q", r.format)
	if near := nearest(r.format, formats); near != "" {
		return withHint(err, "did you mean %s?", near)
	}
	return withHint(err, "it is one of %s", strings.Join(formats, ", "))
}

func (r *reporting) toStdout() bool { return r.output == "" || r.output == "-" }

// formatOf is the format that a file's name asks for.
func formatOf(name string) string {
	for suffix, format := range map[string]string{
		".json": "json", ".jsonl": "jsonl", ".sarif": "sarif", ".csv": "csv", ".xml": "junit",
	} {
		if strings.HasSuffix(name, suffix) {
			return format
		}
	}
	return "text"
}

// byteSize is a flag's number of bytes. 0, which can't be asked for, is no limit.
type byteSize int64

var _ pflag.Value = (*byteSize)(nil)

func (s *byteSize) Set(text string) error {
	n, err := rules.ParseSize(text)
	if err == nil && n == 0 {
		err = errors.New("it would leave out everything")
	}
	*s = byteSize(n)
	return err
}

func (s *byteSize) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *byteSize) Type() string { return "size" }

// confidence is a flag's confidence. "", which can't be asked for, leaves it to the
// config.
type confidence rules.Confidence

var _ pflag.Value = (*confidence)(nil)

func (c *confidence) Set(text string) error {
	parsed, err := rules.ParseConfidence(text)
	*c = confidence(parsed)
	return err
}

func (c *confidence) String() string { return string(*c) }

func (c *confidence) Type() string { return "confidence" }
