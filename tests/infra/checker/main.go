// Command infra-check reads the files under infra/ with the libraries that their own tools are made of (kustomize,
// kubeconform, Compose's loader, BuildKit's parser), since the machines that test this have no engine to run them on.
//
// Each subcommand prints what it understood on stdout, for tests to look into, and faults on stderr with exit code 1.
package main

import (
	"fmt"
	"os"
)

const usage = `usage:
  infra-check schemas SWAGGER.json OUT [CRD.yaml ...]   JSON schemas of every kind, one file each
  infra-check kubernetes SCHEMAS FOLDER                 builds a kustomization, validates it, prints it
  infra-check compose FILE[:FILE ...] [PROFILE ...]     loads compose files, prints the project
  infra-check dockerfile FILE                           parses and lints a Dockerfile, prints its stages`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 3 && args[0] == "schemas":
		return writeSchemas(args[1], args[2], args[3:])
	case len(args) == 3 && args[0] == "kubernetes":
		return checkKubernetes(args[1], args[2])
	case len(args) >= 2 && args[0] == "compose":
		return checkCompose(args[1], args[2:])
	case len(args) == 2 && args[0] == "dockerfile":
		return checkDockerfile(args[1])
	}
	return fmt.Errorf("%s", usage)
}
