//go:build !windows

package badger

import (
	"fmt"
	"os/user"
	"strconv"
)

// groupID finds a group by its name or number.
func groupID(group string) (int, error) {
	if id, err := strconv.Atoi(group); err == nil {
		return id, nil
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		return 0, err
	}
	id, err := strconv.Atoi(g.Gid)
	if err != nil {
		return 0, fmt.Errorf("group %s has the number %q", group, g.Gid)
	}
	return id, nil
}
