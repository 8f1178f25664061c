// New Relic's own client: reads a task from standard input, asks NerdGraph, and prints what it understood, a line for each query.
package main

import (
	"encoding/json"
	"os"

	"github.com/newrelic/newrelic-client-go/v2/pkg/config"
	"github.com/newrelic/newrelic-client-go/v2/pkg/nrdb"
)

type task struct {
	URL     string   `json:"url"`
	Key     string   `json:"key"`
	Account int      `json:"account"`
	Queries []string `json:"queries"`
}

type answer struct {
	Rows     []nrdb.NRDBResult `json:"rows"`
	Messages []string          `json:"messages"`
	Error    string            `json:"error"`
}

func main() {
	var asked task
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	settings := config.New()
	settings.PersonalAPIKey = asked.Key
	if err := config.ConfigNerdGraphBaseURL(asked.URL)(&settings); err != nil {
		panic(err)
	}
	client := nrdb.New(settings)
	out := json.NewEncoder(os.Stdout)
	for _, query := range asked.Queries {
		var line answer
		if found, err := client.PerformNRQLQuery(asked.Account, nrdb.NRQL(query)); err != nil {
			line.Error = err.Error()
		} else {
			line.Rows, line.Messages = found.Results, found.Metadata.Messages
		}
		if err := out.Encode(line); err != nil {
			panic(err)
		}
	}
}
