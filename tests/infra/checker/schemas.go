package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

type object = map[string]any

const definitionsPrefix = "#/definitions/"

// writeSchemas makes the files that kubeconform looks for (kind-group-version.json) of Kubernetes' own OpenAPI document
// and of custom resource definitions. Every object with named properties is closed, so that a misspelt field is a fault.
func writeSchemas(swagger, out string, crds []string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(swagger)
	if err != nil {
		return err
	}
	var document struct {
		Definitions map[string]object `json:"definitions"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	for _, definition := range document.Definitions {
		closeObjects(definition)
	}
	for name, definition := range document.Definitions {
		for _, kind := range kindsOf(definition) {
			needed := object{}
			collect(name, document.Definitions, needed)
			schema := object{"$ref": definitionsPrefix + name, "definitions": needed}
			if err := writeSchema(out, kind, schema); err != nil {
				return err
			}
		}
	}
	for _, file := range crds {
		if err := writeCustom(file, out); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

type groupVersionKind struct{ Group, Version, Kind string }

func kindsOf(definition object) []groupVersionKind {
	listed, _ := definition["x-kubernetes-group-version-kind"].([]any)
	kinds := []groupVersionKind{}
	for _, entry := range listed {
		one, _ := entry.(object)
		kinds = append(kinds, groupVersionKind{fmt.Sprint(one["group"]), fmt.Sprint(one["version"]), fmt.Sprint(one["kind"])})
	}
	return kinds
}

// collect puts a definition and all that it leads to into needed.
func collect(name string, all map[string]object, needed object) {
	if _, there := needed[name]; there {
		return
	}
	needed[name] = all[name]
	walk(all[name], func(node object) {
		if reference, ok := node["$ref"].(string); ok {
			collect(strings.TrimPrefix(reference, definitionsPrefix), all, needed)
		}
	})
}

func closeObjects(schema object) {
	walk(schema, func(node object) {
		properties, named := node["properties"].(object)
		_, open := node["additionalProperties"]
		preserved, _ := node["x-kubernetes-preserve-unknown-fields"].(bool)
		if named && len(properties) > 0 && !open && !preserved {
			node["additionalProperties"] = false
		}
		// OpenAPI 2 says "string" of what may be a number as well; these two are told apart by format and name.
		if node["format"] == "int-or-string" || node["x-kubernetes-int-or-string"] == true {
			delete(node, "type")
			node["anyOf"] = []any{object{"type": "integer"}, object{"type": "string"}}
		}
		if text, _ := node["description"].(string); node["type"] == "string" && strings.HasPrefix(text, "Quantity is a fixed-point") {
			node["type"] = []any{"string", "number"}
		}
	})
}

// walk visits a schema and the schemas in it, not the properties that happen to have a keyword's name.
func walk(node object, visit func(object)) {
	visit(node)
	for _, key := range []string{"properties", "definitions"} {
		children, _ := node[key].(object)
		for _, child := range children {
			if schema, ok := child.(object); ok {
				walk(schema, visit)
			}
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if schema, ok := node[key].(object); ok {
			walk(schema, visit)
		}
	}
}

func writeCustom(file, out string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var crd struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct {
					OpenAPIV3Schema object `json:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return err
	}
	for _, version := range crd.Spec.Versions {
		schema := version.Schema.OpenAPIV3Schema
		closeObjects(schema)
		kind := groupVersionKind{crd.Spec.Group, version.Name, crd.Spec.Names.Kind}
		if err := writeSchema(out, kind, schema); err != nil {
			return err
		}
	}
	return nil
}

func writeSchema(out string, kind groupVersionKind, schema object) error {
	name := kind.Kind
	if kind.Group != "" {
		name += "-" + strings.SplitN(kind.Group, ".", 2)[0]
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, strings.ToLower(name+"-"+kind.Version)+".json"), text, 0o644)
}
