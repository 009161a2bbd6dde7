package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// pending stands where a screen is still to be.
type pending struct{ name string }

func (p pending) update(tea.Msg) (screen, tea.Cmd) { return p, nil }
func (p pending) view(size) []string               { return []string{p.name} }
func (p pending) title() string                    { return p.name }
func (p pending) keys() []key.Binding              { return nil }
func (p pending) typing() bool                     { return false }

func newSweep(f *flow) screen     { return pending{"sweep"} }
func newInventory(f *flow) screen { return pending{"inventory"} }
func newMapping(f *flow) screen   { return pending{"map"} }
func newRoles(f *flow) screen     { return pending{"roles"} }
func newConfirm(f *flow) screen   { return pending{"confirm"} }
func newAfter(f *flow) screen     { return pending{"after"} }
