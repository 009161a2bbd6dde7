package odb
import ("testing";"fmt";"time";"sync/atomic")
func TestZZ(t *testing.T){ for _, d := range []string{"/tmp/tr/objects","/tmp/un/objects"} { st:=time.Now(); db:=openDB(t,d,20); fmt.Println(db.Len(), time.Since(st)); var n atomic.Int64
 if err:=db.Sweep(t.Context(),2,all,func(Object){n.Add(1)}); err!=nil {t.Fatal(err)}
 fmt.Println(n.Load(), time.Since(st), db.Problems()) } }
