package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type stage struct {
	Name, Base   string
	Instructions []string
}

// checkDockerfile parses a Dockerfile with BuildKit's own parser; every warning of its linter is a fault.
func checkDockerfile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	faults := []error{}
	warn := func(rule, _, _, message string, places []parser.Range) {
		line := 0
		if len(places) > 0 {
			line = places[0].Start.Line
		}
		faults = append(faults, fmt.Errorf("line %d: %s: %s", line, rule, message))
	}
	for _, warning := range parsed.Warnings {
		faults = append(faults, errors.New(warning.Short))
	}
	stages, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: warn}))
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	shown := []stage{}
	for _, each := range stages {
		one := stage{Name: each.Name, Base: each.BaseName, Instructions: []string{}}
		for _, command := range each.Commands {
			one.Instructions = append(one.Instructions, fmt.Sprint(command))
		}
		shown = append(shown, one)
	}
	return json.NewEncoder(os.Stdout).Encode(shown)
}
