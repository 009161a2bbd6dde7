package odb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Git is an object database that is read through the git binary. It is slower
// than [DB] and knows every format that the installed git knows. Its methods may
// be called from several goroutines at once.
type Git struct {
	dir    string
	ids    idTable
	types  []Type
	sizes  []int64
	stored []int32 // objects in the order in which they are stored

	reading sync.Mutex
	reader  *batch // for Read; nil if it isn't running

	mu     sync.Mutex
	lost   map[int]bool
	first  int   // the first of them by number
	damage error // why that one
}

// OpenGit lists the objects of the repository whose git directory is given.
func OpenGit(ctx context.Context, gitDir string) (*Git, error) {
	g := &Git{dir: gitDir, lost: make(map[int]bool)}
	if err := g.list(ctx); err != nil {
		return nil, fmt.Errorf("list objects of %s: %w", gitDir, err)
	}
	return g, nil
}

// command makes a command of git's that reads objects and nothing else: no
// replacement objects, no hook or monitor of the repository's config, no network,
// no prompt. The directory is named, so git doesn't ask who owns it; nothing that
// cat-file reads in it can make it run a program.
func (g *Git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{
		"--git-dir=" + g.dir, "--no-pager",
		"-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
		"cat-file",
	}, args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	return cmd
}

// list fills the tables.
func (g *Git) list(ctx context.Context) error {
	p, err := g.start(ctx, "--batch-all-objects", "--batch-check", "--unordered", "--buffer")
	if err != nil {
		return err
	}
	var ids []byte
	var types []Type
	var sizes []int64
	for {
		h, err := p.header()
		if err == io.EOF {
			break
		}
		if err == nil && len(types) > 0 && len(h.id) != len(ids)/len(types) {
			err = errors.New("git lists ids of several lengths")
		}
		if err == nil && len(types) == maxObjects {
			err = errors.New("too many objects")
		}
		if err != nil {
			return errors.Join(err, p.close())
		}
		ids, types, sizes = append(ids, h.id...), append(types, h.typ), append(sizes, h.size)
	}
	if err := p.close(); err != nil {
		return err
	}
	n := len(types)
	width := 20
	if n > 0 {
		width = len(ids) / n
	}

	byID := make([]int32, n)
	for i := range byID {
		byID[i] = int32(i)
	}
	id := func(i int32) []byte { return ids[int(i)*width : int(i+1)*width] }
	slices.SortFunc(byID, func(a, b int32) int { return bytes.Compare(id(a), id(b)) })
	g.ids = idTable{width: width, ids: make([]byte, 0, len(ids))}
	g.types, g.sizes, g.stored = make([]Type, n), make([]int64, n), make([]int32, n)
	for i, at := range byID {
		g.ids.ids = append(g.ids.ids, id(at)...)
		g.types[i], g.sizes[i], g.stored[at] = types[at], sizes[at], int32(i)
	}
	g.ids.index()
	for i, t := range g.types {
		if t == Unknown {
			g.lose(i, errors.New("git lists it as missing"))
		}
	}
	return nil
}

// Close ends git.
func (g *Git) Close() error {
	g.reading.Lock()
	defer g.reading.Unlock()
	return g.stopReader()
}

func (g *Git) stopReader() error {
	if g.reader == nil {
		return nil
	}
	err := g.reader.close()
	g.reader = nil
	return err
}

// Len is the number of objects. They are numbered from 0 in the order of their ids.
func (g *Git) Len() int { return len(g.types) }

// ID is the id of an object.
func (g *Git) ID(i int) ID { return ID(g.ids.at(i)) }

// Find gives the number of an object.
func (g *Git) Find(id ID) (int, bool) { return g.ids.find([]byte(id)) }

// FindAs is as in [DB].
func (g *Git) FindAs(id []byte, t Type) (int, bool) {
	i, ok := g.ids.find(id)
	return i, ok && (t == Unknown || g.types[i] == t)
}

