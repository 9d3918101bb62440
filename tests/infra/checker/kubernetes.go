package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/yannh/kubeconform/pkg/validator"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// checkKubernetes builds a kustomization as `kubectl apply -k` would and validates every object of it; a kind without
// a schema is a fault too.
func checkKubernetes(schemas, folder string) error {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	text, err := built.AsYaml()
	if err != nil {
		return err
	}
	place := filepath.Join(schemas, "{{ .ResourceKind }}{{ .KindSuffix }}.json")
	checker, err := validator.New([]string{place}, validator.Opts{Strict: true})
	if err != nil {
		return err
	}
	faults := []error{}
	for _, result := range checker.Validate(folder, io.NopCloser(bytes.NewReader(text))) {
		if result.Status == validator.Valid || result.Status == validator.Empty {
			continue
		}
		faults = append(faults, fmt.Errorf("%s: %w", nameOf(result), result.Err))
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	_, err = os.Stdout.Write(text)
	return err
}

func nameOf(result validator.Result) string {
	signature, err := result.Resource.Signature()
	if err != nil {
		return "an object without kind or version"
	}
	return signature.Kind + "/" + signature.Name
}
