package main

import (
	"time"

	"github.com/secretsweep/secretsweep/vault/rotation"
)

// recordView is the JSON form of all that is known of a record.
type recordView struct {
	recordRow
	Value      string          `json:"value"` // masked
	Line       []milestoneView `json:"line"`
	Commands   []string        `json:"next_commands"`
	LastAnswer *answerView     `json:"last_answer,omitempty"`
	Successors []successorView `json:"successors"`
	Consumers  []consumerView  `json:"consumers"`
	Blind      bool            `json:"consumers_hidden"` // who reads the vault is for its owners to see
	Places     []siteView      `json:"places"`
	MorePlaces int             `json:"more_places"`
	Driver     *driverView     `json:"driver,omitempty"`
	History    []changeView    `json:"history"`
	Refused    []changeView    `json:"refused"`
	Guide      guideView       `json:"guide"`
}

type milestoneView struct {
	Step string `json:"step"`
	Text string `json:"text"`
	Done bool   `json:"done"`
}

type answerView struct {
	Verdict string    `json:"verdict"`
	Why     string    `json:"why,omitempty"`
	Host    string    `json:"host,omitempty"`
	At      time.Time `json:"at"`
}

type successorView struct {
	refView
	Version int `json:"version"` // 0: the secret was removed
}

type consumerView struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Status  string    `json:"status"` // behind, unknown, moved, said
	Secret  *refView  `json:"secret,omitempty"`
	Version int       `json:"version,omitempty"` // that it last read
	Last    time.Time `json:"last,omitzero"`
}

type siteView struct {
	Key    string `json:"key"`
	Place  string `json:"place"`
	Status string `json:"status"` // lies, gone, left
	Why    string `json:"why,omitempty"`
}

type driverView struct {
	Name  string `json:"name"`
	Stage string `json:"stage"`
}

type changeView struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	What   string    `json:"what"`
	State  string    `json:"state"`
	Reason string    `json:"refused_because,omitempty"`
}

type guideView struct {
	Provider string          `json:"provider,omitempty"`
	Console  string          `json:"console,omitempty"`
	Steps    []guideStepView `json:"steps"`
}

type guideStepView struct {
	Text string `json:"text"`
	Step string `json:"step,omitempty"` // of the record that it belongs to: replace, revoke
}

func recordViewOf(r *rotation.Record, g rotation.Guide, now time.Time) recordView {
	v := recordView{
		recordRow: recordRowOf(r, now), Value: masked(r.Value), Commands: append([]string{}, nextCommands(r)...), Blind: r.Blind, MorePlaces: r.MorePlaces,
		Line: []milestoneView{}, Successors: []successorView{}, Consumers: []consumerView{}, Places: []siteView{},
		History: []changeView{}, Refused: []changeView{}, Guide: guideView{g.Provider, g.Console, []guideStepView{}},
	}
	for _, m := range r.Line() {
		v.Line = append(v.Line, milestoneView{string(m.Act), m.Text, m.Done})
	}
	if a := r.Last; a != nil {
		v.LastAnswer = &answerView{string(a.Verdict), a.Why, a.Host, a.At}
	}
	for _, s := range r.Successors {
		v.Successors = append(v.Successors, successorView{refView(s.Ref), s.Version})
	}
	for _, c := range r.Consumers {
		one := consumerView{c.Name, string(c.Kind), string(c.Status), nil, c.Version, c.Last}
		if c.Ref.Name != "" {
			one.Secret = (*refView)(&c.Ref)
		}
		v.Consumers = append(v.Consumers, one)
	}
	for i := range r.Sites {
		s := &r.Sites[i]
		one := siteView{s.Key, keptAt(&s.Place), string(s.Status), s.Why}
		if s.Status == rotation.Lies {
			one.Status = "lies"
		}
		v.Places = append(v.Places, one)
	}
	if s := r.Stage; s != nil {
		v.Driver = &driverView{s.Driver, string(s.Name)}
	}
	for _, c := range r.History {
		v.History = append(v.History, changeView{c.At, c.By, changeText(&c), string(c.State), ""})
	}
	for _, c := range r.Refused {
		v.Refused = append(v.Refused, changeView{c.At, c.By, changeText(&c.Change), string(c.State), c.Err.Error()})
	}
	for _, s := range g.Steps {
		v.Guide.Steps = append(v.Guide.Steps, guideStepView{s.Text, string(s.Act)})
	}
	return v
}
