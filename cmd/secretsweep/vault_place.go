package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

// placeFlags are the flags that say which environment of which project is meant.
type placeFlags struct {
	project, env string
	looked       bool // for what the folder says
}

func (p *placeFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&p.project, "project", "p", "", "the `project` (default that of the folder, else the only one)")
	f.StringVarP(&p.env, "env", "e", "", "the `environment`, such as dev or prod (default that of the folder)")
}

// place is the project and the environment, as far as the flags and the folder say.
func (p *placeFlags) place(sh shell) vault.Pattern {
	if !p.looked && (p.project == "" || p.env == "") {
		p.looked = true
		folder, err := acceptedFolder(sh, ".")
		if err != nil {
			sh.say("%s", advise(err))
		}
		if p.project == "" {
			p.project = folder.Project
		}
		if p.env == "" && p.project == folder.Project {
			p.env = folder.Env
		}
	}
	return vault.Pattern{Project: p.project, Environment: p.env}
}

// of settles the project and the environment.
func (p *placeFlags) of(sh shell, d *door) (vault.Pattern, error) {
	at := p.place(sh)
	all := d.Environments()
	if at.Project == "" {
		for i, one := range all {
			if i > 0 && one.Project != all[0].Project {
				return at, misuse("there is more than one project", "name it with --project; \"secretsweep vault status\" lists them")
			}
			at.Project = one.Project
		}
	}
	if at.Environment == "" {
		var names []string
		for _, one := range all {
			if one.Project == at.Project {
				names = append(names, one.Environment)
			}
		}
		if len(names) != 1 {
			return at, misuse("the environment is missing", "name it with --env: "+printable.Text(strings.Join(names, ", ")))
		}
		at.Environment = names[0]
	}
	return at, nil
}

// ref names a secret of the environment.
func (p *placeFlags) ref(sh shell, d *door, name string) (vault.Ref, error) {
	at, err := p.of(sh, d)
	return vault.Ref{Project: at.Project, Environment: at.Environment, Name: name}, err
}
