// Validates OpenSLO with its own SDK. Standard input is a JSON list of files; standard output has one JSON text for each:
// empty if the file is valid, else what is wrong.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/OpenSLO/go-sdk/pkg/openslosdk"
)

func problem(text string) string {
	objects, err := openslosdk.Decode(bytes.NewBufferString(text), openslosdk.FormatYAML)
	if err == nil {
		err = openslosdk.Validate(objects...)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, text := range texts {
		line, _ := json.Marshal(problem(text))
		fmt.Println(string(line))
	}
}
