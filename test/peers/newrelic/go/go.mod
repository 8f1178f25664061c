module newrelic-client

go 1.26.8

require github.com/newrelic/newrelic-client-go/v2 v2.97.7
