// Command ferretdb runs FerretDB on its SQLite backend: a server that MongoDB's drivers accept, for the tests.
//
// The program that the project itself ships panics when it is installed through the module proxy, since it embeds
// files that only its own build writes; the library in the same module does not.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	address := flag.String("address", "127.0.0.1:27017", "address to listen on, host:port")
	folder := flag.String("folder", "", "folder of the databases, which must exist")
	flag.Parse()
	if err := run(*address, *folder); err != nil {
		log.Fatal(err)
	}
}

func run(address, folder string) error {
	if folder == "" {
		return errors.New("no -folder given: name an existing folder for the databases")
	}
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The path is escaped, since SQLite reads it as a URI.
	path := (&url.URL{Path: absolute + string(os.PathSeparator)}).EscapedPath()
	server, err := ferretdb.New(&ferretdb.Config{
		Handler:   "sqlite",
		SQLiteURL: "file:" + path,
		Listener:  ferretdb.ListenerConfig{TCP: address},
	})
	if err != nil {
		return err
	}
	// Run blocks until the context ends and every connection is closed.
	return server.Run(ctx)
}