// Type is the type of an object.
func (g *Git) Type(i int) Type { return g.types[i] }

// Size is the size of an object in bytes.
func (g *Git) Size(i int) int64 { return g.sizes[i] }

// Problems says how many objects were not read so far.
func (g *Git) Problems() []Problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.lost) == 0 {
		return nil
	}
	return []Problem{{g.dir, fmt.Errorf("%s of %s objects not read: %w",
		thousands(len(g.lost)), thousands(len(g.types)), g.damage)}}
}

func (g *Git) lose(i int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost[i] = true
	if g.damage == nil || i < g.first {
		g.first = i
		g.damage = fmt.Errorf("%s: %w", g.ID(i), err)
	}
}

// Read reads one object.
func (g *Git) Read(ctx context.Context, i int) ([]byte, error) {
	g.reading.Lock()
	defer g.reading.Unlock()
	var data []byte
	err := ctx.Err()
	if err == nil && g.sizes[i] > objectLimit {
		err = errTooLarge
	}
	if err == nil && g.reader == nil {
		// It outlives this call, so it isn't bound to ctx; Close ends it.
		g.reader, err = g.start(context.WithoutCancel(ctx), "--batch")
	}
	if err == nil {
		data, err = g.reader.ask(g, i)
		if err != nil {
			_ = g.stopReader()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", g.types[i], g.ID(i), err)
	}
	return data, nil
}

// Sweep reads every object that want asks for, as [DB.Sweep] does. Each worker
// has its own git.
func (g *Git) Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(Object)) error {
	wanted := make([]bool, len(g.types))
	var total int64
	for i := range wanted {
		if g.types[i] != Unknown && want(i) {
			wanted[i] = true
			total += g.cost(i)
		}
	}
	workers = max(workers, 1)
	share := total/int64(workers) + 1
	var wg sync.WaitGroup
	var part []int32
	var size int64
	for _, i := range g.stored {
		if !wanted[i] {
			continue
		}
		part = append(part, i)
		if size += g.cost(int(i)); size >= share {
			own := part
			wg.Go(func() { g.sweepPart(ctx, own, visit) })
			part, size = nil, 0
		}
	}
	g.sweepPart(ctx, part, visit)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep objects of %s: %w", g.dir, err)
	}
	return nil
}

// cost is what an object weighs when objects are shared out.
func (g *Git) cost(i int) int64 { return g.sizes[i] + 1000 }

// sweepPart visits objects in the given order. Git may end at an object that is
// damaged, and is started again after it.
func (g *Git) sweepPart(ctx context.Context, objects []int32, visit func(Object)) {
	const patience = 100 // failures with no success between them
	for failures := 0; len(objects) > 0 && ctx.Err() == nil; failures++ {
		n, err := g.sweepRun(ctx, objects, visit)
		if n > 0 {
			failures = 0
		}
		if n == len(objects) || ctx.Err() != nil {
			return
		}
		bad := objects[n : n+1]
		if failures == patience {
			bad = objects[n:]
		}
		for _, i := range bad {
			g.lose(int(i), err)
		}
		objects = objects[n+len(bad):]
	}
}

// sweepRun visits objects with one run of git, and gives the number of those that
// were read, all of them or up to an error.
func (g *Git) sweepRun(ctx context.Context, objects []int32, visit func(Object)) (n int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p, err := g.start(ctx, "--batch", "--buffer")
	if err != nil {
		return 0, err
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		in := bufio.NewWriter(p.in)
		for _, i := range objects {
			if _, err := fmt.Fprintf(in, "%x\n", g.ids.at(int(i))); err != nil {
				return // git has ended, which the reading side sees
			}
		}
		_ = in.Flush()
		_ = p.in.Close()
	}()
	var data []byte
	for n < len(objects) && err == nil {
		i := int(objects[n])
		o := Object{Index: i, Type: g.types[i], Size: g.sizes[i], Base: -1}
		if err = p.expect(g, i); err != nil {
			break
		}
		content := io.LimitReader(p.out, o.Size)
		if o.Type == Blob && o.Size > streamLimit {
			o.Reader = content
			visit(o)
			_, err = io.Copy(io.Discard, content)
		} else if data, err = readSized(content, data, o.Size); err == nil {
			o.Data = data
			visit(o)
		}
		if err == nil {
			err = p.endOfObject()
		}
		if err == nil {
			n++
		}
	}
	if err != nil {
		stop()
	}
	<-fed
	if err2 := p.close(); err != nil && err2 != nil {
		err = err2
	}
	return n, err
}

