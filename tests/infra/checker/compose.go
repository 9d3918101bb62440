package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
)

// checkCompose loads compose files, each on top of the one before it (a list as PATH is one), as `docker compose` does:
// schema, interpolation from an empty environment, references between services, volumes, networks and secrets.
func checkCompose(files string, profiles []string) error {
	options, err := cli.NewProjectOptions(
		filepath.SplitList(files),
		cli.WithProfiles(profiles),
		cli.WithDiscardEnvFile,
		cli.WithResolvedPaths(false),
	)
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	text, err := project.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