// readSized reads size bytes into buf, which grows as data comes.
func readSized(r io.Reader, buf []byte, size int64) ([]byte, error) {
	if size > objectLimit {
		return nil, errTooLarge
	}
	into := bytes.NewBuffer(buf[:0])
	into.Grow(int(min(size, wholeLimit)) + bytes.MinRead)
	_, err := io.CopyN(into, r, size)
	return into.Bytes(), unexpected(err)
}

// batch is a running git cat-file.
type batch struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer
}

func (g *Git) start(ctx context.Context, args ...string) (*batch, error) {
	p := &batch{cmd: g.command(ctx, args...)}
	p.cmd.Stderr = &p.errors
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 1<<16)
	return p, p.cmd.Start()
}

// close waits for git's end. The error is what git complained about.
func (p *batch) close() error {
	_ = p.in.Close()
	_, _ = io.Copy(io.Discard, p.out)
	err := p.cmd.Wait()
	if err == nil {
		return nil
	}
	complaint, _, _ := strings.Cut(p.errors.String(), "\n")
	return fmt.Errorf("git cat-file: %w: %s", err, complaint)
}

// header is a line that git gives for an object.
type header struct {
	id   []byte
	typ  Type
	size int64
}

// header reads a line; io.EOF if there is none.
func (p *batch) header() (header, error) {
	line, err := p.out.ReadSlice('\n')
	if err != nil {
		if len(line) > 0 {
			err = unexpected(err)
		}
		return header{}, err
	}
	return parseHeader(line[:len(line)-1])
}

// parseHeader reads "<id> <type> <size>", or "<id> missing" and the like, which is
// of type Unknown.
func parseHeader(line []byte) (header, error) {
	hexID, rest, _ := bytes.Cut(line, []byte(" "))
	id, err := ParseID(string(hexID))
	if err != nil {
		return header{}, err
	}
	name, digits, _ := bytes.Cut(rest, []byte(" "))
	h := header{id: []byte(id), typ: parseType(name)}
	if h.typ == Unknown {
		return h, nil
	}
	if h.size, err = strconv.ParseInt(string(digits), 10, 64); err != nil || h.size < 0 {
		return header{}, fmt.Errorf("git gives %q as the size of %s", digits, id)
	}
	return h, nil
}

// expect reads the line of an object that was asked for.
func (p *batch) expect(g *Git, i int) error {
	h, err := p.header()
	switch {
	case err != nil:
		return unexpected(err)
	case !bytes.Equal(h.id, g.ids.at(i)) || h.size != g.sizes[i] || h.typ != g.types[i]:
		return errors.New("git has no such object any more")
	}
	return nil
}

// endOfObject reads the line feed after an object's content.
func (p *batch) endOfObject() error {
	c, err := p.out.ReadByte()
	if err == nil && c != '\n' {
		err = errors.New("git gives an object another size than it says")
	}
	return unexpected(err)
}

// ask reads one object of a git that doesn't buffer.
func (p *batch) ask(g *Git, i int) ([]byte, error) {
	if _, err := fmt.Fprintf(p.in, "%x\n", g.ids.at(i)); err != nil {
		return nil, err
	}
	if err := p.expect(g, i); err != nil {
		return nil, err
	}
	data, err := readSized(p.out, nil, g.sizes[i])
	if err != nil {
		return nil, err
	}
	return data, p.endOfObject()
}
